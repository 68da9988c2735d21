import type { JsonValue } from "@weir/core";

/** A value with sorted keys in which int64 and float64 look the same, and a long int64 is rounded, as in
 * recorded JSON. */
export function canonicalJson(value: JsonValue): JsonValue {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) {
    return BigInt(Number(value));
  }
  if (Array.isArray(value)) return value.map(canonicalJson);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, canonicalJson(item)]));
}
