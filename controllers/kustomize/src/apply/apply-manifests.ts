import {
  AppliedStates,
  applyObjects,
  type Change,
  describeChanges,
  type InventoryEntry,
  inventoryEntryOf,
  isWrite,
  waitForHealth,
} from "@weir/apply";
import { Kustomization } from "@weir/api";
import type { WeirError } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { failureText, KustomizationFailedError } from "../kustomization/kustomization-error.ts";
import { publish, type Run } from "../kustomization/run.ts";

/** Field manager of what is applied; managed fields of a cluster that Flux served go on without a break. */
export const FIELD_MANAGER = "kustomize-controller";

const STAGE_TIMEOUT_MS = 60_000;

/** What an apply left on the cluster. */
export interface AppliedManifests {
  readonly changes: readonly Change[];
  readonly inventory: readonly InventoryEntry[];
  /** Whether anything was written. */
  readonly hasDrifted: boolean;
}

/** Applies the objects in stages and tells of what was written; throws a failure that lists it, too. */
export async function applyManifests(run: Run, desired: readonly KubeObject[]): Promise<AppliedManifests> {
  const { ctx, shared, kustomization } = run;
  const { clock, signal } = ctx;
  const { client, isHome } = run.target;
  const present = new Set((kustomization.status?.inventory?.entries ?? []).map(({ id }) => id));
  const { changes, error } = await applyObjects(
    desired,
    {
      client,
      clock,
      waitForStage: (objects) =>
        waitForHealth(targetsOf(objects), { client, clock }, { timeoutMs: STAGE_TIMEOUT_MS, signal }),
    },
    {
      fieldManager: FIELD_MANAGER,
      markGroup: Kustomization.group,
      force: kustomization.spec.force,
      overrideManagers: shared.options.overrideManagers,
      concurrency: shared.options.concurrentApplies,
      // What one account may know of another cluster, or of objects that it may not read, is asked for.
      known: isHome ? shared.known : new AppliedStates(),
      isNew: (object) => !present.has(inventoryEntryOf(object).id),
      // Flux says nothing of them, so that no event may either.
      onDroppedFields: (object, fields) =>
        ctx.log.warn("fields that the kind does not have are left out", {
          object: inventoryEntryOf(object).id,
          fields,
        }),
      signal,
    },
  );
  const written = describeChanges(changes.filter(isWrite));
  if (error !== undefined) throw partialApply(error, written);
  if (written !== "") publish(run, { type: "Normal", reason: "Progressing", message: written });
  return {
    changes,
    inventory: changes.map(({ object }) => inventoryEntryOf(object)),
    hasDrifted: written !== "",
  };
}

/** What was written before the error is part of its text, each in a line of its own. */
function partialApply(error: WeirError, written: string): KustomizationFailedError {
  const message = `${failureText(error)}\n${written === "" ? "" : `${written}\n`}`;
  return new KustomizationFailedError("ReconciliationFailed", message, { cause: error });
}

/** Objects as targets of a wait; all that were applied have a name. */
export function targetsOf(
  objects: readonly KubeObject[],
): readonly (KubeObject & { readonly metadata: { readonly name: string } })[] {
  return objects as readonly (KubeObject & { readonly metadata: { readonly name: string } })[];
}
