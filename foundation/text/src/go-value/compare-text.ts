import { utf8Bytes } from "./utf8-text.ts";

const ONLY_BASIC = /^[\0-\ud7ff]*$/;

/** Orders two Go strings by their bytes, as Go's `<` and the printing of maps do. */
export function compareGoText(left: string, right: string): number {
  if (ONLY_BASIC.test(left) && ONLY_BASIC.test(right)) return left < right ? -1 : left > right ? 1 : 0;
  return Buffer.compare(utf8Bytes(left), utf8Bytes(right));
}

/** The keys of a map in the order in which Go prints them and templates range over them. */
export function sortedGoKeys(map: ReadonlyMap<string, unknown>): readonly string[] {
  return [...map.keys()].sort(compareGoText);
}
