import { sha256Digest } from "../digest.ts";
import { responseError } from "../http/response-error.ts";
import { shownUrl } from "../http/request-name.ts";
import { RegistryProtocolError } from "../oci-error.ts";
import type { OciRepositoryName } from "../reference/oci-reference.ts";
import type { RegistryApi } from "./registry-api.ts";
import type { RegistryAnswer } from "./registry-connection.ts";

/** A blob on its way to a registry. */
export interface BlobUpload {
  readonly repository: OciRepositoryName;
  readonly bytes: Uint8Array;
  /** Of the bytes; worked out where it is absent. */
  readonly digest?: string;
  /** Another repository of the same registry that may have it already. */
  readonly mountFrom?: OciRepositoryName;
  /** Sends pieces of this size; by default all at once. */
  readonly chunkBytes?: number;
  readonly signal?: AbortSignal;
}

/** How a blob came to be there. */
export type UploadedBlob = {
  readonly kind: "existing" | "mounted" | "uploaded";
  readonly digest: string;
  readonly size: number;
};

/** Whether a repository has a blob. Throws `RegistryResponseError` where the registry does not say. */
export async function hasBlob(
  api: RegistryApi,
  repository: OciRepositoryName,
  digest: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const answer = await api.send({
    method: "HEAD",
    target: `blobs/${digest}`,
    repository,
    action: "pull",
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status !== 200 && answer.status !== 404) throw await responseError(answer.request, answer);
  answer.discard();
  return answer.status === 200;
}

/**
 * Brings a blob into a repository: not at all where it is there, by a mount where another repository has it, else by one
 * request or by pieces. A repeated call does no harm. Throws `RegistryResponseError` and `RegistryProtocolError`.
 */
export async function uploadBlob(api: RegistryApi, upload: BlobUpload): Promise<UploadedBlob> {
  const { repository, bytes, signal } = upload;
  const digest = upload.digest ?? sha256Digest(bytes);
  const blob = { digest, size: bytes.byteLength };
  if (await hasBlob(api, repository, digest, signal)) return { kind: "existing", ...blob };
  const started = await startUpload(api, upload, digest);
  if (started.kind === "mounted") return { kind: "mounted", ...blob };
  const { chunkBytes = 0 } = upload;
  const location =
    chunkBytes > 0 ? await sendChunks(api, upload, { ...started, chunkBytes }) : started.location;
  await finishUpload(api, upload, { digest, location, body: chunkBytes > 0 ? new Uint8Array() : bytes });
  return { kind: "uploaded", ...blob };
}

type StartedUpload =
  | { readonly kind: "mounted" }
  | { readonly kind: "session"; readonly location: URL; readonly leastChunk: number };

async function startUpload(api: RegistryApi, upload: BlobUpload, digest: string): Promise<StartedUpload> {
  const { repository, mountFrom } = upload;
  const isMount = mountFrom !== undefined && mountFrom.registry === repository.registry;
  const query = isMount ? `?${new URLSearchParams({ mount: digest, from: mountFrom.repository })}` : "";
  const answer = await api.send({
    ...shared(upload),
    method: "POST",
    target: `blobs/uploads/${query}`,
    ...(isMount ? { moreScopes: [`repository:${mountFrom.repository}:pull`] } : {}),
  });
  if (answer.status === 201 && isMount) {
    answer.discard();
    return { kind: "mounted" };
  }
  await expectStatus(answer, [202]);
  const least = answer.headers.get("oci-chunk-min-length") ?? "";
  return {
    kind: "session",
    location: locationOf(answer),
    leastChunk: /^\d{1,12}$/.test(least) ? Number(least) : 0,
  };
}

function shared(upload: BlobUpload): {
  readonly repository: OciRepositoryName;
  readonly action: "pull,push";
  readonly signal?: AbortSignal;
} {
  const { repository, signal } = upload;
  return { repository, action: "pull,push", ...(signal === undefined ? {} : { signal }) };
}

interface ChunkedUpload {
  readonly location: URL;
  readonly leastChunk: number;
  readonly chunkBytes: number;
}

/** How often an upload in pieces is asked how far it is, when a piece does not fit what is there. */
const MAX_RESUMES = 3;

async function sendChunks(
  api: RegistryApi,
  upload: BlobUpload,
  { location: first, leastChunk, chunkBytes }: ChunkedUpload,
): Promise<URL> {
  const { bytes } = upload;
  const step = Math.max(chunkBytes, leastChunk);
  let location = first;
  let resumes = 0;
  for (let start = 0; start < bytes.byteLength; ) {
    const chunk = bytes.subarray(start, start + step);
    const answer = await sendChunk(api, upload, { location, start, chunk });
    // A piece whose answer was lost is there already when it is sent again.
    if (answer.status === 416 && resumes < MAX_RESUMES) {
      resumes += 1;
      answer.discard();
      start = await askProgress(api, upload, location);
      continue;
    }
    await expectStatus(answer, [202]);
    location = locationOf(answer);
    start += chunk.byteLength;
  }
  return location;
}

function sendChunk(
  api: RegistryApi,
  upload: BlobUpload,
  { location, start, chunk }: { readonly location: URL; readonly start: number; readonly chunk: Uint8Array },
): Promise<RegistryAnswer> {
  return api.send({
    ...shared(upload),
    method: "PATCH",
    target: location,
    headers: {
      "content-type": "application/octet-stream",
      "content-range": `${start}-${start + chunk.byteLength - 1}`,
    },
    body: chunk,
  });
}

/** How many bytes the registry has; a range that ends with the first byte is what an empty upload has. */
async function askProgress(api: RegistryApi, upload: BlobUpload, location: URL): Promise<number> {
  const answer = await api.send({ ...shared(upload), method: "GET", target: location });
  await expectStatus(answer, [204]);
  const end = Number(/^(?:bytes=)?0-(\d{1,15})$/.exec(answer.headers.get("range") ?? "")?.[1] ?? 0);
  return end === 0 ? 0 : end + 1;
}

async function finishUpload(
  api: RegistryApi,
  upload: BlobUpload,
  { digest, location, body }: { readonly digest: string; readonly location: URL; readonly body: Uint8Array },
): Promise<void> {
  const target = new URL(location);
  target.searchParams.set("digest", digest);
  const answer = await api.send({
    ...shared(upload),
    method: "PUT",
    target,
    headers: { "content-type": "application/octet-stream" },
    body,
  });
  await expectStatus(answer, [201, 204]);
}

/** Lets go of an answer that says yes. Throws `RegistryResponseError` for another. */
export async function expectStatus(answer: RegistryAnswer, statuses: readonly number[]): Promise<void> {
  if (!statuses.includes(answer.status)) throw await responseError(answer.request, answer);
  answer.discard();
}

function locationOf(answer: RegistryAnswer): URL {
  const { url, method } = answer.request;
  const location = answer.headers.get("location") ?? "";
  const subject = `${method} ${shownUrl(url)}`;
  if (location === "" || !URL.canParse(location, url.href)) {
    throw new RegistryProtocolError(
      "malformed-location",
      subject,
      "the answer names no place for the upload",
    );
  }
  const target = new URL(location, url);
  target.username = "";
  target.password = "";
  // A registry behind a proxy that ends TLS may name itself by the scheme it sees.
  if (target.host === url.host) target.protocol = url.protocol;
  if (target.protocol !== "https:" && url.protocol === "https:") {
    throw new RegistryProtocolError("insecure-redirect", subject, "the place for the upload is in the clear");
  }
  return target;
}
