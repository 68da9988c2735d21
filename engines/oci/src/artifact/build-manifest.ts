import type { OciDescriptor } from "../descriptor.ts";
import { sha256Digest } from "../digest.ts";
import { imageMediaTypes } from "../media-type.ts";

/** One part of an artifact: its media type and its bytes. */
export interface ArtifactPart {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The descriptor of a part, with its fields in the order of the image specification. */
export function describePart({ mediaType, bytes, annotations }: ArtifactPart): OciDescriptor {
  return {
    mediaType,
    digest: sha256Digest(bytes),
    size: bytes.byteLength,
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** What a manifest is made of. */
export interface ManifestParts {
  readonly artifactType?: string;
  /** Leaves its own media type out, as helm does. */
  readonly isUntyped?: boolean;
  readonly config: OciDescriptor;
  readonly layers: readonly OciDescriptor[];
  readonly subject?: OciDescriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Writes a manifest; the same parts give the same bytes, because annotations are sorted. */
export function buildManifest(parts: ManifestParts): Uint8Array {
  const { artifactType, isUntyped = false, config, layers, subject, annotations = {} } = parts;
  const sorted = Object.entries(annotations).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const manifest = {
    schemaVersion: 2,
    ...(isUntyped ? {} : { mediaType: imageMediaTypes.manifest }),
    ...(artifactType === undefined ? {} : { artifactType }),
    config,
    layers,
    ...(subject === undefined ? {} : { subject }),
    ...(sorted.length === 0 ? {} : { annotations: Object.fromEntries(sorted) }),
  };
  return Buffer.from(goEscaped(JSON.stringify(manifest)));
}

/** Go writes these within texts by their number; the digest of a manifest is one of its bytes. */
export function goEscaped(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
