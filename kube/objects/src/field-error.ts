import type { JsonValue } from "@weir/core";
import { formatGoNumber, marshalGoJson, quoteGo } from "./go-text.ts";

/** Kinds of field error as apimachinery's validation/field names them; they are the causes' reasons on the wire. */
export type FieldErrorType = keyof typeof fieldErrorTitles;

const fieldErrorTitles = {
  FieldValueNotFound: "Not found",
  FieldValueRequired: "Required value",
  FieldValueDuplicate: "Duplicate value",
  FieldValueInvalid: "Invalid value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooShort: "Too short",
  FieldValueTooMany: "Too many",
  FieldValueTooFew: "Too few",
  FieldValueTypeInvalid: "Invalid value",
  InternalError: "Internal error",
} as const;

/** One thing that is wrong with one field of an object. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** Path as Kubernetes writes it: `spec.containers[0].name`. */
  readonly field: string;
  /** The offending value; absent where the message shows none. */
  readonly badValue?: JsonValue;
  readonly detail?: string;
}

/** Error types whose message never shows the value. */
const silentTypes: ReadonlySet<FieldErrorType> = new Set([
  "FieldValueRequired",
  "FieldValueForbidden",
  "FieldValueTooLong",
  "FieldValueTooShort",
  "InternalError",
]);

/** The message without the field's name: `Invalid value: "Bad": must be lower case`. */
export function fieldErrorBody(error: FieldError): string {
  const title = fieldErrorTitles[error.type];
  const showsValue = error.badValue !== undefined && !silentTypes.has(error.type);
  const shown = showsValue ? `${title}: ${printBadValue(error.badValue)}` : title;
  return error.detail === undefined || error.detail === "" ? shown : `${shown}: ${error.detail}`;
}

/** The whole message: `metadata.name: Required value: name or generateName is required`. */
export function fieldErrorMessage(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** Joins errors as field.ErrorList does: one alone as it is, more as `[a, b]`, each text once, none as `""`. */
export function aggregateFieldErrors(errors: readonly FieldError[]): string {
  const messages = new Set(errors.map(fieldErrorMessage));
  const [first = ""] = messages;
  return messages.size < 2 ? first : `[${[...messages].join(", ")}]`;
}

/** A value that must be given: an empty string, list or null counts as missing. */
export function requiredField(field: string, detail = ""): FieldError {
  return { type: "FieldValueRequired", field, detail };
}

/** A value that is malformed. */
export function invalidField(field: string, badValue: JsonValue, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, badValue, detail };
}

/** A value of another type than the schema's. */
export function typeInvalidField(field: string, badValue: JsonValue, detail: string): FieldError {
  return { type: "FieldValueTypeInvalid", field, badValue, detail };
}

/** A value that is none of the listed ones. */
export function notSupportedField(
  field: string,
  badValue: JsonValue,
  supported: readonly string[],
): FieldError {
  const detail = supported.length === 0 ? "" : `supported values: ${supported.map(quoteGo).join(", ")}`;
  return { type: "FieldValueNotSupported", field, badValue, detail };
}

/** A value that stands twice where it may stand once. */
export function duplicateField(field: string, badValue: JsonValue): FieldError {
  return { type: "FieldValueDuplicate", field, badValue };
}

/** A well-formed value that is not permitted here. */
export function forbiddenField(field: string, detail: string): FieldError {
  return { type: "FieldValueForbidden", field, detail };
}

/** A reference to something that does not exist. */
export function notFoundField(field: string, badValue: JsonValue): FieldError {
  return { type: "FieldValueNotFound", field, badValue };
}

/** A value of more than `limit` bytes; the value is not shown. */
export function tooLongField(field: string, limit: number): FieldError {
  const detail = `may not be more than ${limit} ${limit === 1 ? "byte" : "bytes"}`;
  return { type: "FieldValueTooLong", field, detail };
}

/** A list of more than `limit` items. */
export function tooManyField(field: string, actual: number, limit: number): FieldError {
  const detail = `must have at most ${limit} ${limit === 1 ? "item" : "items"}`;
  return { type: "FieldValueTooMany", field, badValue: actual, detail };
}

/** A failure that the user's input did not cause. */
export function internalField(field: string, detail: string): FieldError {
  return { type: "InternalError", field, detail };
}

function printBadValue(value: JsonValue | undefined): string {
  if (typeof value === "string") return quoteGo(value);
  if (typeof value === "number" || typeof value === "bigint") return formatGoNumber(value);
  return marshalGoJson(value ?? null);
}
