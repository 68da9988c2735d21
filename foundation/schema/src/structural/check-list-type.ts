import {
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "../field/field-error.ts";
import { fieldChild, fieldKey } from "../field/field-path.ts";
import { ownValue } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";
import type { CrdNode } from "./crd-schema.ts";

const LIST_TYPE = "x-kubernetes-list-type";
const LIST_KEYS = "x-kubernetes-list-map-keys";
const MAP_TYPE = "x-kubernetes-map-type";

function checkMapType(node: CrdNode, path: string): readonly FieldError[] {
  const type = node[MAP_TYPE];
  if (type === undefined) return [];
  const errors: FieldError[] = [];
  if (node.type !== "object") {
    const problem = "must be object if x-kubernetes-map-type is specified";
    const place = fieldChild(path, "type");
    errors.push(
      node.type === undefined ? requiredField(place, problem) : invalidField(place, node.type, problem),
    );
  }
  if (type !== "atomic" && type !== "granular") {
    errors.push(unsupportedField(fieldChild(path, MAP_TYPE), type, ["atomic", "granular"]));
  }
  return errors;
}

/** Items of a set are compared as wholes, so they must merge as wholes. */
function checkSetItems(items: SchemaNode, path: string): readonly FieldError[] {
  const problem = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const listType = items[LIST_TYPE] ?? "atomic";
  if (items.type === "array" && listType !== "atomic") {
    return [invalidField(fieldChild(fieldChild(path, "items"), LIST_TYPE), listType, problem)];
  }
  if (items.type === "object" && items[MAP_TYPE] !== "atomic") {
    return [invalidField(fieldChild(fieldChild(path, "items"), MAP_TYPE), items[LIST_TYPE] ?? null, problem)];
  }
  return [];
}

function checkListKind(node: CrdNode, path: string): readonly FieldError[] {
  const type = node[LIST_TYPE];
  if (type === undefined) return [];
  const errors: FieldError[] = [];
  if (node.type !== "array") {
    const problem = "must be array if x-kubernetes-list-type is specified";
    const place = fieldChild(path, "type");
    errors.push(
      node.type === undefined ? requiredField(place, problem) : invalidField(place, node.type, problem),
    );
  } else if (type === "set" && node.items !== undefined) {
    errors.push(...checkSetItems(node.items, path));
  }
  if (type !== "atomic" && type !== "set" && type !== "map") {
    errors.push(unsupportedField(fieldChild(path, LIST_TYPE), type, ["atomic", "set", "map"]));
  }
  return errors;
}

function checkKeyNames(keys: readonly string[], items: SchemaNode, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const place = fieldChild(path, LIST_KEYS);
  for (const key of keys) {
    const property = ownValue(items.properties, key);
    if (property === undefined) {
      errors.push(invalidField(place, keys, "entries must all be names of item properties"));
    } else if (property.type === "array" || property.type === "object") {
      const problem = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalidField(`${path}.items.properties[${key}].type`, items.type ?? "", problem));
    }
    if (seen.has(key)) errors.push(invalidField(place, keys, "must not contain duplicate entries"));
    seen.add(key);
  }
  return errors;
}

function checkListMap(node: CrdNode, path: string): readonly FieldError[] {
  const keys = node[LIST_KEYS] ?? [];
  const type = node[LIST_TYPE];
  const errors: FieldError[] = [];
  if (keys.length > 0 && type !== "map") {
    const problem = "must be map if x-kubernetes-list-map-keys is non-empty";
    const place = fieldChild(path, LIST_TYPE);
    errors.push(type === undefined ? requiredField(place, problem) : invalidField(place, type, problem));
  }
  if (type !== "map") return errors;
  if (keys.length === 0) {
    const problem = "must not be empty if x-kubernetes-list-type is map";
    errors.push(requiredField(fieldChild(path, LIST_KEYS), problem));
  }
  const { items } = node;
  if (items === undefined) {
    const problem = "must have a schema if x-kubernetes-list-type is map";
    return [...errors, requiredField(fieldChild(path, "items"), problem)];
  }
  if (items.type === "object") return [...errors, ...checkKeyNames(keys, items, path)];
  const problem = "must be object if parent array's x-kubernetes-list-type is map";
  return [...errors, invalidField(`${path}.items.type`, items.type ?? "", problem)];
}

/** Keys are always there and never null. */
function checkKeyPresence(key: string, items: SchemaNode, itemsPath: string): readonly FieldError[] {
  const property = ownValue(items.properties, key);
  if (property === undefined) return [];
  const place = fieldKey(fieldChild(itemsPath, "properties"), key);
  const errors: FieldError[] = [];
  if (items.required?.includes(key) !== true && property.default === undefined) {
    const problem =
      "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
    errors.push(requiredField(fieldChild(place, "default"), problem));
  }
  if (property.nullable === true) {
    const problem = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
    errors.push(forbiddenField(fieldChild(place, "nullable"), problem));
  }
  return errors;
}

function checkPresence(node: CrdNode, path: string): readonly FieldError[] {
  const { items } = node;
  const type = node[LIST_TYPE];
  if (items === undefined || (type !== "set" && type !== "map")) return [];
  const itemsPath = fieldChild(path, "items");
  const errors: FieldError[] = [];
  if (items.nullable === true) {
    const problem = `cannot be nullable when x-kubernetes-list-type is ${type}`;
    errors.push(forbiddenField(fieldChild(itemsPath, "nullable"), problem));
  }
  if (type === "set") return errors;
  const keys = node[LIST_KEYS] ?? [];
  return [...errors, ...keys.flatMap((key) => checkKeyPresence(key, items, itemsPath))];
}

/** Checks the keywords that say how lists and maps merge. */
export function checkMergeKeywords(node: CrdNode, path: string): readonly FieldError[] {
  return [
    ...checkMapType(node, path),
    ...checkListKind(node, path),
    ...checkListMap(node, path),
    ...checkPresence(node, path),
  ];
}
