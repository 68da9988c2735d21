import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus } from "@weir/builtin/autoscaling-v2";
import { setCondition, type StatusCondition } from "../workloads/set-condition.ts";
import { timestamp } from "../workloads/timestamp.ts";
import { metricsProblem } from "./metrics-problem.ts";

/** The target of an autoscaler as it was found. */
export type ScaleTarget =
  | { readonly kind: "found"; readonly replicas: number; readonly present: number }
  | { readonly kind: "failed"; readonly problem: string };

/** What an autoscaler comes to. */
export interface AutoscalerPlan {
  readonly status: HorizontalPodAutoscalerStatus;
  /** The number that the target is to be scaled to; absent where it stays. */
  readonly scaleTo: number | undefined;
}

/** What a look at the target says. */
interface Finding {
  readonly conditions: readonly StatusCondition[];
  readonly counts: Partial<HorizontalPodAutoscalerStatus>;
  readonly scaleTo?: number;
}

/**
 * What kube-controller-manager makes of an autoscaler on a cluster without a metrics API: the target is kept within its bounds,
 * and the conditions say that nothing more can be told.
 */
export function decideAutoscaler(
  autoscaler: HorizontalPodAutoscaler,
  target: ScaleTarget,
  nowMs: number,
): AutoscalerPlan {
  const { status: previous, metadata } = autoscaler;
  const finding = target.kind === "failed" ? notFound(target.problem) : look(autoscaler, target, nowMs);
  const before = (previous?.conditions ?? []) as readonly StatusCondition[];
  const conditions = finding.conditions.reduce((all, wanted) => setCondition(all, wanted, nowMs), before);
  const status = {
    ...previous,
    observedGeneration: metadata.generation ?? 0,
    desiredReplicas: previous?.desiredReplicas ?? 0,
    ...finding.counts,
    conditions,
  };
  return { status: status as HorizontalPodAutoscalerStatus, scaleTo: finding.scaleTo };
}

function notFound(problem: string): Finding {
  const message = `the HPA controller was unable to get the target's current scale: ${problem}`;
  return { conditions: [condition("AbleToScale", false, "FailedGetScale", message)], counts: {} };
}

function look(
  { spec, metadata }: HorizontalPodAutoscaler,
  { replicas, present }: ScaleTarget & { readonly kind: "found" },
  nowMs: number,
): Finding {
  const { minReplicas = 1, maxReplicas = replicas, metrics = [] } = spec ?? {};
  const able = "the HPA controller was able to get the target's current scale";
  const found = condition("AbleToScale", true, "SucceededGetScale", able);
  if (replicas === 0 && minReplicas !== 0) {
    const message = "scaling is disabled since the replica count of the target is zero";
    const disabled = condition("ScalingActive", false, "ScalingDisabled", message);
    return { conditions: [found, disabled], counts: { currentReplicas: present, desiredReplicas: 0 } };
  }
  const bounded = Math.min(Math.max(replicas, minReplicas), maxReplicas);
  if (bounded !== replicas) {
    const message = `the HPA controller was able to update the target scale to ${bounded}`;
    const counts = { currentReplicas: present, desiredReplicas: bounded, lastScaleTime: timestamp(nowMs) };
    return {
      conditions: [condition("AbleToScale", true, "SucceededRescale", message)],
      counts,
      scaleTo: bounded,
    };
  }
  const { reason, message } = metricsProblem(metrics[0], metadata.namespace ?? "");
  const unable = `the HPA was unable to compute the replica count: ${message}`;
  const inactive = condition("ScalingActive", false, reason, unable);
  return { conditions: [found, inactive], counts: { currentReplicas: present } };
}

// oxlint-disable-next-line max-params -- the four fields of a condition
function condition(type: string, holds: boolean, reason: string, message: string): StatusCondition {
  return { type, status: holds ? "True" : "False", reason, message };
}
