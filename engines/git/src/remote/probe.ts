import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { GitCredentials } from "../credentials.ts";
import { cloneError } from "../git-error.ts";
import { type Advertisement, parseAdvertisement } from "./advertisement.ts";

/** What asking a server needs. */
export interface ProbeRequest {
  readonly url: string;
  readonly credentials: GitCredentials;
  readonly signal: AbortSignal;
  /** Bytes of references that are read at most; 64 MiB by default. */
  readonly maxBytes?: number;
}

/** A server's answer, and the URL that gave it where the server moved the repository on the same host. */
export interface ProbeResult {
  readonly url: string;
  readonly advertisement: Advertisement;
}

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_REDIRECTS = 5;

/**
 * Asks an HTTP server for its references, so that failures are told apart by the server's own answer instead of git's
 * prose. Redirects are followed; credentials go to the first host only. Throws `GitOperationError`.
 */
export async function probeHttp(request: ProbeRequest): Promise<ProbeResult> {
  const origin = new URL(request.url).origin;
  let base = request.url.replace(/\/+$/, "");
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const target = `${base}/info/refs?service=git-upload-pack`;
    const withCredentials = new URL(base).origin === origin;
    const answer = await ask(target, request, withCredentials);
    const location = redirectOf(answer, target);
    if (location === undefined) return readAnswer(answer, target, { ...request, url: base }, request.url);
    base = location;
  }
  throw cloneError("redirected-elsewhere", request.url, "too many redirects");
}

function redirectOf(answer: IncomingMessage, target: string): string | undefined {
  const { statusCode = 0, headers } = answer;
  if (statusCode < 300 || statusCode > 399 || headers.location === undefined) return undefined;
  answer.resume();
  const location = new URL(headers.location, target);
  location.search = "";
  if (location.protocol !== "http:" && location.protocol !== "https:") return undefined;
  return location.href.replace(/\/info\/refs$/, "");
}

function ask(target: string, request: ProbeRequest, withCredentials: boolean): Promise<IncomingMessage> {
  const { credentials, signal } = request;
  const url = new URL(target);
  const options: RequestOptions = {
    signal,
    headers: {
      accept: "*/*",
      "user-agent": "git/weir",
      ...(withCredentials ? authorizationOf(credentials, url) : {}),
    },
  };
  const tls = {
    ...(credentials.caFile === undefined ? {} : { ca: credentials.caFile }),
    ...(credentials.certFile === undefined || !withCredentials
      ? {}
      : { cert: credentials.certFile, key: credentials.keyFile }),
  };
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === "https:"
        ? httpsRequest(withoutUserInfo(url), { ...options, ...tls }, resolve)
        : httpRequest(withoutUserInfo(url), options, resolve);
    sent.on("error", (error) => reject(transportError(target, request, error)));
    sent.end();
  });
}

function withoutUserInfo(url: URL): URL {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare;
}

function authorizationOf(credentials: GitCredentials, url: URL): Readonly<Record<string, string>> {
  if (credentials.kind === "bearer") return { authorization: `Bearer ${credentials.bearerToken ?? ""}` };
  const fromUrl = url.username === "" ? undefined : { username: url.username, password: url.password };
  const { username, password } = credentials.kind === "basic" ? credentials : (fromUrl ?? {});
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}` };
}

async function readAnswer(
  answer: IncomingMessage,
  target: string,
  request: ProbeRequest,
  askedUrl: string,
): Promise<ProbeResult> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer) {
      size += (chunk as Buffer).length;
      if (size > (request.maxBytes ?? MAX_BYTES))
        throw cloneError("too-large", askedUrl, "the server lists too many references");
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw transportError(target, { ...request, url: askedUrl }, error);
  }
  const body = Buffer.concat(chunks);
  const { statusCode = 0 } = answer;
  if (statusCode !== 200) throw statusError(askedUrl, target, statusCode, body);
  const advertisement = parseAdvertisement(body);
  if (advertisement === undefined) {
    throw cloneError(
      "server-error",
      askedUrl,
      "unexpected client error: the server's answer is no list of references",
    );
  }
  return { url: request.url, advertisement };
}

/** The texts behind the status are those of go-git, which Flux's users know. */
function statusError(url: string, target: string, status: number, body: Buffer): Error {
  const detail = body.toString("utf8").trim().split("\n")[0]?.slice(0, 200) ?? "";
  if (status === 401) return cloneError("authentication-required", url, `authentication required: ${detail}`);
  if (status === 403) return cloneError("authorization-failed", url, `authorization failed: ${detail}`);
  if (status === 404) return cloneError("repository-not-found", url, `repository not found: ${detail}`);
  const text = `unexpected client error: unexpected requesting "${target}" status code: ${status}`;
  return cloneError("server-error", url, text);
}

function transportError(target: string, request: ProbeRequest, error: unknown): Error {
  if (error instanceof Error && error.name === "GitOperationError") return error;
  const get = `Get "${target}"`;
  if (request.signal.aborted) {
    return cloneError("timeout", request.url, `${get}: context deadline exceeded`, {
      cause: request.signal.reason,
    });
  }
  const { code, address, port, hostname } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
    readonly hostname?: string;
  };
  const { host } = new URL(target);
  const dial = address === undefined ? host : `${address}:${port ?? ""}`;
  if (code === "ECONNREFUSED") {
    return cloneError("unreachable", request.url, `${get}: dial tcp ${dial}: connect: connection refused`, {
      cause: error,
    });
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return cloneError(
      "unreachable",
      request.url,
      `${get}: dial tcp: lookup ${hostname ?? host}: no such host`,
      { cause: error },
    );
  }
  return cloneError("unreachable", request.url, `${get}: ${code ?? "connection failed"}`, { cause: error });
}
