import type { JsonObject, JsonValue } from "@weir/core";
import { setKey } from "../node/to-json.ts";
import type { PathStep } from "./field-path.ts";

/** What stands for a value of a Secret. */
export const MASK = "***";

const SECRET_FIELDS: ReadonlySet<string> = new Set(["data", "stringData"]);
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The value at a path of a Secret, with `***` for all that is secret in it. */
export function maskSecret(value: JsonValue, path: readonly PathStep[]): JsonValue {
  const names = path.map((step) => (step.kind === "key" ? step.name : ""));
  return mask(value, names);
}

function mask(value: JsonValue, path: readonly string[]): JsonValue {
  const [first] = path;
  if (first !== undefined && SECRET_FIELDS.has(first)) return maskAll(value);
  if (path[0] === "metadata" && path[1] === "annotations" && path[2] === LAST_APPLIED) return MASK;
  const isRoot = path.length === 0;
  const isOnTheWay = isRoot || (path[0] === "metadata" && path.length < 3);
  if (!isOnTheWay || !isObject(value)) return value;
  return mapped(value, (item, key) => mask(item, [...path, key]));
}

function maskAll(value: JsonValue): JsonValue {
  return isObject(value) ? mapped(value, maskAll) : MASK;
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function mapped(object: JsonObject, change: (value: JsonValue, key: string) => JsonValue): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(object)) setKey(result, key, change(value as JsonValue, key));
  return result;
}
