import { GoCallError } from "@weir/text";

/** What Go says where a method of nil is called, as `reflect.TypeOf(nil).Kind()` does. */
export function nilDereference(): GoCallError {
  return new GoCallError("runtime error: invalid memory address or nil pointer dereference");
}

/** What Go says of an index range that is no part of a string or slice. */
export function outOfRange(range: string): GoCallError {
  return new GoCallError(`runtime error: slice bounds out of range ${range}`);
}

/** What Go says of a list or text whose size it cannot allocate. */
export function lengthOutOfRange(): GoCallError {
  return new GoCallError("runtime error: makeslice: len out of range");
}

/** Narrows an integer argument to what JavaScript counts with; one beyond that is beyond any length, too. */
export function toIndex(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  return value < BigInt(Number.MIN_SAFE_INTEGER) ? Number.MIN_SAFE_INTEGER : Number(value);
}
