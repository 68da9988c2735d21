import { artifactTypeOf, type OciDescriptor, parseManifest } from "../descriptor.ts";
import { hasDigest, sha256Digest } from "../digest.ts";
import { responseError } from "../http/response-error.ts";
import { imageMediaTypes } from "../media-type.ts";
import { OciIntegrityError } from "../oci-error.ts";
import { formatReference, type OciReference } from "../reference/oci-reference.ts";
import { manifestTarget } from "./fetch-manifest.ts";
import { referrersByTag, referrersTag, withReferrer } from "./referrers.ts";
import type { RegistryApi } from "./registry-api.ts";

/** A manifest on its way to a registry. */
export interface ManifestPush {
  /** With a tag, or with the digest of the bytes; with neither it is put under its digest. */
  readonly reference: OciReference;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly signal?: AbortSignal;
}

/**
 * Puts a manifest. One that refers to another is entered in the list under that one's tag where the registry does not
 * keep referrers itself. Throws `RegistryResponseError`, and `OciIntegrityError` for bytes of another digest.
 */
export async function pushManifest(api: RegistryApi, push: ManifestPush): Promise<OciDescriptor> {
  const { reference, mediaType, bytes, signal } = push;
  const descriptor = { mediaType, digest: sha256Digest(bytes), size: bytes.byteLength };
  const subject = formatReference(reference);
  if (reference.digest !== undefined && !hasDigest(bytes, reference.digest)) {
    const { digest: actual } = descriptor;
    throw new OciIntegrityError("digest", { subject, expected: reference.digest, actual });
  }
  const hasName = reference.tag !== undefined || reference.digest !== undefined;
  const target = hasName ? reference : { ...reference, digest: descriptor.digest };
  const answer = await api.send({
    method: "PUT",
    target: manifestTarget(target),
    repository: reference,
    action: "pull,push",
    headers: { "content-type": mediaType },
    body: bytes,
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status !== 201) throw await responseError(answer.request, answer);
  const keepsReferrers = answer.headers.has("oci-subject");
  answer.discard();
  if (!keepsReferrers) await enterReferrer(api, push, descriptor);
  return descriptor;
}

async function enterReferrer(api: RegistryApi, push: ManifestPush, descriptor: OciDescriptor): Promise<void> {
  const { reference, bytes, signal } = push;
  const content = parseManifest(bytes, formatReference(reference));
  if (content.subject === undefined) return;
  const artifactType = artifactTypeOf(content);
  const entry = {
    ...descriptor,
    ...(artifactType === undefined ? {} : { artifactType }),
    annotations: content.annotations,
  };
  const { registry, repository } = reference;
  const list = { registry, repository, tag: referrersTag(content.subject.digest) };
  await pushManifest(api, {
    reference: list,
    mediaType: imageMediaTypes.index,
    bytes: withReferrer(await referrersByTag(api, list, signal), entry),
    ...(signal === undefined ? {} : { signal }),
  });
}
