import type { JsonValue } from "@weir/core";
import { duplicateField, type FieldError, invalidField } from "../field/field-error.ts";
import { fieldChild, fieldIndex, fieldKey } from "../field/field-path.ts";
import { writeGoJson } from "../field/go-text.ts";
import { isJsonArray, isJsonObject, ownValue, setOwn } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";
import { featuresOf } from "./node-cache.ts";

/** The indices at which a value occurs for the second time; further repeats are not reported again. */
function secondOccurrences(values: readonly JsonValue[]): readonly number[] {
  const times = new Map<string, number>();
  const repeated: number[] = [];
  for (const [index, value] of values.entries()) {
    const text = writeGoJson(value);
    const before = times.get(text) ?? 0;
    times.set(text, before + 1);
    if (before === 1) repeated.push(index);
  }
  return repeated;
}

function pickKeys(keys: readonly string[], item: JsonValue): JsonValue {
  const picked: Record<string, JsonValue> = {};
  if (!isJsonObject(item)) return picked;
  for (const key of keys) {
    const value = ownValue(item, key);
    if (value !== undefined) setOwn(picked, key, value);
  }
  return picked;
}

function checkListMap(node: SchemaNode, items: readonly JsonValue[], path: string): readonly FieldError[] {
  const stranger = items.findIndex((item) => item !== null && !isJsonObject(item));
  if (stranger !== -1) {
    const problem = "must be an object for an array of list-type map";
    return [invalidField(fieldIndex(path, stranger), items[stranger] ?? null, problem)];
  }
  const keys = items.map((item) => pickKeys(node["x-kubernetes-list-map-keys"] ?? [], item));
  return secondOccurrences(keys).map((index) => duplicateField(fieldIndex(path, index), keys[index] ?? {}));
}

function checkList(node: SchemaNode, items: readonly JsonValue[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (node["x-kubernetes-list-type"] === "set") {
    for (const index of secondOccurrences(items)) {
      errors.push(duplicateField(fieldIndex(path, index), items[index] ?? null));
    }
  } else if (node["x-kubernetes-list-type"] === "map") {
    errors.push(...checkListMap(node, items, path));
  }
  const { items: itemNode } = node;
  if (itemNode === undefined) return errors;
  return [...errors, ...items.flatMap((item, index) => walk(itemNode, item, fieldIndex(path, index)))];
}

function walk(node: SchemaNode, value: JsonValue, path: string): readonly FieldError[] {
  if (!featuresOf(node).hasKeyedLists) return [];
  if (isJsonArray(value)) return checkList(node, value, path);
  if (!isJsonObject(value)) return [];
  const errors: FieldError[] = [];
  for (const [key, item] of Object.entries(value)) {
    const property = ownValue(node.properties, key);
    if (property !== undefined) errors.push(...walk(property, item, fieldChild(path, key)));
    else if (typeof node.additionalProperties === "object") {
      errors.push(...walk(node.additionalProperties, item, fieldKey(path, key)));
    }
  }
  return errors;
}

/** Checks that items of lists of type `set` and keys in lists of type `map` occur once. */
export function validateListKeys(schema: SchemaNode, value: JsonValue, path = ""): readonly FieldError[] {
  return walk(schema, value, path);
}
