import type { OciDescriptor } from "../descriptor.ts";
import { hashLike, parseOciDigest } from "../digest.ts";
import { responseError } from "../http/response-error.ts";
import {
  OciBudgetError,
  OciIntegrityError,
  RegistryProtocolError,
  RegistryUnreachableError,
} from "../oci-error.ts";
import { formatRepository, type OciRepositoryName } from "../reference/oci-reference.ts";
import type { RegistryApi } from "./registry-api.ts";
import type { RegistryAnswer } from "./registry-connection.ts";

/** Which blob is read, and how much of it may be. */
export interface BlobRequest {
  readonly repository: OciRepositoryName;
  readonly descriptor: Pick<OciDescriptor, "digest" | "size">;
  /** The client's `blobBytes` by default. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** How often a broken read goes on where it stopped. */
const RESUMES = 3;
const RESUME_DELAY_MS = 200;

/**
 * Streams a blob. What comes is counted and digested on the way: the stream ends well only where size and digest are those
 * of the descriptor, so that nothing is to be kept of one that ends with an error. A read that breaks goes on where it
 * stopped, three times at most. Throws `OciIntegrityError`, `OciBudgetError`, `RegistryResponseError` and
 * `RegistryUnreachableError`.
 */
export async function* readBlob(api: RegistryApi, request: BlobRequest): AsyncGenerator<Uint8Array> {
  const { descriptor } = request;
  const subject = subjectOf(request);
  const { digest, size } = descriptor;
  if (parseOciDigest(digest) === undefined) {
    throw new RegistryProtocolError("malformed-manifest", subject, "the digest is of no known algorithm");
  }
  const maxBytes = request.maxBytes ?? api.limits.blobBytes;
  if (size > maxBytes) throw new OciBudgetError("blob-bytes", subject, maxBytes);
  const hash = hashLike(digest);
  let received = 0;
  for await (const chunk of readWithResumes(api, request, () => received)) {
    received += chunk.byteLength;
    hash.update(chunk);
    yield chunk;
  }
  if (received !== size) throw wrongSize(request, received);
  const actual = `${digest.slice(0, digest.indexOf(":"))}:${hash.digest("hex")}`;
  if (actual !== digest) throw new OciIntegrityError("digest", { subject, expected: digest, actual });
}

async function* readWithResumes(
  api: RegistryApi,
  request: BlobRequest,
  received: () => number,
): AsyncGenerator<Uint8Array> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      yield* readFrom(api, request, received());
      return;
    } catch (error) {
      request.signal?.throwIfAborted();
      if (!(error instanceof RegistryUnreachableError)) throw error;
      if (attempt === RESUMES) throw truncated(request, received(), error);
    }
    await api.clock.sleep(RESUME_DELAY_MS * 2 ** attempt, request.signal);
  }
}

/** The rest of the blob from an offset on; never a byte more than the descriptor says. */
async function* readFrom(api: RegistryApi, request: BlobRequest, offset: number): AsyncGenerator<Uint8Array> {
  const { size } = request.descriptor;
  // A blob of no bytes, or one that broke off after its last, has no rest to ask for.
  if (offset === size && offset > 0) return;
  const answer = await api.send({
    method: "GET",
    target: `blobs/${request.descriptor.digest}`,
    repository: request.repository,
    action: "pull",
    headers: offset === 0 ? {} : { range: `bytes=${offset}-${size - 1}` },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  let skip = await toSkip(answer, request, offset);
  let at = offset;
  for await (const chunk of answer.body) {
    const dropped = Math.min(skip, chunk.byteLength);
    skip -= dropped;
    at += chunk.byteLength - dropped;
    if (at > size) {
      answer.discard();
      throw wrongSize(request, at);
    }
    if (dropped < chunk.byteLength) yield chunk.subarray(dropped);
  }
  // A body that ends early without an error comes of a server that closed the connection to mark its end.
  if (at < size) {
    throw new RegistryUnreachableError(
      { method: "GET", url: answer.request.url.origin + answer.request.url.pathname },
      { cause: truncated(request, at) },
    );
  }
}

/** How many bytes of the answer were already read: none of a range, all of a server that knows no ranges. */
async function toSkip(answer: RegistryAnswer, request: BlobRequest, offset: number): Promise<number> {
  const { size } = request.descriptor;
  if (answer.status !== 200 && answer.status !== 206) throw await responseError(answer.request, answer);
  const isRange = answer.status === 206;
  const start = /^bytes (\d+)-/.exec(answer.headers.get("content-range") ?? "")?.[1];
  if (isRange && Number(start) !== offset) {
    answer.discard();
    throw new RegistryProtocolError(
      "unexpected-status",
      subjectOf(request),
      "the registry sent another range than asked for",
    );
  }
  const announced = answer.headers.get("content-length");
  const expected = isRange ? size - offset : size;
  if (announced !== undefined && Number(announced) !== expected) {
    answer.discard();
    throw wrongSize(request, isRange ? offset + Number(announced) : Number(announced));
  }
  return isRange ? 0 : offset;
}

function subjectOf({ repository, descriptor }: BlobRequest): string {
  return `${formatRepository(repository)}@${descriptor.digest}`;
}

function wrongSize(request: BlobRequest, actual: number): OciIntegrityError {
  return new OciIntegrityError("size", sizesOf(request, actual));
}

function truncated(request: BlobRequest, actual: number, cause?: unknown): OciIntegrityError {
  return new OciIntegrityError("truncated", sizesOf(request, actual), cause === undefined ? {} : { cause });
}

function sizesOf(
  request: BlobRequest,
  actual: number,
): { readonly subject: string; readonly expected: string; readonly actual: string } {
  return { subject: subjectOf(request), expected: `${request.descriptor.size}`, actual: `${actual}` };
}

/** Reads a whole blob into memory. Throws as `readBlob`. */
export async function fetchBlob(api: RegistryApi, request: BlobRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBlob(api, request)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
