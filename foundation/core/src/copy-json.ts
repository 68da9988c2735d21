import type { JsonValue } from "./json.ts";

/**
 * A copy of a JSON value that shares nothing with it, several times quicker than `structuredClone`. What is not JSON, such as
 * a `Date`, is not copied well.
 */
export function copyJson<Value extends JsonValue>(value: Value): Value {
  return copyOf(value) as Value;
}

function copyOf(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  return isArray(value) ? value.map(copyOf) : copyOfObject(value);
}

function copyOfObject(object: { readonly [key: string]: JsonValue }): JsonValue {
  const copy: Record<string, JsonValue> = { ...object };
  for (const key in copy) {
    const value = copy[key];
    if (typeof value !== "object" || value === null) continue;
    if (key === "__proto__") Object.defineProperty(copy, key, { ...OWN, value: copyOf(value) });
    else copy[key] = copyOf(value);
  }
  return copy;
}

const OWN = { writable: true, enumerable: true, configurable: true } as const;

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
