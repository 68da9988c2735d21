import type { JsonValue } from "@weir/core";

/** A JSON value's kind in the errors of encoding/json. */
export function jsonKind(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "object":
      return "object";
    default:
      return "number";
  }
}
