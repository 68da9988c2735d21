import { GoComplex, GoInt, GoMap, GoObject, GoSlice, type GoValue } from "@weir/text";

/** Sprig's `empty`: whether a value is nil, zero, false, or has no length; a struct never is. */
export function isEmpty(value: GoValue): boolean {
  if (value === null || value === "" || value === false || value === 0) return true;
  if (typeof value !== "object") return false;
  if (value instanceof Map) return value.size === 0;
  if (value instanceof GoInt) return value.value === 0n;
  if (value instanceof GoObject) return value.underlying !== undefined && isEmpty(value.underlying);
  if (value instanceof GoComplex) return value.real === 0 && value.imaginary === 0;
  return lengthOf(value) === 0;
}

function lengthOf(value: readonly GoValue[] | Uint8Array | GoSlice | GoMap): number {
  if (value instanceof GoMap) return value.entries.size;
  return value instanceof GoSlice ? value.items.length : value.length;
}
