import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, invalidField, requiredField } from "../field/field-error.ts";
import { fieldChild, fieldIndex, fieldKey } from "../field/field-path.ts";
import { isJsonArray, isJsonObject, ownValue } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";
import { featuresOf } from "./node-cache.ts";

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_WORDS =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
  "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', " +
  "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** Checks the metadata of an embedded resource; whoever knows ObjectMeta hands it in. */
export type MetadataCheck = (metadata: JsonValue, path: string) => readonly FieldError[];

function checkApiVersion(value: JsonValue | undefined, path: string): readonly FieldError[] {
  if (value === undefined) return [requiredField(path)];
  if (typeof value !== "string") return [invalidField(path, value, "must be a string")];
  if (value === "") return [invalidField(path, value, "must not be empty")];
  if (value.split("/").length <= 2) return [];
  return [invalidField(path, value, `unexpected GroupVersion string: ${value}`)];
}

function checkKind(value: JsonValue | undefined, path: string): readonly FieldError[] {
  if (value === undefined) return [requiredField(path)];
  if (typeof value !== "string") return [invalidField(path, value, "must be a string")];
  if (value === "") return [invalidField(path, value, "must not be empty")];
  const problems: string[] = [];
  if (value.length > 63) problems.push("must be no more than 63 bytes");
  if (!LABEL.test(value.toLowerCase())) problems.push(LABEL_WORDS);
  if (problems.length === 0) return [];
  return [
    invalidField(path, value, `may have mixed case, but should otherwise match: ${problems.join(",")}`),
  ];
}

function checkResource(resource: JsonObject, path: string, check: MetadataCheck): readonly FieldError[] {
  const metadata = ownValue(resource, "metadata");
  return [
    ...checkApiVersion(ownValue(resource, "apiVersion"), fieldChild(path, "apiVersion")),
    ...checkKind(ownValue(resource, "kind"), fieldChild(path, "kind")),
    ...(metadata === undefined ? [] : check(metadata, fieldChild(path, "metadata"))),
  ];
}

function walk(node: SchemaNode, value: JsonValue, path: string, check: MetadataCheck): readonly FieldError[] {
  if (!featuresOf(node).hasEmbeddedResources) return [];
  const errors: FieldError[] = [];
  if (isJsonArray(value) && node.items !== undefined) {
    for (const [index, item] of value.entries()) {
      errors.push(...walk(node.items, item, fieldIndex(path, index), check));
    }
  }
  if (!isJsonObject(value)) return errors;
  if (node["x-kubernetes-embedded-resource"] === true) errors.push(...checkResource(value, path, check));
  for (const [key, item] of Object.entries(value)) {
    const property = ownValue(node.properties, key);
    if (property !== undefined) errors.push(...walk(property, item, fieldChild(path, key), check));
    else if (typeof node.additionalProperties === "object") {
      errors.push(...walk(node.additionalProperties, item, fieldKey(path, key), check));
    }
  }
  return errors;
}

/** Checks `apiVersion`, `kind` and, by the function handed in, `metadata` of the resources embedded in a value. */
export function validateEmbeddedResources(
  schema: SchemaNode,
  value: JsonValue,
  path = "",
  check: MetadataCheck = () => [],
): readonly FieldError[] {
  return walk(schema, value, path, check);
}
