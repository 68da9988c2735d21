import { ConditionType, Reason } from "@weir/api";
import {
  type Condition,
  type ConditionStamp,
  type ConditionState,
  findCondition,
  removeConditions,
  setCondition,
} from "@weir/objects";
import type { FailureCondition, Said, SourceFacts } from "./source-facts.ts";

type Conditions = readonly Condition[];
type Facts = Readonly<Partial<SourceFacts>>;

/** What the conditions of a source are made from, besides those that it has. */
export interface ConditionInput {
  readonly facts: Facts;
  readonly stamp: ConditionStamp;
  /** Whether the status names an artifact. */
  readonly hasArtifact: boolean;
  /** The conditions of failures that the kind has. */
  readonly failures: readonly FailureCondition[];
}

/** The conditions while a run goes on. */
export function progressing(before: Conditions, input: ConditionInput): Conditions {
  const { facts, stamp } = input;
  const state = { reason: Reason.Progressing, message: facts.progress ?? "reconciliation in progress" };
  const base = withOutdated(before, input);
  const isUnknown = facts.isChanging === true || findCondition(base, ConditionType.Ready) === undefined;
  const ready = isUnknown
    ? setCondition(base, { type: ConditionType.Ready, status: "Unknown", ...state }, stamp)
    : base;
  const reconciling = { type: ConditionType.Reconciling, status: "True" as const, ...state };
  return setCondition(removeConditions(ready, ConditionType.Stalled), reconciling, stamp);
}

/** The conditions after a run that failed and is tried again. */
export function failed(before: Conditions, input: ConditionInput, failure: Said): Conditions {
  const { reason, message } = failure;
  const progress = input.facts.progress ?? "reconciliation in progress";
  const base = removeConditions(withOutdated(before, input), ConditionType.Stalled);
  return setAll(base, input.stamp, [
    ...failureStates(input.facts, failure),
    { type: ConditionType.Ready, status: "False", reason, message },
    {
      type: ConditionType.Reconciling,
      status: "True",
      reason: Reason.ProgressingWithRetry,
      message: progress,
    },
  ]);
}

/** The conditions after a run that only a change of the object can help. */
export function stalled(before: Conditions, input: ConditionInput, failure: Said): Conditions {
  const { reason, message } = failure;
  const base = removeConditions(withOutdated(before, input), ConditionType.Reconciling);
  return setAll(base, input.stamp, [
    ...failureStates(input.facts, failure),
    { type: ConditionType.Stalled, status: "True", reason, message },
    { type: ConditionType.Ready, status: "False", reason, message },
  ]);
}

/** The conditions after a good run; `stored` says what the artifact is, where there is one. */
export function settled(before: Conditions, input: ConditionInput, stored: Said | undefined): Conditions {
  const cleared = removeConditions(
    before,
    ...input.failures,
    ConditionType.Reconciling,
    ConditionType.Stalled,
    ConditionType.ArtifactOutdated,
  );
  if (stored === undefined) return cleared;
  const { reason, message } = stored;
  return setAll(cleared, input.stamp, [
    { type: ConditionType.ArtifactInStorage, status: "True", reason, message },
    { type: ConditionType.Ready, status: "True", reason, message },
  ]);
}

/** A signature that was not good is judged anew by each run; one that was good stays so until there is a new one. */
export function withVerification(
  before: Conditions,
  { facts, stamp }: ConditionInput,
  isOver: boolean,
): Conditions {
  const { verified, failure, unverified } = facts;
  if (verified !== undefined) {
    const state = { status: "True" as const, reason: Reason.Succeeded, message: verified.message };
    return setCondition(before, { type: ConditionType.SourceVerified, ...state }, stamp);
  }
  const said = findCondition(before, ConditionType.SourceVerified);
  const isJudged = failure === ConditionType.SourceVerified || unverified !== undefined;
  const isStale = isOver && said?.status === "False" && !isJudged;
  return isStale ? removeConditions(before, ConditionType.SourceVerified) : before;
}

function withOutdated(before: Conditions, input: ConditionInput): Conditions {
  const { facts, stamp, hasArtifact, failures } = input;
  const fetched = facts.isFetched === true ? removeConditions(before, ...failures) : before;
  if (facts.outdated === undefined || !hasArtifact) return fetched;
  return setCondition(
    fetched,
    { type: ConditionType.ArtifactOutdated, status: "True", ...facts.outdated },
    stamp,
  );
}

/** The condition of the step that failed; that of verification speaks of success, the others of failure. */
function failureStates(facts: Facts, { reason, message }: Said): readonly ConditionState[] {
  if (facts.failure === undefined) return [];
  const unverified =
    facts.unverified === undefined
      ? []
      : [{ type: ConditionType.SourceVerified, status: "False" as const, ...facts.unverified }];
  const status = facts.failure === ConditionType.SourceVerified ? "False" : "True";
  return [{ type: facts.failure, status, reason, message }, ...unverified];
}

function setAll(base: Conditions, stamp: ConditionStamp, states: readonly ConditionState[]): Conditions {
  return states.reduce<Conditions>((conditions, state) => setCondition(conditions, state, stamp), base);
}
