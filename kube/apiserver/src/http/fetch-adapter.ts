import { requestEntityTooLargeError } from "@weir/objects";
import type { ApiRequest, ApiResponse, BodyPiece } from "./api-request.ts";

/** A fetch Request as the handlers see it. */
export function fromFetch(request: Request): ApiRequest {
  const pathStart = request.url.indexOf("/", request.url.indexOf("://") + 3);
  const queryStart = request.url.indexOf("?", pathStart);
  const path = queryStart < 0 ? request.url.slice(pathStart) : request.url.slice(pathStart, queryStart);
  const query = queryStart < 0 ? "" : request.url.slice(queryStart + 1);
  return {
    method: request.method,
    path: pathStart < 0 ? "/" : path,
    query: new URLSearchParams(query),
    header: (name) => request.headers.get(name) ?? undefined,
    // Headers of one name come joined.
    headersWithPrefix: (prefix) =>
      [...request.headers]
        .filter(([name]) => name.startsWith(prefix))
        .flatMap(([name, value]) => value.split(", ").map((each): [string, string] => [name, each])),
    readBody: async (limitBytes) => {
      const bytes = new Uint8Array(await request.arrayBuffer());
      if (bytes.length > limitBytes) throw requestEntityTooLargeError(`limit is ${limitBytes}`);
      return bytes;
    },
    signal: request.signal,
  };
}

/** An answer as a fetch Response. */
export function toFetch(response: ApiResponse): Response {
  const headers = new Headers();
  for (const [name, value] of response.headers) headers.append(name, value);
  const { bytes } = response;
  const text = typeof response.body === "string" ? response.body : streamOf(response.body);
  const body = bytes === undefined ? text : new Uint8Array(bytes);
  // 204 and 304 have no body at all.
  const isEmpty = response.status === 204 || response.status === 304;
  return new Response(isEmpty ? null : body, { status: response.status, headers });
}

const encoder = new TextEncoder();

function streamOf(chunks: AsyncIterable<BodyPiece>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(typeof next.value === "string" ? encoder.encode(next.value) : next.value);
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}
