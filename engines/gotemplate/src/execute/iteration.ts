import { GoInt, goInt, GoMap, GoObject, GoSlice, type GoValue, sortedGoKeys, sprint } from "@weir/text";

import { ANY } from "./go-type.ts";
import type { Loop, Machine } from "./machine.ts";
import { NO_VALUE } from "./no-value.ts";

/** What `range` goes through. */
export type Iteration = Pick<Loop, "length" | "keyAt" | "valueAt" | "isValueAny">;

/** What the machine's value gives to `range`; nothing where it is empty. `variables` is how many the action declares. */
export function iterationOf(machine: Machine, variables: number): Iteration | undefined {
  const { value } = machine;
  if (value === NO_VALUE) return undefined;
  const ranged = value instanceof GoObject ? (value.underlying ?? value) : value;
  if (ranged instanceof GoInt) {
    if (variables <= 1) return integers(ranged);
    throw machine.error(`can't use ${sprint([value])} to iterate over more than one variable`);
  }
  const iteration = itemsOf(ranged) ?? entriesOf(ranged);
  if (iteration === undefined) throw machine.error(`range can't iterate over ${sprint([value])}`);
  return iteration.length === 0 ? undefined : iteration;
}

function integers({ kind, value }: GoInt): Iteration | undefined {
  if (value <= 0n) return undefined;
  return {
    length: Number(value),
    keyAt: () => NO_VALUE,
    valueAt: (index) => goInt(index, kind),
    isValueAny: false,
  };
}

function itemsOf(value: GoValue): Iteration | undefined {
  if (Array.isArray(value)) return listOf(value, true);
  if (value instanceof GoSlice) return listOf(value.items, value.elem === ANY);
  if (!(value instanceof Uint8Array)) return undefined;
  return {
    length: value.length,
    keyAt: (index) => goInt(index),
    valueAt: (index) => goInt(value[index] ?? 0, "uint8"),
    isValueAny: false,
  };
}

function listOf(items: readonly GoValue[], isValueAny: boolean): Iteration {
  return {
    length: items.length,
    keyAt: (index) => goInt(index),
    valueAt: (index) => items[index] ?? null,
    isValueAny,
  };
}

function entriesOf(value: GoValue): Iteration | undefined {
  if (value instanceof Map) return sortedEntries(value, true);
  return value instanceof GoMap ? sortedEntries(value.entries, value.elem === ANY) : undefined;
}

/** Entries as they are when the loop starts: the loop may change the map. */
function sortedEntries(entries: ReadonlyMap<string, GoValue>, isValueAny: boolean): Iteration {
  const keys = sortedGoKeys(entries);
  const values = keys.map((key) => entries.get(key) ?? null);
  return {
    length: keys.length,
    keyAt: (index) => keys[index] ?? "",
    valueAt: (index) => values[index] ?? null,
    isValueAny,
  };
}
