import type { JsonObject, JsonValue } from "@weir/core";
import type { GoValue } from "@weir/text";

/** JSON as Go reads it into an `interface {}`: every number is a float64, however many digits it has. */
export function readValue(value: JsonValue): GoValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(readValue);
  const object = value as JsonObject;
  const entries = new Map<string, GoValue>();
  for (const key of Object.keys(object)) entries.set(key, readValue(object[key] as JsonValue));
  return entries;
}
