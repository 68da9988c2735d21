import type { ReplicaSet, ReplicaSetStatus } from "@weir/builtin/apps-v1";
import type { Pod } from "@weir/builtin/core-v1";
import { observedGeneration } from "./count-field.ts";
import { isPodFinished, isPodReady, readySince } from "./pod-status.ts";
import { millisecondsOf } from "./timestamp.ts";

/** What brings a ReplicaSet to its number of pods. */
export interface ReplicaSetPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** Decides which pods to make or remove; of too many, those go first that are worth least. */
export function decideReplicas(wanted: number, pods: readonly Pod[]): ReplicaSetPlan {
  const active = pods.filter(isActive);
  const surplus = active.length - wanted;
  if (surplus <= 0) return { create: wanted - active.length, remove: [] };
  return { create: 0, remove: active.toSorted(leastWorthFirst).slice(0, surplus) };
}

/** Counts a ReplicaSet's pods; `availableAtMs` says when the next pod becomes available by its age alone. */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  nowMs: number,
): { readonly status: ReplicaSetStatus; readonly availableAtMs: number | undefined } {
  const active = pods.filter(isActive);
  const labels = Object.entries(replicaSet.spec?.template?.metadata?.labels ?? {});
  const { available, nextMs } = countAvailable(active, replicaSet.spec?.minReadySeconds ?? 0, nowMs);
  const isLabelled = (pod: Pod): boolean =>
    labels.every(([label, value]) => pod.metadata.labels?.[label] === value);
  const status: ReplicaSetStatus = {
    ...replicaSet.status,
    replicas: active.length,
    fullyLabeledReplicas: active.filter(isLabelled).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: available,
    ...observedGeneration(replicaSet.metadata),
  };
  return { status, availableAtMs: nextMs };
}

/** Says whether a pod counts: it has not ended and is not going. */
export function isActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Counts pods that have been ready for long enough. */
export function countAvailable(
  pods: readonly Pod[],
  minReadySeconds: number,
  nowMs: number,
): { readonly available: number; readonly nextMs: number | undefined } {
  let available = 0;
  let nextMs: number | undefined;
  for (const pod of pods) {
    if (!isPodReady(pod)) continue;
    const dueMs = (millisecondsOf(readySince(pod)) ?? nowMs) + minReadySeconds * 1000;
    if (minReadySeconds === 0 || dueMs <= nowMs) available++;
    else nextMs = Math.min(nextMs ?? dueMs, dueMs);
  }
  return { available, nextMs };
}

function leastWorthFirst(left: Pod, right: Pod): number {
  const byReady = Number(isPodReady(left)) - Number(isPodReady(right));
  if (byReady !== 0) return byReady;
  const byAge =
    (millisecondsOf(right.metadata.creationTimestamp) ?? 0) -
    (millisecondsOf(left.metadata.creationTimestamp) ?? 0);
  if (byAge !== 0) return byAge;
  return (left.metadata.name ?? "") < (right.metadata.name ?? "") ? 1 : -1;
}
