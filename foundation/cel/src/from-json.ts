import { celJsonMap, type CelValue } from "./value.ts";

/** A JSON value as a value of expressions: whole numbers are signed integers, others doubles. */
export function celFromJson(value: unknown): CelValue {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case "string":
    case "boolean":
    case "bigint":
      return value;
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(celFromJson);
      return celJsonMap(value as Readonly<Record<string, unknown>>, celFromJson);
    default:
      return null;
  }
}
