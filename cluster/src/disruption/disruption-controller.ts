import { Deployment, ReplicaSet, StatefulSet } from "@weir/builtin/apps-v1";
import { Pod } from "@weir/builtin/core-v1";
import { PodDisruptionBudget } from "@weir/builtin/policy-v1";
import type { Outcome } from "@weir/core";
import type { ObjectMeta, OwnerReference } from "@weir/objects";
import { type BaseContext, type Controller, createController, type Enqueue, keyOf } from "@weir/sdk";
import { labelSelectorFrom, type LabelSelectorSpec } from "@weir/text";
import { CONTROLLER_MANAGER } from "../workloads/workload-options.ts";
import { writeStatus } from "../workloads/write-status.ts";
import { budgetStatus } from "./disruption-budget.ts";

/** Pods of one workload come and go together: their budgets wait for the others. */
const BATCH_MS = 10;

/** Says of budgets how many of their pods may be evicted, which the eviction API honours. */
export function disruptionController(): Controller {
  return createController("disruption", { concurrency: 2, component: CONTROLLER_MANAGER })
    .for(PodDisruptionBudget, { suspended: () => false })
    .watches(Pod, {
      create: wakeBudgets,
      update: (previous, pod, enqueue) => {
        wakeBudgets(previous, enqueue);
        wakeBudgets(pod, enqueue);
      },
      delete: wakeBudgets,
    })
    .reads(Deployment)
    .reads(ReplicaSet)
    .reads(StatefulSet)
    .reconcile(async (budget, ctx): Promise<Outcome | void> => {
      if (budget.metadata.deletionTimestamp !== undefined) return;
      const namespace = budget.metadata.namespace ?? "";
      const pods = (await ctx.list(Pod, { namespace })).filter((pod) => covers(budget, pod));
      const nowMs = ctx.clock.now();
      const expectedScale = await scaleOf(pods, ctx);
      const { status, recheckMs } = budgetStatus({ budget, pods, expectedScale }, nowMs);
      await writeStatus(ctx, PodDisruptionBudget, budget, status);
      if (recheckMs === undefined) return;
      return { kind: "settled", recheckAfterMs: Math.max(1, recheckMs - nowMs + 1) };
    });
}

function wakeBudgets(pod: Pod, enqueue: Enqueue): void {
  const { namespace = "" } = pod.metadata;
  for (const budget of enqueue.cache.list(PodDisruptionBudget, { namespace }))
    if (covers(budget, pod)) enqueue.add(keyOf(budget), { afterMs: BATCH_MS });
}

/** An empty selector covers every pod of the namespace, none covers no pod. */
function covers({ spec }: PodDisruptionBudget, { metadata }: Pick<Pod, "metadata">): boolean {
  if (spec?.selector === undefined) return false;
  return labelSelectorFrom(spec.selector as LabelSelectorSpec).matches(metadata.labels ?? {});
}

/** How many pods the workloads of the pods want; absent where a pod's workload is of a kind that has no number. */
async function scaleOf(pods: readonly Pod[], ctx: BaseContext): Promise<number | undefined> {
  const scales = new Map<string, number>();
  for (const { metadata } of pods) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined || scales.has(owner.uid)) continue;
    const found = await scaleOfOwner(owner, metadata.namespace ?? "", ctx);
    if (found === undefined) return undefined;
    scales.set(owner.uid, 0);
    scales.set(found.uid, found.scale);
  }
  return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
}

interface Scale {
  readonly uid: string;
  readonly scale: number;
}

/** A ReplicaSet stands for its Deployment. */
async function scaleOfOwner(
  { kind, name, uid }: OwnerReference,
  namespace: string,
  ctx: BaseContext,
): Promise<Scale | undefined> {
  const key = { namespace, name };
  if (kind === "StatefulSet") return scaleIn(await ctx.get(StatefulSet, key), uid);
  if (kind !== "ReplicaSet") return undefined;
  const replicaSet = await ctx.get(ReplicaSet, key);
  const parent = replicaSet?.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (parent?.kind !== "Deployment") return scaleIn(replicaSet, uid);
  return scaleIn(await ctx.get(Deployment, { namespace, name: parent.name }), parent.uid);
}

function scaleIn(
  owner: { readonly metadata: ObjectMeta; readonly spec?: { readonly replicas?: number } } | undefined,
  uid: string,
): Scale | undefined {
  return owner?.metadata.uid === uid ? { uid, scale: owner.spec?.replicas ?? 1 } : undefined;
}
