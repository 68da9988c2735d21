import type { IncomingMessage } from "node:http";
import type { GitCredentials, GitProxy } from "../credentials.ts";
import { cloneError } from "../git-error.ts";
import { type Advertisement, parseAdvertisement } from "./advertisement.ts";
import { httpGet } from "./http-get.ts";
import { ProxyError } from "./proxy-error.ts";

/** What asking a server needs. */
export interface ProbeRequest {
  readonly url: string;
  readonly credentials: GitCredentials;
  /** An `http` or `https` one. */
  readonly proxy?: GitProxy;
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

async function ask(
  target: string,
  request: ProbeRequest,
  withCredentials: boolean,
): Promise<IncomingMessage> {
  const { credentials, signal, proxy } = request;
  const { caFile, certFile, keyFile } = credentials;
  const hasCertificate = withCredentials && certFile !== undefined && keyFile !== undefined;
  const headers = {
    accept: "*/*",
    "user-agent": "git/weir",
    ...(withCredentials ? authorizationOf(credentials) : {}),
  };
  const tls = {
    ...(caFile === undefined ? {} : { ca: caFile }),
    ...(hasCertificate ? { cert: certFile, key: keyFile } : {}),
  };
  try {
    return await httpGet({ url: new URL(target), headers, tls, signal, ...(proxy && { proxy }) });
  } catch (error) {
    throw transportError(target, request, error);
  }
}

function authorizationOf(credentials: GitCredentials): Readonly<Record<string, string>> {
  if (credentials.kind === "bearer") return { authorization: `Bearer ${credentials.bearerToken ?? ""}` };
  if (credentials.kind !== "basic") return {};
  const pair = `${credentials.username ?? ""}:${credentials.password ?? ""}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
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
  if (error instanceof ProxyError) {
    const detail = error.cause === undefined ? "" : `: ${connectionDetail(error.cause)}`;
    return cloneError("unreachable", request.url, `${get}: ${error.message}${detail}`);
  }
  return cloneError("unreachable", request.url, `${get}: ${connectionDetail(error, new URL(target).host)}`, {
    cause: error,
  });
}

/** What went wrong with a connection, as Go says it. */
function connectionDetail(error: unknown, host = ""): string {
  const { code, address, port, hostname } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
    readonly hostname?: string;
  };
  const dial = address === undefined ? host : `${address}:${port ?? ""}`;
  if (code === "ECONNREFUSED") return `dial tcp ${dial}: connect: connection refused`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `dial tcp: lookup ${hostname ?? host}: no such host`;
  }
  return code ?? "connection failed";
}
