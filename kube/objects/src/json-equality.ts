import type { JsonValue } from "@weir/core";
import { isJsonArray, isJsonObject, ownValue } from "./json-object.ts";

/**
 * Tells whether two JSON values are the same: objects regardless of key order, numbers by value.
 *
 * Equal references are answered at once, so comparing values that share structure costs only what differs.
 */
export function jsonEqual(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined || left === null || right === null) return false;
  if (isJsonArray(left)) return isJsonArray(right) && arraysEqual(left, right);
  if (isJsonObject(left)) return isJsonObject(right) && objectsEqual(left, right);
  return numbersEqual(left, right);
}

function arraysEqual(left: readonly JsonValue[], right: readonly JsonValue[]): boolean {
  return left.length === right.length && left.every((item, index) => jsonEqual(item, right[index]));
}

function objectsEqual(
  left: { readonly [key: string]: JsonValue },
  right: { readonly [key: string]: JsonValue },
): boolean {
  let fields = 0;
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue;
    fields += 1;
    if (!jsonEqual(left[key], ownValue(right, key))) return false;
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined) fields -= 1;
  return fields === 0;
}

function numbersEqual(left: JsonValue, right: JsonValue): boolean {
  if (!isNumber(left) || !isNumber(right)) return false;
  // Loose equality is the one that compares a bigint with a number by value, without rounding.
  // oxlint-disable-next-line eqeqeq
  return left == right || (Number.isNaN(left) && Number.isNaN(right));
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
