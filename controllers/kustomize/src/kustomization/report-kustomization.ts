import { type Kustomization, ReconcileAnnotation, Reason } from "@weir/api";
import type { Clock } from "@weir/core";
import {
  type Condition,
  type ConditionState,
  findCondition,
  isConditionFalse,
  isConditionTrue,
  removeConditions,
  setCondition,
} from "@weir/objects";
import type { Observation, Report, Reported } from "@weir/sdk";
import { withAttempt } from "./history.ts";
import { failureText } from "./kustomization-error.ts";
import type { HealthFact, KustomizationFacts } from "./kustomization-facts.ts";

type Status = NonNullable<Kustomization["status"]>;
type Seen = Observation<Kustomization, KustomizationFacts>;

/**
 * Makes the status of a Kustomization, as kustomize-controller does.
 *
 * While a run works, Ready is Unknown and Reconciling says at what. A failure keeps Reconciling as a promise to try
 * again, and the generation that was observed last; success and most stalls move it. Waiting for a source or a dependency sets
 * Ready alone. An object that is suspended or being deleted keeps its conditions.
 */
export const reportKustomization: Report<Kustomization, KustomizationFacts> = (
  previous,
  seen,
  outcome,
  clock,
) => {
  const before: Status = previous ?? {};
  if (outcome.kind === "suspended" || seen.isDeleting) return ended(before, seen);
  if (outcome.kind === "progressing") {
    return seen.facts.stage === undefined ? undefined : withFacts(before, seen, clock);
  }
  const facts = withFacts(before, seen, clock);
  const verdict = verdictOf(outcome, seen);
  let conditions = facts.conditions ?? [];
  // Whatever it waits for, it will be looked at again by itself: what stalled it has been changed.
  conditions = removeConditions(conditions, outcome.kind === "stalled" ? "Reconciling" : "Stalled");
  for (const wanted of verdict) conditions = put(conditions, wanted, seen, clock);
  const status = withHistory({ ...facts, conditions }, seen, outcome, clock);
  return ended(isJudged(outcome) ? observed(status, seen) : status, seen);
};

/** A stall judges the generation, unless it is about what may be referred to, which is not the object's to say. */
function isJudged(outcome: Reported): boolean {
  return outcome.kind === "stalled" && outcome.reason !== Reason.AccessDenied;
}

/** What the run found out, and that it is going on. */
function withFacts(before: Status, seen: Seen, clock: Pick<Clock, "now">): Status {
  const { stage, attemptedRevision, inventory, health } = seen.facts;
  let conditions: readonly Condition[] = before.conditions ?? [];
  if (stage !== undefined) {
    conditions = removeConditions(conditions, "Stalled");
    conditions = put(conditions, state("Reconciling", "True", Reason.Progressing, stage), seen, clock);
    const ready = state("Ready", "Unknown", Reason.Progressing, "Reconciliation in progress");
    conditions = put(conditions, ready, seen, clock);
  }
  if (health !== undefined) conditions = withHealth(conditions, health, seen, clock);
  return {
    ...before,
    conditions,
    ...(attemptedRevision === undefined ? {} : { lastAttemptedRevision: attemptedRevision }),
    ...(inventory === undefined ? {} : { inventory: { entries: inventory } }),
  };
}

function withHealth(
  conditions: readonly Condition[],
  health: HealthFact,
  seen: Seen,
  clock: Pick<Clock, "now">,
): readonly Condition[] {
  switch (health.kind) {
    case "unchecked":
      return removeConditions(conditions, "Healthy");
    case "checking":
      return put(conditions, state("Healthy", "Unknown", Reason.Progressing, health.message), seen, clock);
    case "passed":
      return put(conditions, state("Healthy", "True", Reason.Succeeded, health.message), seen, clock);
    case "failed":
      return put(
        conditions,
        state("Healthy", "False", Reason.HealthCheckFailed, health.message),
        seen,
        clock,
      );
  }
}

function verdictOf(
  outcome: Exclude<Reported, { readonly kind: "suspended" | "progressing" }>,
  { facts }: Seen,
): readonly ConditionState[] {
  switch (outcome.kind) {
    case "settled":
      return facts.attempt === undefined
        ? []
        : [
            state(
              "Ready",
              "True",
              Reason.ReconciliationSucceeded,
              `Applied revision: ${facts.attempt.revision}`,
            ),
          ];
    case "waiting":
      return [state("Ready", "False", outcome.reason, outcome.message)];
    case "failed":
      return [state("Ready", "False", outcome.error.reason, failureText(outcome.error))];
    case "stalled":
      return [
        state("Ready", "False", outcome.reason, outcome.message),
        state("Stalled", "True", outcome.reason, outcome.message),
      ];
  }
}

/** Adds an attempt to the history, and with success its revisions. */
function withHistory(status: Status, { facts }: Seen, outcome: Reported, clock: Pick<Clock, "now">): Status {
  const { attempt } = facts;
  if (attempt === undefined || (outcome.kind !== "settled" && outcome.kind !== "failed")) return status;
  const reason = outcome.kind === "settled" ? Reason.ReconciliationSucceeded : outcome.error.reason;
  const history = withAttempt(status.history ?? [], attempt, { reason, nowMs: clock.now() });
  if (outcome.kind === "failed") return { ...status, history };
  const { lastAppliedOriginRevision: _, ...rest } = status;
  const { revision, originRevision } = attempt;
  return {
    ...rest,
    history,
    lastAppliedRevision: revision,
    ...(originRevision === undefined ? {} : { lastAppliedOriginRevision: originRevision }),
  };
}

/** What every end of a run does: the request is handled, and Reconciling tells whether it will be tried again. */
function ended(status: Status, seen: Seen): Status {
  const requestedAt = seen.object.metadata.annotations?.[ReconcileAnnotation.requestedAt];
  const handled = requestedAt === undefined ? status : { ...status, lastHandledReconcileAt: requestedAt };
  const { conditions = [] } = handled;
  if (isConditionTrue(conditions, "Ready")) {
    return observed({ ...handled, conditions: removeConditions(conditions, "Reconciling") }, seen);
  }
  const reconciling = findCondition(conditions, "Reconciling");
  if (reconciling === undefined || !isConditionFalse(conditions, "Ready")) return handled;
  const retrying = { ...reconciling, reason: Reason.ProgressingWithRetry };
  return {
    ...handled,
    conditions: conditions.map((condition) => (condition === reconciling ? retrying : condition)),
  };
}

function observed(status: Status, { object }: Seen): Status {
  const { generation } = object.metadata;
  return generation === undefined ? status : { ...status, observedGeneration: generation };
}

function state(type: string, status: Condition["status"], reason: string, message: string): ConditionState {
  return { type, status, reason, message };
}

function put(
  conditions: readonly Condition[],
  wanted: ConditionState,
  { object }: Seen,
  clock: Pick<Clock, "now">,
): readonly Condition[] {
  return setCondition(conditions, wanted, { generation: object.metadata.generation, now: clock.now() });
}
