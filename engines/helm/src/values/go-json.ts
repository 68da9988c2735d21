import { type JsonValue, parseJson } from "@weir/core";
import { SetValuesError } from "./strvals-error.ts";
import type { TableValue } from "./table.ts";

/** A JSON value as Go decodes it into an `interface{}`: every number is a float64, half a surrogate pair is U+FFFD. */
export function decodedValue(value: JsonValue): TableValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decodedValue);
  const object = value as { readonly [key: string]: JsonValue };
  return new Map(Object.keys(object).map((key) => [key.toWellFormed(), decodedValue(object[key] ?? null)]));
}

/** Decodes one JSON text. Throws `JsonSyntaxError`, `JsonDepthError`, and `SetValuesError` for a number beyond float64. */
export function decodeJson(text: string): TableValue {
  const value = parseJson(text);
  if (/[eE]|\d{300}/.test(text)) checkRange(text);
  return decodedValue(value);
}

function checkRange(text: string): void {
  const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
  parse(text, (_key, value, { source }) => {
    if (value === Infinity || value === -Infinity) {
      throw new SetValuesError(`json: cannot unmarshal number ${source ?? ""} into Go value of type float64`);
    }
    return value;
  });
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
