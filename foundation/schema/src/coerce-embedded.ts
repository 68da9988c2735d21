import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";
import { type FieldError, invalidField } from "./field/field-error.ts";
import { fieldChild, fieldIndex } from "./field/field-path.ts";
import { isJsonArray, isJsonObject, ownValue, setOwn } from "./json-shape.ts";
import type { SchemaNode } from "./schema-node.ts";
import { featuresOf } from "./validate/node-cache.ts";

/** What reading a `metadata` came to; whoever knows ObjectMeta reads it. */
export type MetadataReading =
  | { readonly kind: "read"; readonly metadata: JsonValue; readonly unknownFields: readonly string[] }
  | { readonly kind: "refused"; readonly problem: string };

/** Reads the `metadata` of an embedded resource: checks its types and drops what it does not know. */
export type ReadMetadata = (metadata: JsonValue) => MetadataReading;

/** What becomes of a type or a metadata that cannot be read as such. */
export type WrongMetadata = "refuse" | "drop";

/** What coercing a value came to. */
export type Coercion =
  | { readonly kind: "coerced"; readonly value: JsonValue; readonly unknownFields: readonly string[] }
  | { readonly kind: "refused"; readonly error: FieldError };

/** One walk over a value; it ends at the first error, as upstream's does. */
class Coercer {
  readonly unknown: string[] = [];
  readonly #read: ReadMetadata;
  readonly #wrong: WrongMetadata;
  error: FieldError | undefined;

  constructor(read: ReadMetadata, wrong: WrongMetadata) {
    this.#read = read;
    this.#wrong = wrong;
  }

  coerce(node: SchemaNode, value: JsonValue, path: string): JsonValue {
    if (this.error !== undefined || !featuresOf(node).hasEmbeddedResources) return value;
    if (isJsonArray(value)) return this.#coerceItems(node, value, path);
    return isJsonObject(value) ? this.#coerceFields(node, value, path) : value;
  }

  #coerceItems(node: SchemaNode, items: readonly JsonValue[], path: string): JsonValue {
    const { items: itemNode } = node;
    if (itemNode === undefined) return items;
    const coerced = items.map((item, index) => this.coerce(itemNode, item, fieldIndex(path, index)));
    return coerced.every((item, index) => item === items[index]) ? items : coerced;
  }

  #coerceFields(node: SchemaNode, fields: JsonObject, path: string): JsonValue {
    const isResource = node["x-kubernetes-embedded-resource"] === true;
    let changed: Record<string, JsonValue> | undefined;
    for (const key of Object.keys(fields)) {
      const value = fields[key] ?? null;
      const here = isResource ? this.#coerceMeta(key, value, path) : value;
      const child = ownValue(node.properties, key) ?? node.additionalProperties;
      const isWalked = typeof child === "object" && here !== undefined;
      const coerced = isWalked ? this.coerce(child, here, fieldChild(path, key)) : here;
      if (coerced === value) continue;
      changed ??= { ...fields };
      if (coerced === undefined) delete changed[key];
      else setOwn(changed, key, coerced);
    }
    return changed ?? fields;
  }

  /** A field of the type or the metadata; `undefined` where it is dropped. */
  #coerceMeta(key: string, value: JsonValue, path: string): JsonValue | undefined {
    const place = fieldChild(path, key);
    if (key === "apiVersion" || key === "kind") {
      return typeof value === "string" ? value : this.#refuse(place, value, "must be a string");
    }
    if (key !== "metadata") return value;
    const reading = this.#read(value);
    if (reading.kind === "refused") return this.#refuse(place, value, reading.problem);
    this.unknown.push(...reading.unknownFields.map((field) => `${place}.${field}`));
    return reading.metadata;
  }

  #refuse(place: string, value: JsonValue, problem: string): JsonValue | undefined {
    if (this.#wrong === "drop") return undefined;
    this.error ??= invalidField(place, value, problem);
    return value;
  }
}

/**
 * Brings the metadata of embedded resources into ObjectMeta's shape, as the API server does before it prunes.
 *
 * `read` is called for each of them; the fields that it did not know are named by their whole path. What did not
 * change keeps its identity. What cannot be read so is refused, unless it is to be dropped.
 */
// oxlint-disable-next-line max-params -- a value by its schema, and how it is read
export function coerceEmbeddedMetadata(
  schema: SchemaNode,
  value: JsonValue,
  read: ReadMetadata,
  wrong: WrongMetadata = "refuse",
): Coercion {
  const coercer = new Coercer(read, wrong);
  const coerced = coercer.coerce(schema, value, "");
  if (coercer.error !== undefined) return { kind: "refused", error: coercer.error };
  return { kind: "coerced", value: coerced, unknownFields: coercer.unknown.sort(compareUtf8) };
}
