import { describeError, type JsonObject } from "@weir/core";
import {
  type Condition,
  type ConditionState,
  type KubeObject,
  removeConditions,
  setCondition,
} from "@weir/objects";
import type { Observation, Report, Reported, StatusSummary } from "./report.ts";

/**
 * The report of controllers that give none: Ready, Reconciling and Stalled by kstatus' rules, as Flux keeps them.
 *
 * Reconciling and Stalled are there only while true. `observedGeneration` moves when the object settles or stalls, so
 * that a waiter that trusts it does not take a failing retry for an end.
 */
export const summarize: Report<KubeObject, JsonObject> = (previous, observation, outcome, clock) => {
  if (outcome.kind === "suspended") return undefined;
  const { generation } = observation.object.metadata;
  const before = { ...previous, ...observation.summary.patch } as JsonObject;
  const conditionsBefore = Array.isArray(before["conditions"])
    ? (before["conditions"] as readonly unknown[] as readonly Condition[])
    : [];
  const { present, absent } = conditionsOf(outcome, observation);
  let conditions = removeConditions(conditionsBefore, ...absent);
  for (const wanted of present) {
    conditions = setCondition(conditions, wanted, { generation, now: clock.now() });
  }
  const isEnd = outcome.kind === "settled" || outcome.kind === "stalled";
  return {
    ...before,
    conditions: conditions as unknown as JsonObject[],
    ...(isEnd && generation !== undefined ? { observedGeneration: generation } : {}),
  };
};

interface ConditionPlan {
  readonly present: readonly ConditionState[];
  readonly absent: readonly string[];
}

function conditionsOf(
  outcome: Exclude<Reported, { readonly kind: "suspended" }>,
  observation: Observation<KubeObject, JsonObject>,
): ConditionPlan {
  switch (outcome.kind) {
    case "settled":
      return settledConditions(observation.summary);
    case "progressing": {
      const { reason, message } = outcome;
      return {
        present: [ready("Unknown", reason, message), reconciling(reason, message)],
        absent: ["Stalled"],
      };
    }
    case "waiting": {
      const { reason, message } = outcome;
      return {
        present: [ready("False", reason, message), reconciling(reason, message)],
        absent: ["Stalled"],
      };
    }
    case "failed": {
      const message = describeError(outcome.error);
      return {
        present: [
          ready("False", outcome.error.reason, message),
          reconciling("ProgressingWithRetry", message),
        ],
        absent: ["Stalled"],
      };
    }
    case "stalled":
      return stalledConditions(outcome.reason, outcome.message);
  }
}

function settledConditions({ verdict }: StatusSummary): ConditionPlan {
  switch (verdict?.kind) {
    case undefined:
      return { present: [ready("True", "Succeeded", "reconciled")], absent: ["Reconciling", "Stalled"] };
    case "ready":
      return {
        present: [ready("True", verdict.reason, verdict.message)],
        absent: ["Reconciling", "Stalled"],
      };
    case "notReady":
      return {
        present: [
          ready("False", verdict.reason, verdict.message),
          reconciling(verdict.reason, verdict.message),
        ],
        absent: ["Stalled"],
      };
    case "stalled":
      return stalledConditions(verdict.reason, verdict.message);
  }
}

function stalledConditions(reason: string, message: string): ConditionPlan {
  return {
    present: [ready("False", reason, message), { type: "Stalled", status: "True", reason, message }],
    absent: ["Reconciling"],
  };
}

function ready(status: Condition["status"], reason: string, message: string): ConditionState {
  return { type: "Ready", status, reason, message };
}

function reconciling(reason: string, message: string): ConditionState {
  return { type: "Reconciling", status: "True", reason, message };
}
