import { Kustomization } from "@weir/api";
import {
  type DeleteResult,
  deleteObjects,
  describeChanges,
  type InventoryEntry,
  parseInventoryEntry,
  placeholderOf,
  staleEntries,
} from "@weir/apply";
import type { KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { asFailure } from "../kustomization/kustomization-error.ts";
import { publish, type Run } from "../kustomization/run.ts";
import { ownerLabelsOf } from "./desired-objects.ts";

/**
 * Deletes what the last inventory names and the new one does not, where the Kustomization prunes.
 *
 * Throws where something could not be deleted; that stays in the recorded inventory, so that the next run tries again.
 */
export async function pruneStale(run: Run, inventory: readonly InventoryEntry[]): Promise<void> {
  const { kustomization, ctx } = run;
  if (!kustomization.spec.prune) return;
  const stale = staleEntries(kustomization.status?.inventory?.entries ?? [], inventory);
  const { changes, error } = await deleteEntries(stale, kustomization, {
    client: run.target.client,
    signal: ctx.signal,
  });
  if (error !== undefined) {
    const gone = new Set(changes.map(({ object }) => nameOf(object)));
    const survivors = stale.filter((entry) => !gone.has(nameOf(objectsOf([entry])[0])));
    ctx.record({ inventory: [...inventory, ...survivors] });
    throw asFailure("PruneFailed", error);
  }
  if (changes.length > 0) {
    publish(run, { type: "Normal", reason: "Progressing", message: describeChanges(changes) });
  }
}

/** Deletes the objects of inventory entries that still belong to the Kustomization. */
export function deleteEntries(
  entries: readonly InventoryEntry[],
  kustomization: Kustomization,
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<DeleteResult> {
  return deleteObjects(objectsOf(entries), client, {
    markGroup: Kustomization.group,
    ownerLabels: ownerLabelsOf(kustomization),
    signal,
  });
}

/** What the entries of an inventory name, by name alone; those that name nothing are left out. */
export function objectsOf(entries: readonly InventoryEntry[]): readonly KubeObject[] {
  return entries.flatMap((entry) => {
    const reference = parseInventoryEntry(entry);
    return reference === undefined ? [] : placeholderOf(reference);
  });
}

function nameOf(object: KubeObject | undefined): string {
  return JSON.stringify([
    object?.apiVersion,
    object?.kind,
    object?.metadata.namespace ?? "",
    object?.metadata.name,
  ]);
}
