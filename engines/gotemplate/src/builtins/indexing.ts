import {
  GoCallError,
  type GoFunction,
  GoInt,
  goInt,
  goKindOf,
  GoMap,
  GoObject,
  GoSlice,
  type GoType,
  goTypeOf,
  type GoValue,
  utf8Bytes,
  utf8Text,
} from "@weir/text";

import { byteLength } from "../byte-length.ts";
import { defineFunction } from "../define-function.ts";
import { Boxed } from "../execute/boxed.ts";
import { ANY, zeroOf } from "../execute/go-type.ts";
import { NO_VALUE } from "../execute/no-value.ts";

/** A value without the name of its type. */
function plain(value: GoValue): GoValue {
  return value instanceof GoObject ? (value.underlying ?? value) : value;
}

/** The type of what a value is or points to. */
function itemTypeOf(value: GoValue): GoType {
  const type = goTypeOf(value);
  return goKindOf(value) === "ptr" ? type.slice(1) : type;
}

function lengthOf(value: GoValue): number | undefined {
  if (typeof value === "string") return byteLength(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof GoSlice) return value.items.length;
  if (value instanceof Map) return value.size;
  return value instanceof GoMap ? value.entries.size : undefined;
}

function checkedLength(value: GoValue): bigint {
  if (value === null) throw new GoCallError("len of nil pointer");
  if (value === NO_VALUE) throw new GoCallError("reflect: call of reflect.Value.Type on zero Value");
  const length = lengthOf(plain(value));
  if (length === undefined) throw new GoCallError(`len of type ${itemTypeOf(value)}`);
  return BigInt(length);
}

/** An index or bound: at most the length, as it may be a bound. */
function indexOf(index: GoValue, length: number): number {
  if (index === null || index === NO_VALUE) throw new GoCallError("cannot index slice/array with nil");
  if (index instanceof Boxed) throw new GoCallError(`cannot index slice/array with type ${ANY}`);
  const int = plain(index);
  if (!(int instanceof GoInt)) {
    throw new GoCallError(`cannot index slice/array with type ${goTypeOf(index)}`);
  }
  const place = BigInt.asIntN(64, int.value);
  if (place < 0n || place > BigInt(length)) throw new GoCallError(`index out of range: ${place}`);
  return Number(place);
}

function indexed(value: GoValue, indexes: readonly GoValue[]): GoValue {
  if (value === null || value === NO_VALUE) throw new GoCallError("index of untyped nil");
  let item: GoValue = value;
  for (const index of indexes) {
    if (item === null) throw new GoCallError("index of nil pointer");
    item = itemAt(item, index);
  }
  return item;
}

function itemAt(value: GoValue, index: GoValue): GoValue {
  const item = plain(value);
  if (item instanceof Map) return item.get(keyOf(index)) ?? null;
  if (item instanceof GoMap) return item.entries.get(keyOf(index)) ?? zeroOf(item.elem);
  const length = lengthOf(item);
  if (length === undefined) throw new GoCallError(`can't index item of type ${itemTypeOf(value)}`);
  const at = indexOf(index, length);
  if (at === length) {
    throw new GoCallError(`reflect: ${typeof item === "string" ? "string" : "slice"} index out of range`);
  }
  return elementAt(item, at);
}

function elementAt(item: GoValue, at: number): GoValue {
  if (typeof item === "string") return goInt(utf8Bytes(item)[at] ?? 0, "uint8");
  if (item instanceof Uint8Array) return goInt(item[at] ?? 0, "uint8");
  const items = item instanceof GoSlice ? item.items : (item as readonly GoValue[]);
  return items[at] ?? null;
}

/** A map's key; keys are text. */
function keyOf(index: GoValue): string {
  if (index === null || index === NO_VALUE) {
    throw new GoCallError("value is nil; should be of type string");
  }
  if (typeof index === "string") return index;
  throw new GoCallError(`value has type ${goTypeOf(index)}; should be string`);
}

function sliced(value: GoValue, indexes: readonly GoValue[]): GoValue {
  if (value === null || value === NO_VALUE) throw new GoCallError("slice of untyped nil");
  if (indexes.length > 3) throw new GoCallError(`too many slice indexes: ${indexes.length}`);
  const item = plain(value);
  if (typeof item === "string" && indexes.length === 3) {
    throw new GoCallError("cannot 3-index slice a string");
  }
  const length = isMap(item) ? undefined : lengthOf(item);
  if (length === undefined) throw new GoCallError(`can't slice item of type ${itemTypeOf(value)}`);
  const bounds = indexes.map((index) => indexOf(index, length));
  const [start = 0, end = length] = bounds;
  checkOrder([start, end]);
  checkOrder(bounds.slice(1));
  return part(item, start, end);
}

function checkOrder([low = 0, high = low]: readonly number[]): void {
  if (low > high) throw new GoCallError(`invalid slice index: ${low} > ${high}`);
}

function isMap(item: GoValue): boolean {
  return item instanceof Map || item instanceof GoMap;
}

function part(item: GoValue, start: number, end: number): GoValue {
  if (typeof item === "string") return utf8Text(utf8Bytes(item).subarray(start, end));
  if (item instanceof Uint8Array) return item.subarray(start, end);
  if (!(item instanceof GoSlice)) return (item as readonly GoValue[]).slice(start, end);
  const items = item.items.slice(start, end);
  return item.elem === ANY && !item.isNil ? items : new GoSlice(item.elem, items, item.isNil);
}

/** `index`, `slice` and `len`: what is text counts in bytes. */
export const indexingFunctions: readonly GoFunction[] = [
  defineFunction("index", ["reflect.Value", "...reflect.Value"], "reflect.Value", ([value, ...indexes]) =>
    indexed(value, indexes),
  ),
  defineFunction("slice", ["reflect.Value", "...reflect.Value"], "reflect.Value", ([value, ...indexes]) =>
    sliced(value, indexes),
  ),
  defineFunction("len", ["reflect.Value"], "int", ([value]) => checkedLength(value)),
];
