import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { HeldBody } from "../flow/held-body.ts";
import type { ApiRequest, ApiResponse, BodyPiece } from "./api-request.ts";

/** Answers up to this long are sent as they are. */
const THRESHOLD_BYTES = 128 * 1024;
/** The quickest; what is sent is not much longer than with others. */
const LEVEL = 1;
const PIECE_BYTES = 64 * 1024;

/**
 * A long answer as its client accepts it: with gzip, as kube-apiserver compresses what is longer than 128 KiB. Streams
 * come here only if they are that long. Compressing happens in other threads.
 */
export function compressed(request: Pick<ApiRequest, "header">, answer: ApiResponse): ApiResponse {
  const { body, bytes, headers } = answer;
  const isShort = typeof body === "string" && (bytes ?? body).length <= THRESHOLD_BYTES;
  if (isShort || !acceptsGzip(request.header("accept-encoding"))) return answer;
  return {
    status: answer.status,
    headers: [...headers, ["Content-Encoding", "gzip"], ["Vary", "Accept-Encoding"]],
    body: typeof body === "string" ? gzipped([bytes ?? body]) : held(body),
  };
}

/** A stream as it is compressed; it is let go of also if nobody has asked for its first piece. */
function held(body: AsyncIterable<BodyPiece>): AsyncIterable<BodyPiece> {
  const letGo = (): void => void body[Symbol.asyncIterator]().return?.();
  return new HeldBody(gzipped(body), { letGo });
}

function acceptsGzip(header: string | undefined): boolean {
  return header?.split(",").some((coding) => coding.trim() === "gzip") ?? false;
}

async function* gzipped(pieces: Iterable<BodyPiece> | AsyncIterable<BodyPiece>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(pieces, { highWaterMark: 1 });
  const gzip = createGzip({ level: LEVEL, chunkSize: PIECE_BYTES });
  // What fails is told by the end that is read here.
  pipeline(source, gzip, () => undefined);
  try {
    for await (const piece of gzip) yield piece as Uint8Array;
  } finally {
    gzip.destroy();
  }
}
