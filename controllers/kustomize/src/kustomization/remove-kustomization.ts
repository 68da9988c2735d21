import type { Kustomization } from "@weir/api";
import { type Change, describeChanges, type InventoryEntry, subjectOf } from "@weir/apply";
import { canImpersonate, openTargetOf } from "@weir/consumer";
import type { Outcome } from "@weir/core";
import type { Kind, KubeClient } from "@weir/client";
import { gvkOf, isConditionTrue, keyOf, type KubeObject } from "@weir/objects";
import type { ReconcileEvent } from "@weir/sdk";
import { deleteEntries, objectsOf } from "../apply/prune-stale.ts";
import { appliedRevisionsOf, kustomizationEvent, standingReasonOf } from "./kustomization-events.ts";
import { finishedText } from "./reconcile-kustomization.ts";
import type { KustomizationContext, Shared } from "./run.ts";
import { timeoutMsOf } from "./timing.ts";

const POLL_MS = 100;

/** Deletes what a Kustomization applied, as its deletion policy says, before the Kustomization itself goes. */
export async function removeKustomization(
  kustomization: Kustomization,
  ctx: KustomizationContext,
  { options, tokens }: Pick<Shared, "options" | "tokens">,
): Promise<Outcome> {
  const startedMs = ctx.clock.monotonic();
  const entries = kustomization.status?.inventory?.entries ?? [];
  if (shouldDelete(kustomization) && entries.length > 0) {
    if (await canImpersonate(kustomization, ctx, options)) {
      await using target = await openTargetOf(
        kustomization,
        { client: ctx.client, live: ctx.live, tokens },
        options,
      );
      await deleteAll(kustomization, entries, ctx, target.client);
    } else {
      leaveBehind(kustomization, entries, ctx);
    }
  }
  const { status, spec } = kustomization;
  if (spec.suspend !== true && isConditionTrue(status?.conditions, "Ready")) {
    const message = finishedText(kustomization, ctx.clock.monotonic() - startedMs);
    announce(kustomization, ctx, { type: "Normal", message }, { commit_status: "update" });
  }
  return { kind: "settled" };
}

/** Whether objects go with their Kustomization; those of a suspended one stay. */
function shouldDelete({ spec }: Kustomization): boolean {
  if (spec.suspend === true) return false;
  switch (spec.deletionPolicy) {
    case "Orphan":
      return false;
    case "Delete":
    case "WaitForTermination":
      return true;
    default:
      return spec.prune;
  }
}

async function deleteAll(
  kustomization: Kustomization,
  entries: readonly InventoryEntry[],
  ctx: KustomizationContext,
  client: KubeClient,
): Promise<void> {
  const { signal } = ctx;
  const { changes, error } = await deleteEntries(entries, kustomization, { client, signal });
  if (error !== undefined) {
    announce(kustomization, ctx, { type: "Warning", message: "pruning for deleted resource failed" });
    throw error;
  }
  announce(kustomization, ctx, { type: "Normal", message: describeChanges(changes) });
  if (kustomization.spec.deletionPolicy !== "WaitForTermination") return;
  if (await areGone(changes, kustomization, { client, clock: ctx.clock, signal })) return;
  announce(kustomization, ctx, { type: "Warning", message: "failed to wait for resources termination" });
}

/** The account that may delete the objects is gone, so that they stay; the Kustomization must not wait for it for good. */
function leaveBehind(
  kustomization: Kustomization,
  entries: readonly InventoryEntry[],
  ctx: KustomizationContext,
): void {
  const objects = objectsOf(entries).map(subjectOf).join("\n");
  ctx.log.error("skipping pruning, failed to find the account to impersonate", { objects });
  announce(kustomization, ctx, { type: "Warning", message: `unable to prune objects: \n${objects}` });
}

/** Waits until what was deleted is gone; false where that takes longer than the Kustomization may. */
async function areGone(
  changes: readonly Change[],
  { spec }: Kustomization,
  { client, clock, signal }: Pick<KustomizationContext, "client" | "clock" | "signal">,
): Promise<boolean> {
  const deadlineMs = clock.monotonic() + timeoutMsOf(spec);
  for (const { object, action } of changes) {
    while (action === "deleted" && (await exists(object, client, signal))) {
      if (clock.monotonic() >= deadlineMs) return false;
      await clock.sleep(POLL_MS, signal);
    }
  }
  return true;
}

async function exists(object: KubeObject, client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const kind: Kind<KubeObject> = gvkOf(object);
  const live = await client.get(kind, keyOf(object), { signal });
  return (
    live !== undefined && (object.metadata.uid === undefined || live.metadata.uid === object.metadata.uid)
  );
}

function announce(
  kustomization: Kustomization,
  ctx: KustomizationContext,
  { type, message }: { readonly type: "Normal" | "Warning"; readonly message: string },
  metadata: Readonly<Record<string, string>> = {},
): void {
  const event: Pick<ReconcileEvent, "type" | "reason" | "message"> = {
    type,
    reason: standingReasonOf(kustomization, type),
    message,
  };
  ctx.event(kustomizationEvent(event, appliedRevisionsOf(kustomization), metadata));
}
