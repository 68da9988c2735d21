import { gunzipSync } from "node:zlib";
import { type Clock, systemClock } from "@weir/core";
import type { RegistryClient } from "../client/registry-client.ts";
import type { OciDescriptor } from "../descriptor.ts";
import { sha256Digest } from "../digest.ts";
import { fluxMediaTypes, imageMediaTypes, ociAnnotations } from "../media-type.ts";
import type { OciReference } from "../reference/oci-reference.ts";
import { type ArtifactPart, buildManifest, describePart, goEscaped } from "./build-manifest.ts";

/** An artifact as the flux command pushes one: a single layer, and where it came from. */
export interface ArtifactPush {
  readonly reference: OciReference;
  /** A `.tar.gz`, unless the media type says otherwise. */
  readonly content: Uint8Array;
  /** Flux's content by default. */
  readonly mediaType?: string;
  /** URL of the source. */
  readonly source?: string;
  /** Such as `main@sha1:<commit>`. */
  readonly revision?: string;
  /** RFC 3339; now by default. */
  readonly created?: string;
  /** More annotations, which win over those above. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** Pushes an artifact with Flux's media types. Throws what the client throws. */
export async function pushArtifact(client: RegistryClient, push: ArtifactPush): Promise<OciDescriptor> {
  const { source, revision, clock = systemClock, mediaType = fluxMediaTypes.content } = push;
  const created = push.created ?? new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const annotations = {
    [ociAnnotations.created]: created,
    ...(source === undefined ? {} : { [ociAnnotations.source]: source }),
    ...(revision === undefined ? {} : { [ociAnnotations.revision]: revision }),
    ...push.annotations,
  };
  const config = {
    mediaType: fluxMediaTypes.config,
    bytes: configOf(annotations[ociAnnotations.created] ?? created, push.content),
  };
  return pushParts(client, {
    reference: push.reference,
    config,
    layers: [{ mediaType, bytes: push.content }],
    annotations,
    ...(push.signal === undefined ? {} : { signal: push.signal }),
  });
}

/** The bytes that flux writes: one layer, by the digest of what it unpacks to. */
function configOf(created: string, content: Uint8Array): Uint8Array {
  const config = {
    architecture: "",
    created,
    history: [{ created: "0001-01-01T00:00:00Z" }],
    os: "",
    rootfs: { type: "layers", diff_ids: [sha256Digest(unpacked(content))] },
    config: {},
  };
  return Buffer.from(goEscaped(JSON.stringify(config)));
}

function unpacked(content: Uint8Array): Uint8Array {
  const isGzip = content[0] === 0x1f && content[1] === 0x8b;
  return isGzip ? gunzipSync(content) : content;
}

/** All that makes up an artifact. */
export interface PartsPush {
  readonly reference: OciReference;
  readonly artifactType?: string;
  readonly config: ArtifactPart;
  readonly layers: readonly ArtifactPart[];
  readonly subject?: OciDescriptor;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Pushes the parts of an artifact and then its manifest, so that nobody sees a manifest without its parts. */
export async function pushParts(client: RegistryClient, push: PartsPush): Promise<OciDescriptor> {
  const { reference, config, layers, signal } = push;
  const held = signal === undefined ? {} : { signal };
  for (const { bytes } of [config, ...layers])
    await client.uploadBlob({ repository: reference, bytes, ...held });
  const bytes = buildManifest({
    config: describePart(config),
    layers: layers.map(describePart),
    ...(push.artifactType === undefined ? {} : { artifactType: push.artifactType }),
    ...(push.subject === undefined ? {} : { subject: push.subject }),
    ...(push.annotations === undefined ? {} : { annotations: push.annotations }),
  });
  return client.pushManifest({ reference, mediaType: imageMediaTypes.manifest, bytes, ...held });
}
