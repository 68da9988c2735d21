import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import type { Clock } from "@weir/core";
import { readRequest } from "./read-request.ts";
import { emptyAnswer, jsonAnswer, refusal } from "./registry-response.ts";

/** Somebody whom a registry lets in. */
export interface RegistryUser {
  readonly username: string;
  readonly password: string;
  /** What it may do where; everything by default. */
  readonly may?: (repository: string, action: "pull" | "push" | "delete") => boolean;
}

/** Whom a registry lets in, and how it asks. */
export interface RegistryAuthOptions {
  readonly kind: "basic" | "bearer";
  readonly users: readonly RegistryUser[];
  /** Lets everybody pull. */
  readonly isPublic?: boolean;
  /** How long a token is good; 300 s by default. */
  readonly tokenLifeS?: number;
}

/** What a request wants to do, and where. */
export interface WantedAccess {
  readonly repository: string;
  readonly action: "pull" | "push" | "delete";
}

interface Grant {
  readonly user: RegistryUser | undefined;
  readonly expiresAt: number;
  /** `repository action`, of which the token is good. */
  readonly scopes: ReadonlySet<string>;
}

const SERVICE = "weir-registry";
const MAX_TOKENS = 10_000;
const MAX_FORM = 64 * 1024;

/** Checks who sends a request: by basic credentials, or by tokens that it gives out itself at `/token`. */
export class RegistryAuth {
  readonly #options: RegistryAuthOptions;
  readonly #clock: Clock;
  readonly #grants = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, RegistryUser>();

  constructor(options: RegistryAuthOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** `undefined` lets the request through; without an access it is a ping, which anybody known may do. */
  check(request: Request, wanted: WantedAccess | undefined): Response | undefined {
    return this.#options.kind === "basic"
      ? this.#checkBasic(request, wanted)
      : this.#checkBearer(request, wanted);
  }

  /** Whether the sender of a request that was let through may pull from another repository. */
  mayPull(request: Request, repository: string): boolean {
    return this.check(request, { repository, action: "pull" }) === undefined;
  }

  #checkBasic(request: Request, wanted: WantedAccess | undefined): Response | undefined {
    if (wanted?.action === "pull" && this.#options.isPublic === true) return undefined;
    const user = this.#userOf(request);
    if (user === undefined)
      return refusal("UNAUTHORIZED", { "www-authenticate": `Basic realm="${SERVICE}"` });
    return wanted === undefined || isAllowed(user, wanted) ? undefined : refusal("DENIED");
  }

  #checkBearer(request: Request, wanted: WantedAccess | undefined): Response | undefined {
    const token = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    const grant = this.#grants.get(token);
    const isGood = grant !== undefined && grant.expiresAt > this.#clock.monotonic();
    if (isGood && (wanted === undefined || grant.scopes.has(`${wanted.repository} ${wanted.action}`))) {
      return undefined;
    }
    const { origin } = new URL(request.url);
    const scope =
      wanted === undefined ? "" : `,scope="repository:${wanted.repository}:${scopeActions(wanted)}"`;
    const problem = isGood ? ',error="insufficient_scope"' : "";
    const challenge = `Bearer realm="${origin}/token",service="${SERVICE}"${scope}${problem}`;
    return refusal("UNAUTHORIZED", { "www-authenticate": challenge });
  }

  /** Gives out a token for what the scopes name and the user may do; nobody in particular gets what is public. */
  async answerToken(request: Request): Promise<Response> {
    if (this.#options.kind !== "bearer") return emptyAnswer(404, {});
    if (request.method === "POST") return this.#answerForm(request);
    if (request.method !== "GET") return refusal("UNSUPPORTED");
    const hasCredentials = request.headers.has("authorization");
    const user = this.#userOf(request);
    if (hasCredentials && user === undefined) return refusal("UNAUTHORIZED");
    const { searchParams } = new URL(request.url);
    const isOffline = searchParams.get("offline_token") === "true" && user !== undefined;
    return this.#grant(user, searchParams.getAll("scope"), isOffline);
  }

  async #answerForm(request: Request): Promise<Response> {
    const bytes = await readRequest(request, MAX_FORM);
    if (bytes === undefined) return refusal("SIZE_INVALID");
    const form = new URLSearchParams(Buffer.from(bytes).toString("utf8"));
    const user =
      form.get("grant_type") === "refresh_token"
        ? this.#refreshTokens.get(form.get("refresh_token") ?? "")
        : this.#userBy(form.get("username") ?? "", form.get("password") ?? "");
    if (user === undefined) return refusal("UNAUTHORIZED");
    return this.#grant(user, form.getAll("scope"), form.get("access_type") === "offline");
  }

  /** A refresh token for a user, as a configuration of docker holds one as `identitytoken`. */
  refreshTokenOf(username: string): string | undefined {
    const user = this.#options.users.find((candidate) => candidate.username === username);
    if (user === undefined) return undefined;
    const token = randomUUID();
    this.#refreshTokens.set(token, user);
    return token;
  }

  #grant(user: RegistryUser | undefined, scopes: readonly string[], isOffline: boolean): Response {
    const lifeS = this.#options.tokenLifeS ?? 300;
    const granted = scopes.flatMap((text) => text.split(" ")).flatMap((scope) => this.#granted(user, scope));
    const token = randomUUID();
    for (const [old, { expiresAt }] of this.#grants) {
      if (expiresAt > this.#clock.monotonic() && this.#grants.size < MAX_TOKENS) break;
      this.#grants.delete(old);
    }
    const expiresAt = this.#clock.monotonic() + lifeS * 1000;
    this.#grants.set(token, { user, expiresAt, scopes: new Set(granted) });
    const refresh =
      isOffline && user !== undefined ? { refresh_token: this.refreshTokenOf(user.username) } : {};
    const issuedAt = new Date(this.#clock.now()).toISOString();
    return jsonAnswer({ token, access_token: token, expires_in: lifeS, issued_at: issuedAt, ...refresh });
  }

  #granted(user: RegistryUser | undefined, scope: string): readonly string[] {
    const match = /^repository:([^:]{1,255}):([a-z*,]{1,64})$/.exec(scope);
    if (match === null) return [];
    const [, repository = "", actions = ""] = match;
    const asked = actions === "*" ? ["pull", "push", "delete"] : actions.split(",");
    return asked.filter(isAction).flatMap((action) => {
      const isFree = action === "pull" && this.#options.isPublic === true;
      const may = isFree || (user !== undefined && isAllowed(user, { repository, action }));
      return may ? [`${repository} ${action}`] : [];
    });
  }

  #userOf(request: Request): RegistryUser | undefined {
    const pair = /^Basic (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (pair === undefined) return undefined;
    const text = Buffer.from(pair, "base64").toString("utf8");
    const colon = text.indexOf(":");
    return colon === -1 ? undefined : this.#userBy(text.slice(0, colon), text.slice(colon + 1));
  }

  #userBy(username: string, password: string): RegistryUser | undefined {
    return this.#options.users.find(
      (user) => isSameText(user.username, username) && isSameText(user.password, password),
    );
  }
}

function scopeActions({ action }: WantedAccess): string {
  return action === "push" ? "pull,push" : action;
}

function isAction(text: string): text is WantedAccess["action"] {
  return text === "pull" || text === "push" || text === "delete";
}

function isAllowed({ may = () => true }: RegistryUser, { repository, action }: WantedAccess): boolean {
  return may(repository, action);
}

/** Takes as long for a wrong password as for a right one. */
function isSameText(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
