import { GoComplex, GoInt, GoMap, type GoObject, GoSlice, type GoValue } from "@weir/text";

import { NO_VALUE } from "./no-value.ts";

/** Whether a value counts as true: it is not the empty value of its type. A struct always does. */
export function isTrue(value: GoValue): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value !== "";
    case "number":
      return value !== 0;
    default:
      return value !== null && isTrueObject(value);
  }
}

function isTrueObject(value: Exclude<GoValue, null | boolean | string | number>): boolean {
  if (value instanceof Map) return value.size > 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoSlice) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  return value !== NO_VALUE && isTrueNamed(value as GoObject);
}

function isTrueNamed(value: GoObject): boolean {
  if (value.kind === "struct" || value.kind === "ptr" || value.underlying === undefined) return true;
  return isTrue(value.underlying);
}
