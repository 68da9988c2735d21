import type { JsonValue } from "@weir/core";
import { duplicateField, type FieldError, invalidField } from "@weir/schema";

/** `invalidField` of a value that is a struct in Go: its fields stand in their own order, where a map's are sorted. */
export function invalidStruct(path: string, badValue: JsonValue, detail: string): FieldError {
  const message = `Invalid value: ${JSON.stringify(badValue)}: ${detail}`;
  return { ...invalidField(path, badValue, detail), message };
}

/** `duplicateField` of such a value. */
export function duplicateStruct(path: string, badValue: JsonValue): FieldError {
  const message = `Duplicate value: ${JSON.stringify(badValue)}`;
  return { ...duplicateField(path, badValue), message };
}
