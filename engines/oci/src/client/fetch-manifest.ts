import { hasDigest, parseOciDigest, sha256Digest } from "../digest.ts";
import {
  type OciDescriptor,
  type OciIndex,
  type OciManifest,
  type OciPlatform,
  parseManifest,
} from "../descriptor.ts";
import { readBody } from "../http/read-body.ts";
import { responseError } from "../http/response-error.ts";
import { imageMediaTypes, isIndexMediaType } from "../media-type.ts";
import { OciBudgetError, OciIntegrityError, RegistryProtocolError } from "../oci-error.ts";
import { formatReference, type OciReference } from "../reference/oci-reference.ts";
import type { RegistryApi } from "./registry-api.ts";

/** A manifest or index, and the bytes that its digest is of. */
export interface FetchedManifest {
  readonly descriptor: OciDescriptor;
  readonly bytes: Uint8Array;
  readonly content: OciManifest | OciIndex;
}

/** The manifest of one artifact, found through indexes where there are some. */
export interface FetchedImage extends FetchedManifest {
  readonly content: OciManifest;
}

const ACCEPT = [
  imageMediaTypes.manifest,
  imageMediaTypes.index,
  imageMediaTypes.dockerManifest,
  imageMediaTypes.dockerManifestList,
].join(",");

/** The tag or the digest by which a manifest is asked for; the digest goes first. */
export function manifestTarget(reference: OciReference): string {
  return `manifests/${reference.digest ?? reference.tag ?? "latest"}`;
}

/**
 * What a reference stands for now, by HEAD; where a registry does not answer that as it should, by GET. Throws
 * `RegistryResponseError`, with `isNotFound` where there is nothing.
 */
export async function resolveReference(
  api: RegistryApi,
  reference: OciReference,
  signal?: AbortSignal,
): Promise<OciDescriptor> {
  return (
    (await headManifest(api, reference, signal)) ?? (await fetchManifest(api, reference, signal)).descriptor
  );
}

async function headManifest(
  api: RegistryApi,
  reference: OciReference,
  signal?: AbortSignal,
): Promise<OciDescriptor | undefined> {
  const answer = await api.send({
    method: "HEAD",
    target: manifestTarget(reference),
    repository: reference,
    action: "pull",
    headers: { accept: ACCEPT },
    ...(signal === undefined ? {} : { signal }),
  });
  answer.discard();
  const mediaType = answer.headers.get("content-type") ?? "";
  const length = answer.headers.get("content-length") ?? "";
  const digest = answer.headers.get("docker-content-digest") ?? "";
  if (answer.status !== 200 || mediaType === "" || !/^\d{1,15}$/.test(length)) return undefined;
  if (parseOciDigest(digest) === undefined) return undefined;
  if (reference.digest !== undefined && reference.digest !== digest) return undefined;
  return { mediaType: bareMediaType(mediaType), digest, size: Number(length) };
}

function bareMediaType(header: string): string {
  return (header.split(";")[0] ?? "").trim();
}

/**
 * Fetches a manifest or index and checks it against the digest that was asked for, or that the registry says it has.
 * Throws `RegistryResponseError`, `OciIntegrityError`, `OciBudgetError` and `RegistryProtocolError`.
 */
export async function fetchManifest(
  api: RegistryApi,
  reference: OciReference,
  signal?: AbortSignal,
): Promise<FetchedManifest> {
  const subject = formatReference(reference);
  const answer = await api.send({
    method: "GET",
    target: manifestTarget(reference),
    repository: reference,
    action: "pull",
    headers: { accept: ACCEPT },
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status !== 200) throw await responseError(answer.request, answer);
  const bytes = await readBody(answer, {
    maxBytes: api.limits.manifestBytes,
    budget: "manifest-bytes",
    subject,
  });
  const digest = checkedDigest(reference, bytes, answer.headers.get("docker-content-digest"));
  const content = parseManifest(bytes, subject);
  const mediaType = bareMediaType(answer.headers.get("content-type") ?? "") || (content.mediaType ?? "");
  return { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes, content };
}

/** By tag, the registry's own word is held to, too: a cache between that serves another manifest is noticed. */
function checkedDigest(reference: OciReference, bytes: Uint8Array, announced: string | undefined): string {
  const subject = formatReference(reference);
  const { digest } = reference;
  const expected =
    digest ?? (announced !== undefined && parseOciDigest(announced) !== undefined ? announced : undefined);
  if (expected === undefined) return sha256Digest(bytes);
  if (hasDigest(bytes, expected)) return expected;
  throw new OciIntegrityError("digest", { subject, expected, actual: sha256Digest(bytes) });
}

/** The platform that Flux asks indexes for. */
export const defaultPlatform: OciPlatform = { os: "linux", architecture: "amd64" };

/**
 * Fetches the manifest of an artifact; of an index, that of the first entry for the platform, where an entry without one
 * is for `linux/amd64`. Throws as `fetchManifest`, and `OciBudgetError` where indexes nest too deep.
 */
export async function fetchImage(
  api: RegistryApi,
  reference: OciReference,
  platform: OciPlatform = defaultPlatform,
  signal?: AbortSignal,
): Promise<FetchedImage> {
  let current = reference;
  for (let depth = 0; depth <= api.limits.indexDepth; depth += 1) {
    const fetched = await fetchManifest(api, current, signal);
    const { content, descriptor } = fetched;
    if (content.kind === "manifest" && !isIndexMediaType(descriptor.mediaType))
      return { ...fetched, content };
    const manifests = content.kind === "index" ? content.manifests : [];
    const child = manifests.find((entry) => isForPlatform(entry.platform ?? defaultPlatform, platform));
    if (child === undefined) {
      const { os, architecture } = platform;
      throw new RegistryProtocolError(
        "malformed-manifest",
        formatReference(current),
        `no child with platform ${os}/${architecture} in index`,
      );
    }
    current = { registry: reference.registry, repository: reference.repository, digest: child.digest };
  }
  throw new OciBudgetError("index-depth", formatReference(reference), api.limits.indexDepth);
}

function isForPlatform(offered: OciPlatform, wanted: OciPlatform): boolean {
  if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return false;
  return wanted.variant === undefined || offered.variant === wanted.variant;
}
