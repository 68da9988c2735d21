import type { JsonObject, JsonValue } from "@weir/core";
import { goInt, type GoValue } from "@weir/text";

/** A value of a chart as Go holds it: numbers are float64, a `bigint` is the int64 that `--set` makes. */
export function goValueOf(value: JsonValue): GoValue {
  if (typeof value === "bigint") return goInt(value, "int64");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(goValueOf);
  return goMapOf(value as JsonObject);
}

/** A new map, which templates may change, of the values of a chart. */
export function goMapOf(values: JsonObject): Map<string, GoValue> {
  const entries = new Map<string, GoValue>();
  for (const key of Object.keys(values)) entries.set(key, goValueOf(values[key] as JsonValue));
  return entries;
}

/** An object of a cluster as client-go decodes it: whole numbers are int64. */
export function goObjectOf(object: JsonObject): Map<string, GoValue> {
  const entries = new Map<string, GoValue>();
  for (const key of Object.keys(object)) entries.set(key, clusterValueOf(object[key] as JsonValue));
  return entries;
}

function clusterValueOf(value: JsonValue): GoValue {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return goInt(value, "int64");
  }
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? value.map(clusterValueOf) : goObjectOf(value as JsonObject);
}
