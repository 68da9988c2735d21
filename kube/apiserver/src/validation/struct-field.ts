import type { JsonValue } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";

/** `invalidField` of a value that is a struct in Go: its fields stand in their own order, where a map's are sorted. */
export function invalidStruct(path: string, badValue: JsonValue, detail: string): FieldError {
  const message = `Invalid value: ${JSON.stringify(badValue)}: ${detail}`;
  return { ...invalidField(path, badValue, detail), message };
}
