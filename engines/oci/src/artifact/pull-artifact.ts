import { type UnpackBudget, UnsafeArchiveError, unpackArchive } from "@weir/artifact";
import type { Tree } from "@weir/core";
import type { FetchedImage } from "../client/fetch-manifest.ts";
import type { RegistryClient } from "../client/registry-client.ts";
import type { OciDescriptor } from "../descriptor.ts";
import { parseOciDigest } from "../digest.ts";
import { helmMediaTypes } from "../media-type.ts";
import { OciLayerError, OciReferenceError } from "../oci-error.ts";
import { chooseTag } from "../reference/choose-tag.ts";
import { checkTag, type OciReference, type OciRepositoryName } from "../reference/oci-reference.ts";

/** What an OCIRepository follows: a digest, else a range of versions, else a tag, else `latest`. */
export interface ArtifactRef {
  readonly digest?: string;
  readonly semver?: string;
  readonly semverFilter?: string;
  readonly tag?: string;
}

/** Which layer is wanted, as an OCIRepository's `layerSelector` says it. */
export interface LayerSelector {
  /** The first layer where it is absent. */
  readonly mediaType?: string;
  /** `extract` by default. */
  readonly operation?: "extract" | "copy";
}

/** What a reference is now: the revision that Flux writes, and the digest to pull by. */
export interface ArtifactRevision {
  /** `<tag>@sha256:<hex>`, or the bare digest where that was asked for. */
  readonly revision: string;
  readonly digest: string;
  /** As it was followed: by tag or by digest. */
  readonly reference: OciReference;
}

/** How an artifact is looked for. */
export interface FindArtifactOptions {
  readonly ref?: ArtifactRef;
  readonly layerSelector?: LayerSelector;
  readonly signal?: AbortSignal;
}

/**
 * The reference that is followed; a range asks for the tags. Throws `OciReferenceError` for a digest or a tag that is none,
 * `NoMatchingTagError` and what the client throws.
 */
export async function findArtifact(
  client: RegistryClient,
  { registry, repository }: OciRepositoryName,
  { ref = {}, layerSelector = {}, signal }: FindArtifactOptions = {},
): Promise<OciReference> {
  const { digest = "", semver = "", tag = "" } = ref;
  const named = { registry, repository };
  if (digest !== "") return { ...named, digest: checkedDigest(digest) };
  if (semver === "") return { ...named, tag: tag === "" ? "latest" : checkedTag(tag) };
  const tags = await client.listTags(named, signal === undefined ? {} : { signal });
  return { ...named, tag: chooseTag(tags, { ...layerSelector, ...ref, semver }) };
}

/** A tag is a part of a path: what is none could name another one. */
function checkedTag(tag: string): string {
  checkTag(tag);
  return tag;
}

/** In the words of Flux's client. */
function checkedDigest(digest: string): string {
  if (parseOciDigest(digest) !== undefined) return digest;
  const [, algorithm = "", hex = ""] = /^([^:]+):(.+)$/s.exec(digest) ?? [];
  const stranger = /[^0-9a-f]/.exec(hex)?.[0];
  if (hex === "") throw new OciReferenceError(digest, `cannot parse hash: ${JSON.stringify(digest)}`);
  if (stranger !== undefined) {
    throw new OciReferenceError(digest, `found non-hex character in hash: ${stranger}`);
  }
  if (!/^sha(?:256|384|512)$/.test(algorithm)) {
    throw new OciReferenceError(digest, `unsupported hash: ${JSON.stringify(algorithm)}`);
  }
  throw new OciReferenceError(digest, `wrong number of hex digits for ${algorithm}: ${hex}`);
}

/** The revision of a reference; a digest is taken at its word, without asking. */
export async function resolveRevision(
  client: RegistryClient,
  reference: OciReference,
  signal?: AbortSignal,
): Promise<ArtifactRevision> {
  if (reference.digest !== undefined) {
    return { revision: reference.digest, digest: reference.digest, reference };
  }
  const { digest } = await client.resolve(reference, signal);
  return { revision: `${reference.tag ?? "latest"}@${digest}`, digest, reference };
}

/** A layer of an artifact, selected. */
export interface PulledLayer {
  readonly descriptor: OciDescriptor;
  /** As they are in the registry. */
  readonly bytes: Uint8Array;
}

/** An artifact that was pulled. */
export interface PulledArtifact {
  /** Of the manifest that was asked for; the one of an index, not of its child. */
  readonly digest: string;
  readonly manifest: FetchedImage;
  readonly annotations: Readonly<Record<string, string>>;
  readonly layer: PulledLayer;
}

/** What is pulled, and how much of it may be. */
export interface ArtifactPull {
  /** By digest, so that a tag that moves meanwhile changes nothing. */
  readonly reference: OciReference & { readonly digest: string };
  readonly mediaType?: string;
  readonly maxLayerBytes?: number;
  readonly signal?: AbortSignal;
}

/** Pulls one layer of an artifact into memory. Throws `OciLayerError` and what the client throws. */
export async function pullArtifact(client: RegistryClient, pull: ArtifactPull): Promise<PulledArtifact> {
  const { reference, mediaType, maxLayerBytes, signal } = pull;
  const manifest = await client.fetchImage(reference, undefined, signal);
  const descriptor = selectLayer(manifest.content.layers, mediaType);
  const bytes = await client.fetchBlob({
    repository: reference,
    descriptor,
    ...(maxLayerBytes === undefined ? {} : { maxBytes: maxLayerBytes }),
    ...(signal === undefined ? {} : { signal }),
  });
  const { annotations } = manifest.content;
  return { digest: reference.digest, manifest, annotations, layer: { descriptor, bytes } };
}

/** The first layer of a media type, or the first of all. Throws `OciLayerError` in Flux's words. */
export function selectLayer(layers: readonly OciDescriptor[], mediaType = ""): OciDescriptor {
  const [first] = layers;
  if (first === undefined) throw new OciLayerError("no layers found in artifact");
  if (mediaType === "") return first;
  const found = layers.find((layer) => layer.mediaType === mediaType);
  if (found !== undefined) return found;
  throw new OciLayerError(`failed to find layer with media type '${mediaType}' in artifact`, mediaType);
}

/** Unpacks a layer that is a `.tar.gz`, without its symbolic links, within a budget. Throws `OciLayerError`, with what is wrong as its cause. */
export async function extractLayer(
  layer: PulledLayer,
  budget?: UnpackBudget,
  signal?: AbortSignal,
): Promise<Tree> {
  try {
    return await unpackArchive(layer.bytes, { skipsSymlinks: true, ...budget }, signal);
  } catch (cause) {
    if (!(cause instanceof UnsafeArchiveError)) throw cause;
    const { mediaType } = layer.descriptor;
    throw new OciLayerError("failed to extract layer contents from artifact", mediaType, { cause });
  }
}

/** Whether a layer is a chart's archive. */
export function isChartLayer({ mediaType }: OciDescriptor): boolean {
  return mediaType === helmMediaTypes.chart || mediaType === helmMediaTypes.legacyChart;
}
