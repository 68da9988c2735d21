import type { JsonObject, JsonValue } from "@weir/core";

/** A JSON object under construction: becomes a `JsonObject` once handed out. */
export type MutableJsonObject = { [key: string]: JsonValue };

/** Tells a JSON object from every other JSON value. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells a JSON array from every other JSON value; unlike `Array.isArray` it keeps the type readonly. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Reads an object's own key, so that `constructor` or `__proto__` are found only where the data holds them. */
export function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Writes an object's own key. A plain assignment to `__proto__` would change the prototype instead. */
export function setOwn(object: MutableJsonObject, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  object[key] = value;
}

/**
 * The value's type as Go's JSON decoder names it in `cannot unmarshal <type> into Go value of type …`.
 */
export function jsonTypeName(value: JsonValue): "null" | "bool" | "number" | "string" | "array" | "object" {
  if (value === null) return "null";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "string") return "string";
  return isJsonArray(value) ? "array" : "object";
}
