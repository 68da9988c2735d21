import type { JsonObject, JsonValue } from "@weir/core";
import { fieldChild, fieldIndex, fieldKey } from "./field/field-path.ts";
import { isJsonArray, isJsonObject } from "./json-shape.ts";
import { SchemaSyntaxError } from "./schema-error.ts";
import type { CelRule, SchemaNode } from "./schema-node.ts";

const MAX_DEPTH = 200;

type Reader = (value: JsonValue, path: string, depth: number) => unknown;

function refuse(path: string, wanted: string): never {
  throw new SchemaSyntaxError(path, `must be ${wanted}`);
}

const readString: Reader = (value, path) => (typeof value === "string" ? value : refuse(path, "a string"));

const readBoolean: Reader = (value, path) => (typeof value === "boolean" ? value : refuse(path, "a boolean"));

const readNumber: Reader = (value, path) => {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : refuse(path, "a number");
};

const readAny: Reader = (value) => value;

function listOf(read: Reader): Reader {
  return (value, path, depth) => {
    if (!isJsonArray(value)) return refuse(path, "a list");
    return value.map((item, index) => read(item, fieldIndex(path, index), depth));
  };
}

const readNodeMap: Reader = (value, path, depth) => {
  if (!isJsonObject(value)) return refuse(path, "an object");
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    readNode(item, fieldKey(path, key), depth),
  ]);
  // fromEntries defines own properties, so that a property named __proto__ is one like any other.
  return Object.fromEntries(entries);
};

const readNodeOrBoolean: Reader = (value, path, depth) =>
  typeof value === "boolean" ? value : readNode(value, path, depth);

const RULE_KEYWORDS: Readonly<Record<keyof CelRule, Reader>> = {
  rule: readString,
  message: readString,
  messageExpression: readString,
  reason: readString,
  fieldPath: readString,
  optionalOldSelf: readBoolean,
};

const readRule: Reader = (value, path, depth) => readKeywords(RULE_KEYWORDS, value, path, depth);

const NODE_KEYWORDS: Readonly<Record<keyof SchemaNode, Reader>> = {
  type: readString,
  format: readString,
  title: readString,
  description: readString,
  nullable: readBoolean,
  default: readAny,
  enum: listOf(readAny),
  properties: readNodeMap,
  required: listOf(readString),
  additionalProperties: readNodeOrBoolean,
  items: (value, path, depth) => readNode(value, path, depth),
  minItems: readNumber,
  maxItems: readNumber,
  uniqueItems: readBoolean,
  minLength: readNumber,
  maxLength: readNumber,
  pattern: readString,
  minimum: readNumber,
  maximum: readNumber,
  exclusiveMinimum: readBoolean,
  exclusiveMaximum: readBoolean,
  multipleOf: readNumber,
  minProperties: readNumber,
  maxProperties: readNumber,
  allOf: listOf((value, path, depth) => readNode(value, path, depth)),
  anyOf: listOf((value, path, depth) => readNode(value, path, depth)),
  oneOf: listOf((value, path, depth) => readNode(value, path, depth)),
  not: (value, path, depth) => readNode(value, path, depth),
  "x-kubernetes-int-or-string": readBoolean,
  "x-kubernetes-preserve-unknown-fields": readBoolean,
  "x-kubernetes-embedded-resource": readBoolean,
  "x-kubernetes-list-type": readString,
  "x-kubernetes-list-map-keys": listOf(readString),
  "x-kubernetes-map-type": readString,
  "x-kubernetes-patch-strategy": readString,
  "x-kubernetes-patch-merge-key": readString,
  "x-kubernetes-unions": listOf(readAny),
  "x-kubernetes-validations": listOf(readRule),
};

function readKeywords(
  keywords: Readonly<Record<string, Reader>>,
  value: JsonValue,
  path: string,
  depth: number,
): JsonObject {
  if (!isJsonObject(value)) return refuse(path, "an object");
  const read: Record<string, unknown> = {};
  for (const [keyword, reader] of Object.entries(keywords)) {
    if (!Object.hasOwn(value, keyword)) continue;
    const given = value[keyword];
    // A keyword of null is one that is not there; a default of null counts as none.
    if (given === undefined || given === null) continue;
    read[keyword] = reader(given, fieldChild(path, keyword), depth);
  }
  return read as JsonObject;
}

function readNode(value: JsonValue, path: string, depth: number): SchemaNode {
  if (depth >= MAX_DEPTH) throw new SchemaSyntaxError(path, `is nested more than ${MAX_DEPTH} deep`);
  return readKeywords(NODE_KEYWORDS, value, path, depth + 1) as SchemaNode;
}

/**
 * Reads a schema from JSON, such as the `openAPIV3Schema` of a CRD: the edge where a schema is checked and typed.
 *
 * Keywords that structural schemas do not have are dropped; one that holds the wrong type, and nesting of more than
 * 200 nodes, ends in a `SchemaSyntaxError` naming the place. The result is for keeping: derived data such as compiled
 * patterns is cached by the identity of its nodes.
 */
export function parseSchemaNode(json: JsonValue): SchemaNode {
  return readNode(json, "", 0);
}
