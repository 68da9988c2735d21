import { abortable, type Clock, describeError } from "@weir/core";
import { type AuthChallenge, parseChallenges, pickChallenge } from "../auth/challenge.ts";
import type { CredentialsFor, RegistryCredentials } from "../auth/credentials.ts";
import { basicHeader, fetchToken, type RegistryToken } from "../auth/fetch-token.ts";
import type { HttpAnswer, HttpRequest, HttpSender } from "../http/http-sender.ts";
import { sendFollowing } from "../http/follow-redirects.ts";
import { sendInTime } from "../http/send-in-time.ts";
import { sendWithRetries } from "../http/send-with-retries.ts";
import { responseError } from "../http/response-error.ts";
import { ConnectionError, RegistryDeadlineError, RegistryUnreachableError } from "../oci-error.ts";
import { apiHost, type OciRepositoryName } from "../reference/oci-reference.ts";

/** How a registry is reached. */
export type RegistryScheme =
  | "https"
  | "http"
  /** HTTPS, or HTTP where there is no HTTPS. */
  | "https-or-http";

/** What a connection needs. */
export interface ConnectionDeps {
  readonly sender: HttpSender;
  readonly clock: Clock;
  readonly credentials: CredentialsFor;
  /** Longest time from sending a request to its answer's headers. */
  readonly answerTimeoutMs: number;
}

/** What may be done with a repository, as scopes of tokens name it. */
export type RegistryAction = "pull" | "push" | "pull,push" | "delete";

/** A request to a registry, below `/v2/`. */
export interface RegistryRequest {
  readonly method: HttpRequest["method"];
  /** Below `/v2/<repository>/`, or a whole URL that the registry named. */
  readonly target: string | URL;
  readonly repository: OciRepositoryName;
  readonly action: RegistryAction;
  /** Scopes of other repositories, for a mount. */
  readonly moreScopes?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** What a registry answered, and to what request: the last one where it redirected. */
export interface RegistryAnswer extends HttpAnswer {
  readonly request: HttpRequest;
}

interface Access {
  readonly base: URL;
  challenge: AuthChallenge | undefined;
}

/** How long HTTPS is waited for before HTTP is tried beside it. */
const FALLBACK_MS = 300;
const MAX_TOKENS = 1000;
const MAX_SCOPES = 16;

/**
 * One registry: finds out once how it is reached and what it asks for, then sends requests with what it wants to see.
 * Tokens are kept per scope until they expire; one that is refused is fetched anew once.
 */
export class RegistryConnection {
  readonly registry: string;
  readonly #scheme: RegistryScheme;
  readonly #deps: ConnectionDeps;
  readonly #tokens = new Map<string, RegistryToken>();
  /** What the registry said that a repository needs, beyond what the protocol says. */
  readonly #askedScopes = new Map<string, readonly string[]>();
  #access: Promise<Access> | undefined;

  constructor(registry: string, scheme: RegistryScheme, deps: ConnectionDeps) {
    this.registry = registry;
    this.#scheme = scheme;
    this.#deps = deps;
  }

  /** Asks `/v2/` once; a failure is not remembered. Throws what sending throws. */
  async ping(signal?: AbortSignal): Promise<void> {
    await this.#reach(signal);
  }

  /** Sends a request; answers 401 and 403 come back like all others once new credentials did not help. */
  async send(request: RegistryRequest): Promise<RegistryAnswer> {
    const access = await this.#reach(request.signal);
    const credentials = await this.#deps.credentials(request.repository);
    const first = await this.#transmit(request, access, credentials);
    if (first.status !== 401) return first;
    const challenge = pickChallenge(parseChallenges(first.headers.get("www-authenticate") ?? ""));
    if (challenge === undefined || !isAnswerable(challenge, access, credentials)) return first;
    if (!isSameOrigin(first.request.url, access.base)) return first;
    first.discard();
    access.challenge = challenge;
    this.#tokens.delete(this.#tokenKey(request));
    this.#noteScopes(request, challenge);
    this.#tokens.delete(this.#tokenKey(request));
    return this.#transmit(request, access, credentials);
  }

  async #transmit(
    request: RegistryRequest,
    access: Access,
    credentials: RegistryCredentials,
  ): Promise<RegistryAnswer> {
    const url =
      request.target instanceof URL
        ? request.target
        : new URL(`/v2/${request.repository.repository}/${request.target}`, access.base);
    const isOwn = isSameOrigin(url, access.base);
    const authorization = isOwn ? await this.#authorize(request, access, credentials) : {};
    const outgoing: HttpRequest = {
      method: request.method,
      url,
      headers: { ...request.headers, ...authorization },
      isTrusted: isOwn,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
    return sendFollowing(outgoing, (hop) => this.#sendInTime(hop));
  }

  /** The time limit is for the headers; the body has one for each wait. */
  #sendInTime(request: HttpRequest): Promise<HttpAnswer> {
    const { sender, clock, answerTimeoutMs } = this.#deps;
    return sendWithRetries(request, clock, (attempt) =>
      sendInTime(attempt, { sender, clock, timeoutMs: answerTimeoutMs }),
    );
  }

  async #authorize(
    request: RegistryRequest,
    access: Access,
    credentials: RegistryCredentials,
  ): Promise<Readonly<Record<string, string>>> {
    const { challenge } = access;
    if (credentials.kind === "registry-token") return { authorization: `Bearer ${credentials.token}` };
    if (challenge === undefined) return {};
    if (challenge.scheme === "basic") return basicHeader(credentials);
    if (challenge.scheme !== "bearer") return {};
    const token = await this.#token(request, { ...access, challenge }, credentials);
    return { authorization: `Bearer ${token}` };
  }

