import type { JsonObject, JsonValue } from "@weir/core";

/** What a JSON value is, with integers told apart from other numbers as Go's decoder does. */
export type JsonKind = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** The kind of a value. An integer that no int64 holds is a `number`, because Go decodes it as a float64. */
export function jsonKind(value: JsonValue): JsonKind {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "number":
      // 2^53 itself is still held exactly; what lies beyond arrives as a bigint or was a float in the text.
      return Number.isInteger(value) && Math.abs(value) <= 2 ** 53 ? "integer" : "number";
    case "bigint":
      return value >= MIN_INT64 && value <= MAX_INT64 ? "integer" : "number";
    default:
      if (value === null) return "null";
      return Array.isArray(value) ? "array" : "object";
  }
}

/** Whether a value is a JSON object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON array. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The own property of a record; keys such as `__proto__` are plain data. */
export function ownValue<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Sets an own property whatever its name. */
export function setOwn(record: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    record[key] = value;
  }
}

/** Whether two values are the same JSON: key order does not count, numbers compare by value. */
export function jsonEqual(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (isJsonArray(left)) {
    return (
      isJsonArray(right) &&
      left.length === right.length &&
      left.every((item, index) => jsonEqual(item, right[index]))
    );
  }
  if (isJsonObject(left)) {
    if (!isJsonObject(right)) return false;
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && jsonEqual(left[key], right[key]))
    );
  }
  return false;
}
