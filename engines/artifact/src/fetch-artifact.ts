import type { Clock, Tree } from "@weir/core";
import { unpackArchive, type UnpackBudget } from "./archive/unpack.ts";
import { ArtifactDigestError, ArtifactFetchError, UnsafeArchiveError } from "./artifact-error.ts";
import { digestOf, parseDigest } from "./digest.ts";

/** What fetching needs. */
export interface FetchArtifactDeps {
  readonly fetch: (url: string, init: { readonly signal?: AbortSignal }) => Promise<Response>;
  readonly clock: Clock;
}

/** Limits of one fetch. */
export interface FetchArtifactOptions {
  /**
   * How often a download is tried again where the server is not reached, is at fault or asks for patience; 9 by default, as
   * Flux. Any other answer stands, as does a wrong digest.
   */
  readonly retries?: number;
  /** Bytes of the archive; 256 MiB by default. */
  readonly maxBytes?: number;
  readonly unpack?: UnpackBudget;
  readonly signal?: AbortSignal;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
const MAX_BYTES = 256 * 1024 * 1024;

/** Downloads an artifact, holds it against its digest and unpacks it into a tree. Nothing unverified is unpacked. */
export async function fetchArtifact(
  artifact: { readonly url: string; readonly digest: string },
  deps: FetchArtifactDeps,
  options: FetchArtifactOptions = {},
): Promise<Tree> {
  const bytes = await downloadArtifact(artifact, deps, options);
  return unpackArchive(bytes, options.unpack, options.signal);
}

/** Downloads an artifact as it is and holds it against its digest: for what is no tree of files, such as a chart. */
export async function downloadArtifact(
  artifact: { readonly url: string; readonly digest: string },
  deps: FetchArtifactDeps,
  options: Omit<FetchArtifactOptions, "unpack"> = {},
): Promise<Uint8Array> {
  const bytes = await download(artifact.url, deps, options);
  const actual = digestOf(bytes, parseDigest(artifact.digest));
  if (actual !== artifact.digest) throw new ArtifactDigestError(artifact.digest, actual);
  return bytes;
}

async function download(
  url: string,
  deps: FetchArtifactDeps,
  options: FetchArtifactOptions,
): Promise<Uint8Array> {
  const retries = options.retries ?? 9;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await downloadOnce(url, deps, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (attempt >= retries || !(error instanceof ArtifactFetchError) || !mayPass(error)) throw error;
      await deps.clock.sleep(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt), options.signal);
    }
  }
}

/** Flux's rule: an artifact that is not there comes with a new event of its source, not with patience. */
function mayPass({ status }: ArtifactFetchError): boolean {
  return status === undefined || status === 429 || (status >= 500 && status !== 501);
}

async function downloadOnce(
  url: string,
  deps: FetchArtifactDeps,
  options: FetchArtifactOptions,
): Promise<Uint8Array> {
  const { signal, maxBytes = MAX_BYTES } = options;
  let response: Response;
  try {
    response = await deps.fetch(url, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new ArtifactFetchError(`failed to download artifact from ${url}`, { cause: error });
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new ArtifactFetchError(`failed to download artifact from ${url}, status: ${response.status}`, {
      status: response.status,
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new UnsafeArchiveError("too-large", "", `it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
