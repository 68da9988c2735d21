import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import { parseOciDigest } from "./digest.ts";
import { RegistryProtocolError } from "./oci-error.ts";

/** What a blob or manifest is, and what its bytes must be. */
export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: OciPlatform;
}

/** What an image runs on. */
export interface OciPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** A manifest of one artifact. */
export interface OciManifest {
  readonly kind: "manifest";
  readonly mediaType: string | undefined;
  readonly artifactType: string | undefined;
  readonly config: OciDescriptor | undefined;
  readonly layers: readonly OciDescriptor[];
  readonly subject: OciDescriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A list of manifests. */
export interface OciIndex {
  readonly kind: "index";
  readonly mediaType: string | undefined;
  readonly artifactType: string | undefined;
  readonly manifests: readonly OciDescriptor[];
  readonly subject: OciDescriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Manifests nest far less; a text that nests deeper is not looked at. */
const MAX_JSON_DEPTH = 64;

/** Reads JSON of a registry. Throws `RegistryProtocolError` that names what it is of. */
export function readJson(bytes: Uint8Array, subject: string): JsonValue {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return parseJson(text, { maxDepth: MAX_JSON_DEPTH });
  } catch (cause) {
    throw new RegistryProtocolError("malformed-json", subject, "the answer is not JSON", { cause });
  }
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads an own property of an object. */
export function propertyOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A property that is a text, or an empty one. */
export function textOf(object: JsonObject, key: string): string {
  const value = propertyOf(object, key);
  return typeof value === "string" ? value : "";
}

/** Reads a manifest or an index. Throws `RegistryProtocolError`. */
export function parseManifest(bytes: Uint8Array, subject: string): OciManifest | OciIndex {
  const value = readJson(bytes, subject);
  if (!isJsonObject(value)) throw malformed(subject, "the manifest is no object");
  if (propertyOf(value, "schemaVersion") === 1) throw malformed(subject, "schema 1 is not supported");
  const shared = {
    mediaType: optionalText(value, "mediaType"),
    artifactType: optionalText(value, "artifactType"),
    subject: optionalDescriptor(propertyOf(value, "subject"), subject),
    annotations: readAnnotations(propertyOf(value, "annotations"), subject),
  };
  const manifests = propertyOf(value, "manifests");
  if (manifests !== undefined && manifests !== null) {
    return { kind: "index", ...shared, manifests: readDescriptors(manifests, subject) };
  }
  return {
    kind: "manifest",
    ...shared,
    config: optionalDescriptor(propertyOf(value, "config"), subject),
    layers: readDescriptors(propertyOf(value, "layers") ?? [], subject),
  };
}

/** What kind of artifact a manifest is: by its own word, else by its config. */
export function artifactTypeOf(content: OciManifest | OciIndex): string | undefined {
  return content.artifactType ?? (content.kind === "manifest" ? content.config?.mediaType : undefined);
}

function malformed(subject: string, detail: string): RegistryProtocolError {
  return new RegistryProtocolError("malformed-manifest", subject, detail);
}

function optionalText(object: JsonObject, key: string): string | undefined {
  const text = textOf(object, key);
  return text === "" ? undefined : text;
}

function readDescriptors(value: JsonValue, subject: string): readonly OciDescriptor[] {
  if (!Array.isArray(value)) throw malformed(subject, "a list of descriptors is no list");
  return value.map((item) => readDescriptor(item, subject));
}

function optionalDescriptor(value: JsonValue | undefined, subject: string): OciDescriptor | undefined {
  return value === undefined || value === null ? undefined : readDescriptor(value, subject);
}

function readDescriptor(value: JsonValue, subject: string): OciDescriptor {
  if (!isJsonObject(value)) throw malformed(subject, "a descriptor is no object");
  const digest = textOf(value, "digest");
  const size = propertyOf(value, "size");
  if (parseOciDigest(digest) === undefined) {
    throw malformed(subject, `a descriptor has the digest ${JSON.stringify(digest.slice(0, 160))}`);
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw malformed(subject, `the descriptor of ${digest} has no size`);
  }
  const artifactType = optionalText(value, "artifactType");
  const platform = propertyOf(value, "platform");
  const annotations = propertyOf(value, "annotations");
  return {
    mediaType: textOf(value, "mediaType"),
    digest,
    size,
    ...(annotations === undefined || annotations === null
      ? {}
      : { annotations: readAnnotations(annotations, subject) }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(isJsonObject(platform) ? { platform: readPlatform(platform) } : {}),
  };
}

function readPlatform(value: JsonObject): OciPlatform {
  const variant = optionalText(value, "variant");
  return {
    os: textOf(value, "os"),
    architecture: textOf(value, "architecture"),
    ...(variant === undefined ? {} : { variant }),
  };
}

/** A null-prototype record, so that no annotation is taken for a method. */
function readAnnotations(value: JsonValue | undefined, subject: string): Readonly<Record<string, string>> {
  const annotations = Object.create(null) as Record<string, string>;
  if (value === undefined || value === null) return annotations;
  if (!isJsonObject(value)) throw malformed(subject, "the annotations are no object");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw malformed(subject, "an annotation is no text");
    annotations[key] = text;
  }
  return annotations;
}
