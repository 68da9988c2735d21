import { setImmediate as nextTurn } from "node:timers/promises";
import type { Call } from "../resources/call.ts";
import type { StoredObject } from "../resources/object-store.ts";
import type { Selection } from "./selection.ts";

/** Objects that are looked at before others have their turn: each may have to be parsed. */
const TURN = 250;

/** Those of many entries that a selection is about. */
export async function selectEntries(
  { api, resource }: Call,
  entries: readonly StoredObject[],
  selection: Selection,
): Promise<readonly StoredObject[]> {
  if (selection.isEverything) return entries;
  const selected: StoredObject[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % TURN === TURN - 1) await nextTurn();
    if (selection.matches(api.store.object(resource, entry))) selected.push(entry);
  }
  return selected;
}
