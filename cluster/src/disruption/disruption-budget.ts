import type { Pod } from "@weir/builtin/core-v1";
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from "@weir/builtin/policy-v1";
import { setCondition } from "../workloads/set-condition.ts";
import { isPodReady } from "../workloads/pod-status.ts";
import { millisecondsOf } from "../workloads/timestamp.ts";

/** A budget, the pods that it covers, and how many their workloads want; absent where a workload cannot be told. */
export interface BudgetObservation {
  readonly budget: PodDisruptionBudget;
  readonly pods: readonly Pod[];
  readonly expectedScale: number | undefined;
}

/** An eviction that did not end its pod counts no longer after this. */
const DELETION_MS = 120_000;

/** The status of a budget, and when evictions that are under way are to be looked at again. */
export function budgetStatus(
  { budget, pods, expectedScale }: BudgetObservation,
  nowMs: number,
): { readonly status: PodDisruptionBudgetStatus; readonly recheckMs: number | undefined } {
  const observedGeneration = budget.metadata.generation ?? 0;
  const { disrupted, recheckMs } = underWay(budget, pods, nowMs);
  const counts = countsOf(budget, pods.length, expectedScale);
  const conditions = budget.status?.conditions ?? [];
  const currentHealthy = pods.filter((pod) => isHealthy(pod, disrupted)).length;
  const { expectedPods, desiredHealthy } = counts ?? { expectedPods: 0, desiredHealthy: 0 };
  const surplus = currentHealthy - desiredHealthy;
  const disruptionsAllowed = counts !== undefined && expectedPods > 0 ? Math.max(0, surplus) : 0;
  const condition = {
    type: "DisruptionAllowed",
    status: disruptionsAllowed > 0 ? "True" : "False",
    reason: reasonOf(counts !== undefined, disruptionsAllowed),
    message: counts === undefined ? "found no controllers for a pod" : "",
    observedGeneration,
  } as const;
  const status: PodDisruptionBudgetStatus = {
    observedGeneration,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: setCondition(conditions as readonly (typeof condition)[], condition, nowMs) as NonNullable<
      PodDisruptionBudgetStatus["conditions"]
    >,
  };
  return { status, recheckMs };
}

function reasonOf(isCounted: boolean, disruptionsAllowed: number): string {
  if (!isCounted) return "SyncFailed";
  return disruptionsAllowed > 0 ? "SufficientPods" : "InsufficientPods";
}

/** A number of pods counts those that are there, a share counts those that are wanted. */
function countsOf(
  { spec }: PodDisruptionBudget,
  present: number,
  expectedScale: number | undefined,
): { readonly expectedPods: number; readonly desiredHealthy: number } | undefined {
  const { maxUnavailable, minAvailable } = spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable === "number")
    return { expectedPods: present, desiredHealthy: minAvailable };
  if (maxUnavailable === undefined && minAvailable === undefined)
    return { expectedPods: 0, desiredHealthy: 0 };
  if (expectedScale === undefined) return undefined;
  const desired =
    maxUnavailable === undefined
      ? shareOf(minAvailable, expectedScale)
      : expectedScale - shareOf(maxUnavailable, expectedScale);
  return { expectedPods: expectedScale, desiredHealthy: Math.max(0, desired) };
}

function shareOf(value: number | string | undefined, total: number): number {
  if (typeof value !== "string") return value ?? 0;
  const percent = Number(/^(\d+)%$/.exec(value)?.[1] ?? 0);
  return Math.ceil((percent * total) / 100);
}

function isHealthy(pod: Pod, disrupted: Readonly<Record<string, string>>): boolean {
  const isGoing =
    pod.metadata.deletionTimestamp !== undefined || Object.hasOwn(disrupted, pod.metadata.name ?? "");
  return !isGoing && isPodReady(pod);
}

/** Pods whose eviction was granted and that are still there. */
function underWay(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  nowMs: number,
): { readonly disrupted: Readonly<Record<string, string>>; readonly recheckMs: number | undefined } {
  const granted = status?.disruptedPods ?? {};
  const disrupted: Record<string, string> = {};
  let recheckMs: number | undefined;
  for (const { metadata } of pods) {
    const name = metadata.name ?? "";
    const time = Object.hasOwn(granted, name) ? granted[name] : undefined;
    const untilMs = (millisecondsOf(time) ?? Number.NEGATIVE_INFINITY) + DELETION_MS;
    if (time === undefined || metadata.deletionTimestamp !== undefined || untilMs < nowMs) continue;
    disrupted[name] = time;
    recheckMs = Math.min(recheckMs ?? untilMs, untilMs);
  }
  return { disrupted, recheckMs };
}
