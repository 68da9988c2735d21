import { STATUS_CODES } from "node:http";
import { anySignal, type Clock, timeoutSignal } from "@weir/core";
import { userInfoOf, withoutCredentials } from "@weir/git";
import type { HttpAnswer, HttpSender } from "@weir/oci";
import { HelmFetchError } from "./helm-fetch-error.ts";
import type { HelmAccess } from "./observe-helm-access.ts";

/** What is fetched, for which repository. */
export interface UrlFetch {
  readonly url: string;
  /** The repository's own URL: credentials are for its host. */
  readonly repository: string;
  readonly access: Pick<HelmAccess, "basic">;
  /** Whether the credentials go to other hosts, too, that the index names. */
  readonly passCredentials: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What requests are made with. */
export interface FetchDeps {
  readonly sender: HttpSender;
  readonly clock: Clock;
}

const MAX_REDIRECTS = 10;

/**
 * Fetches a URL as helm does and hands the answer on: a 200, or a 304 where that was asked for. The time limit holds until
 * `use` is done.
 *
 * Credentials go to the repository's own scheme, host and port, and with `passCredentials` to what the index names; where
 * a server redirects to another place, none follow. Throws `HelmFetchError` and `RegistryUnreachableError`.
 */
export async function fetchUrl<Result>(
  fetch: UrlFetch,
  deps: FetchDeps,
  use: (answer: HttpAnswer) => Promise<Result>,
): Promise<Result> {
  const bare = withoutCredentials(fetch.url);
  let isReading = false;
  using timeout = timeoutSignal(deps.clock, fetch.timeoutMs, () => timedOut(bare, isReading));
  using held = anySignal(fetch.signal, timeout.signal);
  const answer = await follow({ ...fetch, signal: held.signal }, deps);
  isReading = true;
  return await use(answer);
}

/** Go's words for a client's time limit. */
function timedOut(url: string, isReading: boolean): HelmFetchError {
  const exceeded = "context deadline exceeded";
  return isReading
    ? new HelmFetchError(url, `${exceeded} (Client.Timeout or context cancellation while reading body)`)
    : new HelmFetchError(url, `Get "${url}": ${exceeded} (Client.Timeout exceeded while awaiting headers)`);
}

async function follow(fetch: UrlFetch, deps: FetchDeps): Promise<HttpAnswer> {
  const first = withoutUser(new URL(fetch.url));
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const target = { first, url };
    // oxlint-disable-next-line no-await-in-loop -- each answer says where to go next
    const answer = await deps.sender.send({
      method: "GET",
      url,
      headers: { ...fetch.headers, ...authorization(fetch, target), "user-agent": "weir" },
      isTrusted: isSamePlace(url, new URL(fetch.repository)),
      signal: fetch.signal,
    });
    const next = redirectOf(answer, url);
    if (next === undefined) return accepted(answer, fetch);
    answer.discard();
    url = next;
  }
  throw new HelmFetchError(fetch.url, `Get "${withoutCredentials(url.href)}": stopped after 10 redirects`);
}

function authorization(
  { url: written, access, repository, passCredentials }: UrlFetch,
  { first, url }: { readonly first: URL; readonly url: URL },
): Readonly<Record<string, string>> {
  const isOwn = isSamePlace(first, new URL(repository));
  const given = isOwn || passCredentials ? access.basic : undefined;
  const named = userInfoOf(written);
  const basic = given ?? (named.username === "" ? undefined : named);
  if (basic === undefined || !isSamePlace(url, first)) return {};
  const pair = Buffer.from(`${basic.username}:${basic.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

function isSamePlace(left: URL, right: URL): boolean {
  return left.protocol === right.protocol && left.host === right.host;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function redirectOf({ status, headers }: HttpAnswer, from: URL): URL | undefined {
  const location = headers.get("location");
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const bare = withoutCredentials(from.href);
  if (!URL.canParse(location, from.href)) {
    throw new HelmFetchError(bare, `Get "${bare}": failed to parse Location header`);
  }
  const next = withoutUser(new URL(location, from));
  if (next.protocol === "http:" || next.protocol === "https:") return next;
  const scheme = next.protocol.slice(0, -1);
  throw new HelmFetchError(bare, `Get "${bare}": unsupported protocol scheme ${JSON.stringify(scheme)}`);
}

function withoutUser(url: URL): URL {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare;
}

function accepted(answer: HttpAnswer, { url, headers = {} }: UrlFetch): HttpAnswer {
  const { status } = answer;
  const isUnchanged = status === 304 && Object.hasOwn(headers, "if-none-match");
  if (status === 200 || isUnchanged) return answer;
  answer.discard();
  const text = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  const bare = withoutCredentials(url);
  throw new HelmFetchError(bare, `failed to fetch ${bare} : ${text}`);
}

/** The pieces of a body; `exceeded` is thrown behind `maxBytes` of them. */
export async function* limited(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  exceeded: () => Error,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > maxBytes) throw exceeded();
    yield piece;
  }
}
