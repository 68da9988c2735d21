import type { ApiRequest, Handle } from "@weir/apiserver";
import { headerOf, type Transport, type TransportRequest } from "@weir/client";
import { requestEntityTooLargeError } from "@weir/objects";

/** A transport to an API in the same process: answers come as the text or bytes that they are. */
export function inProcessTransport(handle: Handle): Transport {
  return async (request) => {
    const { status, headers, body, bytes } = await handle(fromTransport(request));
    // 204 and 304 have no body at all.
    if (status === 204 || status === 304) return { status, headers, body: "" };
    return { status, headers, body: bytes === undefined ? body : pieceOf(bytes) };
  };
}

/** Bytes as a body of one piece; the client knows whether they are text. */
async function* pieceOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A client's request as the handlers of an API see it. */
export function fromTransport(request: TransportRequest): ApiRequest {
  const { url, method, body = "", signal } = request;
  const pathStart = url.indexOf("/", url.indexOf("://") + 3);
  const queryStart = url.indexOf("?", pathStart);
  const path = queryStart < 0 ? url.slice(pathStart) : url.slice(pathStart, queryStart);
  return {
    method,
    path: pathStart < 0 ? "/" : path,
    query: new URLSearchParams(queryStart < 0 ? "" : url.slice(queryStart + 1)),
    header: (name) => headerOf(request, name),
    headersWithPrefix: (prefix) => {
      const names = new Set(request.headers.map(([name]) => name).filter((name) => name.startsWith(prefix)));
      return [...names].map((name) => [name, headerOf(request, name) ?? ""] as const);
    },
    readBody: async (limitBytes) => {
      const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
      if (bytes.length > limitBytes) throw requestEntityTooLargeError(`limit is ${limitBytes}`);
      return bytes;
    },
    signal: signal ?? new AbortController().signal,
  };
}
