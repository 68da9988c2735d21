import { GoCallError, goInt, goKindOf, GoObject, GoSlice, type GoValue } from "@weir/text";

import { nilDereference } from "./go-panic.ts";

/** The items of any Go slice, or `undefined` for another value. */
export function listItems(value: GoValue): readonly GoValue[] | undefined {
  if (Array.isArray(value)) return value as readonly GoValue[];
  if (value instanceof GoSlice) return value.items;
  if (value instanceof Uint8Array) return Array.from(value, (byte) => goInt(byte, "uint8"));
  if (value instanceof GoObject && value.underlying !== undefined) return listItems(value.underlying);
  return undefined;
}

/** The items of a list argument; Sprig panics on nil, and else says what it cannot do with which kind. */
export function itemsFor(problem: string, value: GoValue): readonly GoValue[] {
  if (value === null) throw nilDereference();
  const items = listItems(value);
  if (items === undefined) throw new GoCallError(`${problem} ${goKindOf(value)}`);
  return items;
}

/** The part of a slice between two places, which has the type of the slice. */
export function sliceOf(value: GoValue, start: number, end: number): GoValue {
  if (value instanceof GoSlice) return new GoSlice(value.elem, value.items.slice(start, end));
  if (value instanceof Uint8Array) return value.subarray(start, end);
  return (listItems(value) ?? []).slice(start, end);
}
