import { type JsonValue, WeirError } from "@weir/core";
import type { JsonObject } from "@weir/core";
import { formatGoValue, goTypeName } from "../go-text.ts";

/**
 * A strategic merge patch that cannot be applied; the message is apimachinery's.
 *
 * `code` is what the API server answers: 400 for a directive of the wrong form, 422 for lists of lists, 500 without a
 * reason for everything else.
 */
export class StrategicMergePatchError extends WeirError {
  override readonly name = "StrategicMergePatchError";
  readonly reason = "InvalidPatch";
  readonly retry = "never";
  readonly code: 400 | 422 | 500;

  constructor(message: string, code: 400 | 422 | 500 = 500) {
    super(message);
    this.code = code;
  }
}

/** A `$setElementOrder`, `$retainKeys` or `$deleteFromPrimitiveList` of the wrong form. */
export function badFormatError(
  directive: "primitive list" | "retainKeys" | "setElementOrder list",
): StrategicMergePatchError {
  return new StrategicMergePatchError(`invalid patch format of ${directive}`, 400);
}

/** An item of a merged list lacks the field that tells items apart. */
export function noMergeKeyError(item: JsonObject, mergeKey: string): StrategicMergePatchError {
  return new StrategicMergePatchError(
    `map: ${formatGoValue(item)} does not contain declared merge key: ${mergeKey}`,
  );
}

/** A list stands where an object is due, or the other way round. */
export function wrongTypeError(expected: "list" | "map", actual: JsonValue): StrategicMergePatchError {
  const want = expected === "list" ? "[]interface {}" : "map[string]interface {}";
  const got = actual === null ? "%!s(<nil>)" : goTypeName(actual);
  return new StrategicMergePatchError(`expected a ${want}, but received a ${got}`);
}

/** A value where Go's `%s` wants a text. */
function wrongVerb(value: JsonValue): string {
  if (value === null) return "%!s(<nil>)";
  return typeof value === "object"
    ? formatGoValue(value)
    : `%!s(${goTypeName(value)}=${formatGoValue(value)})`;
}

/** A `$patch` directive with another word than the place allows. */
export function patchTypeError(directive: JsonValue, patch: JsonObject): StrategicMergePatchError {
  const word = typeof directive === "string" ? directive : wrongVerb(directive);
  return new StrategicMergePatchError(`unknown patch type: ${word} in map: ${formatGoValue(patch)}`);
}
