import {
  artifactTypeOf,
  type OciDescriptor,
  type OciIndex,
  type OciManifest,
  parseManifest,
} from "../descriptor.ts";
import { hasDigest, parseOciDigest, sha256Digest } from "../digest.ts";
import { imageMediaTypes } from "../media-type.ts";
import { RegistryProtocolError } from "../oci-error.ts";
import { readRequest } from "./read-request.ts";
import { emptyAnswer, jsonAnswer, refusal } from "./registry-response.ts";
import type { RegistryStore, StoredManifest } from "./registry-store.ts";

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_MANIFEST = 4 * 1024 * 1024;

/** A manifest that a request names. */
export interface ManifestTarget {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/** Answers a request for one manifest. */
export async function answerManifest(
  store: RegistryStore,
  request: Request,
  target: ManifestTarget,
): Promise<Response> {
  if (request.method === "PUT") return putManifest(store, request, target);
  const { repository, reference } = target;
  if ((await store.listTags(repository)) === undefined) return refusal("NAME_UNKNOWN");
  const digest =
    parseOciDigest(reference) === undefined ? await store.getTag(repository, reference) : reference;
  const manifest = digest === undefined ? undefined : await store.getManifest(repository, digest);
  if (digest === undefined || manifest === undefined) return refusal("MANIFEST_UNKNOWN");
  switch (request.method) {
    case "GET":
    case "HEAD":
      return manifestAnswer(request.method, digest, manifest);
    case "DELETE":
      if (digest === reference) await store.deleteManifest(repository, digest);
      else await store.deleteTag(repository, reference);
      return emptyAnswer(202, {});
    default:
      return refusal("UNSUPPORTED");
  }
}

function manifestAnswer(
  method: "GET" | "HEAD",
  digest: string,
  { mediaType, bytes }: StoredManifest,
): Response {
  const headers = {
    "content-type": mediaType,
    "content-length": String(bytes.byteLength),
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  };
  return new Response(method === "HEAD" ? null : (bytes as Uint8Array<ArrayBuffer>), { headers });
}

async function putManifest(
  store: RegistryStore,
  request: Request,
  { repository, reference }: ManifestTarget,
): Promise<Response> {
  const isDigest = parseOciDigest(reference) !== undefined;
  if (!isDigest && !TAG.test(reference)) return refusal("TAG_INVALID");
  const bytes = await readRequest(request, MAX_MANIFEST);
  if (bytes === undefined) return refusal("SIZE_INVALID");
  if (isDigest && !hasDigest(bytes, reference)) return refusal("DIGEST_INVALID");
  const content = tryParse(bytes);
  if (content === undefined) return refusal("MANIFEST_INVALID");
  const missing = await missingPart(store, repository, content);
  if (missing !== undefined)
    return refusal("MANIFEST_BLOB_UNKNOWN", {}, `Manifest names the unknown ${missing}`);
  const mediaType = request.headers.get("content-type") ?? content.mediaType ?? imageMediaTypes.manifest;
  const digest = isDigest ? reference : sha256Digest(bytes);
  await store.putManifest(repository, digest, { mediaType, bytes });
  if (!isDigest) await store.putTag(repository, reference, digest);
  return manifestCreated(repository, digest, content);
}

function manifestCreated(repository: string, digest: string, content: OciManifest | OciIndex): Response {
  return emptyAnswer(201, {
    location: `/v2/${repository}/manifests/${digest}`,
    "docker-content-digest": digest,
    "content-length": "0",
    ...(content.subject === undefined ? {} : { "oci-subject": content.subject.digest }),
  });
}

function tryParse(bytes: Uint8Array): OciManifest | OciIndex | undefined {
  try {
    return parseManifest(bytes, "manifest");
  } catch (error) {
    if (error instanceof RegistryProtocolError) return undefined;
    throw error;
  }
}

/** A manifest is complete when it comes; only what it refers to may come later. */
async function missingPart(
  store: RegistryStore,
  repository: string,
  content: OciManifest | OciIndex,
): Promise<string | undefined> {
  if (content.kind === "index") {
    for (const { digest } of content.manifests) {
      if ((await store.getManifest(repository, digest)) === undefined) return `manifest ${digest}`;
    }
    return undefined;
  }
  const parts = content.config === undefined ? content.layers : [content.config, ...content.layers];
  for (const { digest } of parts) {
    if ((await store.getBlob(repository, digest)) === undefined) return `blob ${digest}`;
  }
  return undefined;
}

/** Answers which manifests refer to one. */
export async function answerReferrers(
  store: RegistryStore,
  request: Request,
  { repository, digest }: { readonly repository: string; readonly digest: string },
): Promise<Response> {
  if (request.method !== "GET") return refusal("UNSUPPORTED");
  if (parseOciDigest(digest) === undefined) return refusal("DIGEST_INVALID", {}, "Invalid digest");
  const wanted = new URL(request.url).searchParams.get("artifactType");
  const all = await referrersOf(store, repository, digest);
  const manifests = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
  return jsonAnswer(
    { schemaVersion: 2, mediaType: imageMediaTypes.index, manifests },
    {
      "content-type": imageMediaTypes.index,
      ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }),
    },
  );
}

async function referrersOf(
  store: RegistryStore,
  repository: string,
  digest: string,
): Promise<readonly OciDescriptor[]> {
  const found: OciDescriptor[] = [];
  for (const candidate of await store.listManifests(repository)) {
    const manifest = await store.getManifest(repository, candidate);
    const content = manifest === undefined ? undefined : tryParse(manifest.bytes);
    if (manifest === undefined || content?.subject?.digest !== digest) continue;
    const artifactType = artifactTypeOf(content);
    found.push({
      mediaType: manifest.mediaType,
      digest: candidate,
      size: manifest.bytes.byteLength,
      ...(artifactType === undefined ? {} : { artifactType }),
      annotations: content.annotations,
    });
  }
  return found;
}
