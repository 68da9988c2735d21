import type { JsonValue } from "@weir/core";
import { quoteGo } from "@weir/text";
import { formatGoNumber, writeGoJson } from "./go-text.ts";

/** Why a field is refused, as the `reason` of a cause in a Kubernetes Status. */
export type FieldErrorReason =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "FieldValueTypeInvalid"
  | "InternalError";

/** The words that Kubernetes puts before a refused field's value. */
export type FieldErrorType =
  | "Not found"
  | "Required value"
  | "Duplicate value"
  | "Invalid value"
  | "Unsupported value"
  | "Forbidden"
  | "Too long"
  | "Too many"
  | "Internal error";

/** One refused field: a cause of an `Invalid` Status, in the API server's words. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly reason: FieldErrorReason;
  /** The field's path; `<nil>` for the object as a whole. */
  readonly field: string;
  /** What stands after the value; may be empty. */
  readonly detail: string;
  /** The value that was refused, where the message shows it. */
  readonly badValue?: JsonValue;
  /** The whole text without the path: `Invalid value: "x": must be …`. */
  readonly message: string;
}

interface ErrorParts {
  readonly type: FieldErrorType;
  readonly reason: FieldErrorReason;
  readonly path: string;
  readonly detail: string;
  readonly badValue?: JsonValue;
}

function formatBadValue(value: JsonValue): string {
  switch (typeof value) {
    case "string":
      return quoteGo(value);
    case "number":
    case "bigint":
      return formatGoNumber(value);
    default:
      return writeGoJson(value);
  }
}

function fieldError(parts: ErrorParts): FieldError {
  const { type, reason, path, detail, badValue } = parts;
  let message: string = type;
  if (badValue !== undefined) message += `: ${formatBadValue(badValue)}`;
  if (detail !== "") message += `: ${detail}`;
  const field = path === "" ? "<nil>" : path;
  return badValue === undefined
    ? { type, reason, field, detail, message }
    : { type, reason, field, detail, badValue, message };
}

/** A field that must be there is not. */
export function requiredField(path: string, detail = ""): FieldError {
  return fieldError({ type: "Required value", reason: "FieldValueRequired", path, detail });
}

/** A field may not be set here. */
export function forbiddenField(path: string, detail: string): FieldError {
  return fieldError({ type: "Forbidden", reason: "FieldValueForbidden", path, detail });
}

/** A field's value breaks a rule. */
export function invalidField(path: string, badValue: JsonValue, detail: string): FieldError {
  return fieldError({ type: "Invalid value", reason: "FieldValueInvalid", path, badValue, detail });
}

/** A field's value is of another type. */
export function invalidFieldType(path: string, badValue: JsonValue, detail: string): FieldError {
  return fieldError({ type: "Invalid value", reason: "FieldValueTypeInvalid", path, badValue, detail });
}

/** A field's value is none of the allowed ones; they are shown in the given order. */
export function unsupportedField(
  path: string,
  badValue: JsonValue,
  supported: readonly string[],
): FieldError {
  const detail = supported.length === 0 ? "" : `supported values: ${supported.map(quoteGo).join(", ")}`;
  return fieldError({ type: "Unsupported value", reason: "FieldValueNotSupported", path, badValue, detail });
}

/** A value occurs twice where it may occur once; one that is left out is not shown. */
export function duplicateField(path: string, badValue?: JsonValue): FieldError {
  const shown = badValue === undefined ? {} : { badValue };
  return fieldError({ type: "Duplicate value", reason: "FieldValueDuplicate", path, ...shown, detail: "" });
}

/** The server itself cannot tell whether a field is right. */
export function internalFieldError(path: string, detail: string): FieldError {
  return fieldError({ type: "Internal error", reason: "InternalError", path, detail });
}

/** A text is too long. Kubernetes counts characters but says bytes. */
export function tooLongField(path: string, limit: number): FieldError {
  const detail = `may not be more than ${limit} ${limit === 1 ? "byte" : "bytes"}`;
  return fieldError({ type: "Too long", reason: "FieldValueTooLong", path, detail });
}

/** A list or map has too many entries. */
export function tooManyField(path: string, actual: number, limit: number): FieldError {
  const detail = `must have at most ${limit} ${limit === 1 ? "item" : "items"}`;
  return fieldError({ type: "Too many", reason: "FieldValueTooMany", path, badValue: actual, detail });
}

/** One line for an error with its path: `spec.replicas: Required value`. */
export function describeFieldError(error: FieldError): string {
  return `${error.field}: ${error.message}`;
}

/** Joins errors as an API server's message does: one as it is, several in brackets, each text once. */
export function joinFieldErrors(errors: readonly FieldError[]): string {
  const lines = [...new Set(errors.map(describeFieldError))];
  return lines.length === 1 ? (lines[0] ?? "") : `[${lines.join(", ")}]`;
}
