import type { BasicCredentials } from "./remote-credentials.ts";
import { RemoteFetchError } from "./remote-error.ts";

/** What is asked of a server. */
export interface RemoteFileRequest {
  readonly url: string;
  readonly credentials: BasicCredentials | undefined;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

const MOST_REDIRECTS = 10;

/**
 * Reads a file over HTTP. Redirects are followed, but never from https to http, and never to another origin where
 * credentials were sent. Throws `RemoteFetchError`; its message is that of Go's client where kustomize shows it.
 */
export async function fetchRemoteFile(request: RemoteFileRequest): Promise<Uint8Array> {
  const first = bareUrl(new URL(request.url));
  let url = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await ask(url, request);
    const location = answer.headers.get("location");
    if (answer.status < 300 || answer.status > 399 || location === null)
      return readAnswer(answer, url, request);
    await answer.body?.cancel();
    url = redirected(url, location, request);
  }
  throw new RemoteFetchError(request.url, `Get "${url.href}": stopped after ${MOST_REDIRECTS} redirects`);
}

function redirected(from: URL, location: string, request: RemoteFileRequest): URL {
  const get = `Get "${from.href}"`;
  if (!URL.canParse(location, from.href))
    throw new RemoteFetchError(request.url, `${get}: failed to parse Location`);
  const to = bareUrl(new URL(location, from));
  if (to.protocol !== "http:" && to.protocol !== "https:") {
    throw new RemoteFetchError(
      request.url,
      `${get}: unsupported protocol scheme "${to.protocol.slice(0, -1)}"`,
    );
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw new RemoteFetchError(request.url, `${get}: a redirect from https to http is refused`);
  }
  if (request.credentials !== undefined && to.origin !== from.origin) {
    throw new RemoteFetchError(
      request.url,
      `${get}: a redirect to ${to.host} is refused: credentials were sent`,
    );
  }
  return to;
}

async function ask(url: URL, { url: asked, credentials, signal }: RemoteFileRequest): Promise<Response> {
  const headers = new Headers({ "user-agent": "weir" });
  if (credentials !== undefined) {
    const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
    headers.set("authorization", `Basic ${pair}`);
  }
  try {
    return await fetch(url, { headers, redirect: "manual", signal });
  } catch (error) {
    throw transportError(asked, url, { signal, error });
  }
}

async function readAnswer(answer: Response, url: URL, request: RemoteFileRequest): Promise<Uint8Array> {
  const { status } = answer;
  if (status < 200 || status > 299) {
    await answer.body?.cancel();
    const words = answer.statusText === "" ? "" : ` (${answer.statusText})`;
    throw new RemoteFetchError(request.url, `HTTP Error: status code ${status}${words}`, { status });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      size += chunk.length;
      if (size > request.maxBytes) {
        throw new RemoteFetchError(request.url, `${url.href} has more than ${request.maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw transportError(request.url, url, { signal: request.signal, error });
  }
  return Buffer.concat(chunks);
}

function transportError(
  asked: string,
  url: URL,
  { signal, error }: { readonly signal: AbortSignal; readonly error: unknown },
): RemoteFetchError {
  if (error instanceof RemoteFetchError) return error;
  const get = `Get "${url.href}"`;
  if (signal.aborted) {
    return new RemoteFetchError(asked, `${get}: context deadline exceeded`, { cause: signal.reason });
  }
  const { cause } = error as { readonly cause?: NodeJS.ErrnoException };
  const { code, address, port } = (cause ?? {}) as Record<string, string | number | undefined>;
  const dialled = `dial tcp ${address ?? url.hostname}:${port ?? url.port}`;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: `${dialled}: connect: connection refused`,
    ENOTFOUND: `dial tcp: lookup ${url.hostname}: no such host`,
    EAI_AGAIN: `dial tcp: lookup ${url.hostname}: no such host`,
  };
  const why = words[String(code)] ?? cause?.message ?? "the connection failed";
  return new RemoteFetchError(asked, `${get}: ${why}`, { cause: error });
}

/** The Fetch API takes no URL with a user. */
function bareUrl(url: URL): URL {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  bare.hash = "";
  return bare;
}
