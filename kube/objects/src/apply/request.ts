import type { JsonObject } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { formatApiVersion } from "../api-version.ts";
import { FieldSet } from "../fields/field-set.ts";
import { isJsonObject } from "../json-object.ts";
import type { GroupVersionKind } from "../object.ts";
import { TypedValueError } from "../typed/check-typed.ts";
import { type FieldType, FieldTypes } from "../typed/field-type.ts";
import { objectMetaSchema } from "../typed/object-meta-schema.ts";
import type { ConvertTo, TypeAt } from "./ownership.ts";

/** What a write says of itself, as far as field ownership goes. */
export interface FieldWrite {
  /** The kind that is written, in the request's version. */
  readonly gvk: GroupVersionKind;
  /** The kind's schema in the request's version; without one all types are deduced from values. */
  readonly schema: SchemaNode | undefined;
  /** The request's field manager. */
  readonly manager: string;
  readonly now: Date;
  /** `status`, `scale` …; absent or empty for the main resource. */
  readonly subresource?: string;
  /** Fields that a write of this (sub)resource never changes, with all below them; see `fieldSetOf`. */
  readonly resetFields?: FieldSet;
  /**
   * Whether `resetFields` holds for managers of all versions and not of the request's alone: for a built-in kind and for a
   * status it does, a custom resource's versions name only their own otherwise.
   */
  readonly resetsAllVersions?: boolean;
  /**
   * The schema at another version in which managers may have written: `"missing"` where it is not served any more, so
   * that those managers are dropped; `"unconvertible"` where that is an error, as of a custom resource. All versions are alike where this is absent.
   */
  readonly schemaAt?: (apiVersion: string) => SchemaNode | undefined | "missing" | "unconvertible";
  /**
   * Writes an object, which names its own version, in another one of them. Without it all versions are taken to have
   * the same fields, as custom resources without a conversion do.
   */
  readonly convertTo?: (object: JsonObject, apiVersion: string) => JsonObject;
  /**
   * What an object of the kind holds before anything is set. Go's structs always hold their inner structs, so for a
   * built-in kind nobody owns `.spec` or `.status` themselves; for a custom resource it is `{}`, the default.
   */
  readonly emptyObject?: JsonObject;
}

// Results by schema node, kept as long as the node lives; nothing else is kept here.
const fieldTypes = new FieldTypes(objectMetaSchema);

/** The type of a whole object, compiled once for each schema. */
export function objectType(schema: SchemaNode | undefined): FieldType {
  return fieldTypes.root(schema);
}

/** The types of the object at every version of its managers. */
export function typesOf(write: FieldWrite): TypeAt {
  const own = formatApiVersion(write.gvk);
  return (apiVersion) => {
    if (apiVersion === own || write.schemaAt === undefined) return objectType(write.schema);
    const schema = write.schemaAt(apiVersion);
    if (schema === "unconvertible")
      throw new TypedValueError(`request to convert CR to an invalid group/version: ${apiVersion}`);
    return schema === "missing" ? undefined : objectType(schema);
  };
}

/** The write's conversion between versions; none by default. */
export function conversionOf({ convertTo }: FieldWrite): ConvertTo {
  if (convertTo === undefined) return (object) => object;
  return (object, apiVersion) => (isJsonObject(object) ? convertTo(object, apiVersion) : object);
}

/** The fields that a write resets; none by default. */
export function resetFieldsOf(write: FieldWrite): FieldSet {
  return write.resetFields ?? FieldSet.empty;
}

/** The object before it exists. */
export function emptyObjectOf(write: FieldWrite): JsonObject {
  return { ...write.emptyObject, apiVersion: formatApiVersion(write.gvk), kind: write.gvk.kind };
}

/** Times in managedFields are whole seconds. */
export function timeOf(write: FieldWrite): string {
  return write.now.toISOString().replace(/\.\d+Z$/, "Z");
}
