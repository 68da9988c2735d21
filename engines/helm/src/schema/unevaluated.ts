import type { SchemaNode } from "./schema-node.ts";
import { isList, isTable, type SchemaValue } from "./schema-value.ts";

/** Keys and indexes that no schema has looked at so far; empty where nobody will ask. */
export interface Unevaluated {
  readonly keys: Set<string>;
  readonly items: Set<number>;
}

/** What a schema starts with; `isNeeded` where the one that led to it will ask. */
export function unevaluatedOf(value: SchemaValue, node: SchemaNode, isNeeded: boolean): Unevaluated {
  const { object, array } = node.keywords;
  const keys = new Set<string>();
  const items = new Set<number>();
  if (isList(value)) {
    if (array.coversAll || (!isNeeded && array.unevaluatedItems === undefined)) return { keys, items };
    for (let index = array.prefixItems.length; index < value.length; index += 1) items.add(index);
  } else if (isTable(value)) {
    if (object.additionalProperties !== undefined) return { keys, items };
    if (!isNeeded && object.unevaluatedProperties === undefined) return { keys, items };
    for (const key of Object.keys(value)) keys.add(key);
  }
  return { keys, items };
}

/** Takes out what another schema of the same value has looked at. */
export function mergeUnevaluated(into: Unevaluated, other: Unevaluated): void {
  for (const key of into.keys) if (!other.keys.has(key)) into.keys.delete(key);
  for (const index of into.items) if (!other.items.has(index)) into.items.delete(index);
}