  async #token(
    request: RegistryRequest,
    { base, challenge }: Access & { readonly challenge: AuthChallenge },
    credentials: RegistryCredentials,
  ): Promise<string> {
    const { clock } = this.#deps;
    const scopes = this.#scopesOf(request);
    const key = this.#tokenKey(request);
    const known = this.#tokens.get(key);
    if (known !== undefined && known.expiresAt > clock.monotonic()) return known.token;
    const sender = { send: (hop: HttpRequest) => this.#sendInTime(hop) };
    const signal = request.signal === undefined ? {} : { signal: request.signal };
    const fresh = await fetchToken(
      { registry: base, challenge, credentials, scopes, ...signal },
      { sender, clock },
    );
    if (this.#tokens.size >= MAX_TOKENS) this.#tokens.clear();
    this.#tokens.set(key, fresh);
    return fresh.token;
  }

  #scopesOf({ repository: { repository }, action, moreScopes = [] }: RegistryRequest): readonly string[] {
    const asked = this.#askedScopes.get(repository) ?? [];
    return [...new Set([...asked, `repository:${repository}:${action}`, ...moreScopes])];
  }

  #tokenKey(request: RegistryRequest): string {
    return `${request.repository.repository}\n${this.#scopesOf(request).join(" ")}`;
  }

  #noteScopes({ repository: { repository } }: RegistryRequest, { parameters }: AuthChallenge): void {
    const known = this.#askedScopes.get(repository) ?? [];
    const asked = (parameters.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
    if (this.#askedScopes.size >= MAX_TOKENS) this.#askedScopes.clear();
    this.#askedScopes.set(repository, [...new Set([...asked, ...known])].slice(0, MAX_SCOPES));
  }

  /** The first caller asks; the others wait for its answer, each no longer than it wants to. */
  #reach(signal: AbortSignal | undefined): Promise<Access> {
    if (this.#access === undefined) {
      const asking = this.#ping();
      this.#access = asking;
      asking.catch(() => {
        if (this.#access === asking) this.#access = undefined;
      });
    }
    return abortable(this.#access, signal);
  }

  #ping(): Promise<Access> {
    const host = apiHost(this.registry);
    if (this.#scheme !== "https-or-http") return this.#pingOne(new URL(`${this.#scheme}://${host}/`));
    return this.#pingBoth(host);
  }

  /** HTTPS has a start; HTTP follows when it failed or takes long. The first that answers is taken. */
  async #pingBoth(host: string): Promise<Access> {
    const ended = new AbortController();
    const { promise: fallbackDue, resolve: start, reject: refuse } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.setTimer(FALLBACK_MS, start);
    const secure = this.#pingOne(new URL(`https://${host}/`), ended.signal);
    // What shows a certificate that is not trusted is not asked in the clear instead.
    secure.catch((error: unknown) => (isUntrusted(error) ? refuse(error) : start()));
    const plain = fallbackDue.then(() => this.#pingOne(new URL(`http://${host}/`), ended.signal));
    try {
      return await Promise.any([secure, plain]);
    } catch (error) {
      throw joinFailures(error);
    } finally {
      timer.cancel();
      ended.abort(new RegistryDeadlineError());
      plain.catch(() => {});
    }
  }

  async #pingOne(base: URL, signal?: AbortSignal): Promise<Access> {
    const url = new URL("/v2/", base);
    const request: HttpRequest = {
      method: "GET",
      url,
      headers: {},
      isTrusted: true,
      ...(signal === undefined ? {} : { signal }),
    };
    const answer = await sendFollowing(request, (hop) => this.#sendInTime(hop));
    if (answer.status !== 200 && answer.status !== 401) throw await responseError(answer.request, answer);
    answer.discard();
    const header = answer.status === 401 ? (answer.headers.get("www-authenticate") ?? "") : "";
    return { base, challenge: pickChallenge(parseChallenges(header)) };
  }
}

/** Says of both ways why they did not work, HTTPS first; what a registry answered says more than no connection. */
function joinFailures(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const [secure, plain] = error.errors as readonly unknown[];
  if (!(secure instanceof RegistryUnreachableError)) return secure;
  if (plain === secure) return secure;
  if (!(plain instanceof RegistryUnreachableError)) return plain;
  const both = `${describeError(secure.cause)}; ${describeError(plain)}`;
  const code = secure.cause instanceof ConnectionError ? secure.cause.code : "";
  return new RegistryUnreachableError(secure.request, { cause: new ConnectionError(code, both) });
}

function isUntrusted(error: unknown): boolean {
  if (!(error instanceof RegistryUnreachableError)) return false;
  return error.cause instanceof ConnectionError && error.cause.message.startsWith("tls: ");
}

function isAnswerable(challenge: AuthChallenge, access: Access, credentials: RegistryCredentials): boolean {
  if (credentials.kind === "registry-token") return false;
  if (challenge.scheme === "bearer") return true;
  // Basic credentials that were sent and refused are not sent again.
  return challenge.scheme === "basic" && credentials.kind === "basic" && access.challenge?.scheme !== "basic";
}

/** Whether two URLs are of one server. */
function isSameOrigin(left: URL, right: URL): boolean {
  return left.origin === right.origin;
}
