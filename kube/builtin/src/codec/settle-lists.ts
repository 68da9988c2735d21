import type { JsonObject, JsonValue } from "@weir/core";
import type { GoStruct, GoType } from "../go-types.ts";

/**
 * Writes null for the empty lists of an object, as it comes back from the store, in which nothing tells them from absent
 * ones. Who wrote an empty list owns it all the same, so this comes after ownership is told. An object without empty lists
 * is returned itself.
 */
export function settleLists(struct: GoStruct, object: JsonObject): JsonObject {
  if (!holdsEmptyList(object)) return object;
  return settleStruct(struct, object);
}

function holdsEmptyList(value: JsonValue): boolean {
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.length === 0 || value.some(holdsEmptyList);
  const object = value as JsonObject;
  for (const key in object) {
    if (holdsEmptyList(object[key] ?? null)) return true;
  }
  return false;
}

function settleStruct(struct: GoStruct, object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const type = struct.fields.get(key)?.type;
      return [key, type === undefined ? value : settle(type, value)];
    }),
  );
}

function settle(type: GoType, value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  switch (type.kind) {
    case "pointer":
      return settle(type.item, value);
    case "struct":
      return Array.isArray(value) ? value : settleStruct(type.struct, value as JsonObject);
    case "list":
      if (!Array.isArray(value)) return value;
      return value.length === 0 ? null : value.map((item: JsonValue) => settle(type.item, item));
    case "map":
      return Object.fromEntries(
        Object.entries(value as JsonObject).map(([key, item]) => [key, settle(type.item, item)]),
      );
    default:
      return value;
  }
}
