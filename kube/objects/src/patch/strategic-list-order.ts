import type { JsonValue } from "@weir/core";
import { marshalGoJson } from "../go-text.ts";
import { isJsonObject, ownValue } from "../json-object.ts";
import { noMergeKeyError, StrategicMergePatchError, wrongTypeError } from "./strategic-merge-error.ts";

/** Tells the items of a merged list apart: by their merge key, or by their value in a list of scalars. */
export type ItemKey = (item: JsonValue) => string;

/** The key of an item by its merge key. Throws where an item is no object or has no such field. */
export function itemKeyOf(mergeKey: string): ItemKey {
  if (mergeKey === "") return (item) => marshalGoJson(item);
  return (item) => {
    if (!isJsonObject(item)) throw wrongTypeError("map", item);
    const value = ownValue(item, mergeKey);
    if (value === undefined) throw noMergeKeyError(item, mergeKey);
    return marshalGoJson(value);
  };
}

/** What orders a list: the patch, and what the server had. */
export interface ListOrders {
  readonly patchOrder: readonly JsonValue[];
  readonly serverOrder: readonly JsonValue[];
}

/** Throws where items of a list of objects cannot be found in its orders, with what upstream says of the first. */
export function checkItems(
  merged: readonly JsonValue[],
  { patchOrder, serverOrder }: ListOrders,
  mergeKey: string,
): void {
  if (mergeKey !== "") for (const item of merged) findItem(patchOrder, item, mergeKey);
  const keyOf = (item: JsonValue): void => {
    if (!isJsonObject(item)) throw wrongTypeError("map", item);
    if (ownValue(item, mergeKey) === undefined) throw noMergeKeyError(item, mergeKey);
  };
  for (const list of [patchOrder, merged, serverOrder]) list.forEach(keyOf);
}

/** Looks for an item from the first on; what comes before it has to be an object. */
function findItem(order: readonly JsonValue[], item: JsonValue, mergeKey: string): void {
  const wanted = itemKeyOf(mergeKey)(item);
  for (const [index, other] of order.entries()) {
    if (!isJsonObject(other)) throw new StrategicMergePatchError(`value for key ${index} is not a map`);
    const value = ownValue(other, mergeKey);
    if (value !== undefined && marshalGoJson(value) === wanted) return;
  }
}

/**
 * Puts merged items in order: those that the patch names in the patch's order, the others in the server's, and the two
 * interleaved as the server had them as far as it knew them.
 */
export function orderItems(
  merged: readonly JsonValue[],
  patchOrder: readonly JsonValue[],
  serverOrder: readonly JsonValue[],
  keyOf: ItemKey,
): readonly JsonValue[] {
  const inPatch = positions(patchOrder, keyOf);
  const onServer = positions(serverOrder, keyOf);
  const named: JsonValue[] = [];
  const others: JsonValue[] = [];
  for (const item of merged) (inPatch.has(keyOf(item)) ? named : others).push(item);
  named.sort((a, b) => rank(inPatch, keyOf(a)) - rank(inPatch, keyOf(b)));
  others.sort((a, b) => rank(onServer, keyOf(a)) - rank(onServer, keyOf(b)));
  return interleave(others, named, (item) => onServer.get(keyOf(item)));
}

function interleave(
  others: readonly JsonValue[],
  named: readonly JsonValue[],
  serverPosition: (item: JsonValue) => number | undefined,
): readonly JsonValue[] {
  const all: JsonValue[] = [];
  let next = 0;
  for (const item of named) {
    const position = serverPosition(item);
    while (next < others.length && position !== undefined) {
      const other = others[next] ?? null;
      const otherPosition = serverPosition(other);
      if (otherPosition === undefined || otherPosition >= position) break;
      all.push(other);
      next += 1;
    }
    all.push(item);
  }
  return [...all, ...others.slice(next)];
}

function positions(list: readonly JsonValue[], keyOf: ItemKey): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  for (const [position, item] of list.entries()) {
    const key = keyOf(item);
    if (!index.has(key)) index.set(key, position);
  }
  return index;
}

function rank(index: ReadonlyMap<string, number>, key: string): number {
  return index.get(key) ?? index.size;
}
