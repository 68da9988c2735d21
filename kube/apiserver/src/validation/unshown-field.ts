import { type FieldError, invalidField } from "@weir/schema";

/** An invalid value that the message does not show. */
export function invalidUnshown(field: string, detail: string): FieldError {
  const { badValue: _badValue, ...error } = invalidField(field, null, detail);
  return { ...error, message: `Invalid value: ${detail}` };
}
