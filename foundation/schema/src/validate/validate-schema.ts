import type { JsonValue } from "@weir/core";
import type { FieldError } from "../field/field-error.ts";
import type { SchemaNode } from "../schema-node.ts";
import { type MetadataCheck, validateEmbeddedResources } from "./embedded-resource.ts";
import { validateListKeys } from "./list-keys.ts";
import { validateValue } from "./validate-value.ts";

/** Options of a validation. */
export interface ValidateOptions {
  /** The path of the value, put before those of its fields; none by default. Texts name fields without it. */
  readonly path?: string;
  /** The value before an update: parts that stay as they were are not held against the new one. */
  readonly old?: JsonValue;
  /** Checks the metadata of embedded resources. */
  readonly checkMetadata?: MetadataCheck;
}

/**
 * Validates a value by a schema, in the API server's words and order: the keywords of JSON Schema, then embedded
 * resources, then the keys of lists.
 *
 * CEL rules are not evaluated here. The value is expected as it is after pruning and defaulting. Errors name fields as
 * causes of a Status do; those that concern no single field are at `<nil>`. Linear in the size of the value, but for
 * `anyOf`, `oneOf`, `allOf` and `not`, which try each alternative.
 */
export function validateSchema(
  schema: SchemaNode,
  value: JsonValue,
  options: ValidateOptions = {},
): readonly FieldError[] {
  const { path = "", old, checkMetadata } = options;
  return [
    ...validateValue(schema, value, path, old),
    ...validateEmbeddedResources(schema, value, path, checkMetadata),
    ...validateUniqueKeys(schema, value, { path, ...(old === undefined ? {} : { old }) }),
  ];
}

/** Validates the keys of lists alone: an object that already broke their uniqueness may go on doing so. */
export function validateUniqueKeys(
  schema: SchemaNode,
  value: JsonValue,
  { path = "", old }: Pick<ValidateOptions, "path" | "old"> = {},
): readonly FieldError[] {
  const repeated = validateListKeys(schema, value, path);
  const isExcused =
    repeated.length > 0 && old !== undefined && validateListKeys(schema, old, path).length > 0;
  return isExcused ? [] : repeated;
}
