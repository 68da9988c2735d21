import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";

/** The JSON merge patch that turns one object into another; `undefined` where they are equal. */
export function mergePatchBetween(from: JsonObject, to: JsonObject): JsonObject | undefined {
  if (from === to) return undefined;
  const patch: Record<string, JsonValue> = {};
  for (const key of Object.keys(from)) {
    if (valueAt(from, key) !== undefined && valueAt(to, key) === undefined) put(patch, key, null);
  }
  for (const key of Object.keys(to)) {
    const change = changeBetween(valueAt(from, key), valueAt(to, key));
    if (change !== undefined) put(patch, key, change);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function changeBetween(current: JsonValue | undefined, wanted: JsonValue | undefined): JsonValue | undefined {
  if (isObject(current) && isObject(wanted)) return mergePatchBetween(current, wanted);
  return wanted === undefined || jsonEqual(current, wanted) ? undefined : wanted;
}

function valueAt(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keys come from objects of others, so `__proto__` must stay a key. */
function put(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
