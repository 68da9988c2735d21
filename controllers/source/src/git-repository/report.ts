import { assertNever, describeError } from "@weir/core";
import { ConditionType, type GitRepository, Reason, ReconcileAnnotation } from "@weir/api";
import {
  type Condition,
  type ConditionStamp,
  type ConditionState,
  findCondition,
  removeConditions,
  setCondition,
} from "@weir/objects";
import type { Observation, Report } from "@weir/sdk";
import type { GitRepositoryFacts } from "./facts.ts";

type Status = NonNullable<GitRepository["status"]>;
type Facts = Readonly<Partial<GitRepositoryFacts>>;

const FAILURES = [
  ConditionType.FetchFailed,
  ConditionType.StorageOperationFailed,
  ConditionType.IncludeUnavailable,
] as const;

/** The status of a GitRepository: the only code that writes its conditions, which are source-controller's. */
export const reportGitRepository: Report<GitRepository, GitRepositoryFacts> = (
  previous,
  observation,
  outcome,
  clock,
) => {
  const stamp = { generation: observation.object.metadata.generation, now: clock.now() };
  const isOver = outcome.kind !== "progressing" && outcome.kind !== "suspended";
  const before = withVerification(withFacts(previous, observation), observation.facts, stamp, isOver);
  switch (outcome.kind) {
    case "suspended":
      return reportSuspended(before, observation, stamp);
    case "progressing":
      return { ...before, conditions: progressing(before, observation.facts, stamp) };
    case "waiting":
      return { ...before, conditions: failed(before, observation.facts, stamp, outcome) };
    case "failed": {
      const failure = { reason: outcome.error.reason, message: describeError(outcome.error) };
      return { ...before, conditions: failed(before, observation.facts, stamp, failure) };
    }
    case "stalled":
      return {
        ...before,
        ...observed(stamp),
        conditions: stalled(before, observation.facts, stamp, outcome),
      };
    case "settled":
      return settled(before, observation.facts, stamp);
    default:
      return assertNever(outcome);
  }
};

function withFacts(
  previous: Status | undefined,
  { object, facts }: Observation<GitRepository, GitRepositoryFacts>,
): Status {
  const status = withoutVerification({ observedGeneration: -1, ...previous }, object);
  if (facts.isArtifactGone !== true) return status;
  const { artifact: _artifact, ...rest } = status;
  return { ...rest, conditions: removeConditions(conditionsOf(rest), ConditionType.ArtifactInStorage) };
}

/** What was said of signatures means nothing once they are not asked for. */
function withoutVerification(status: Status, { spec }: Partial<GitRepository>): Status {
  if (spec?.verify !== undefined) return status;
  const { sourceVerificationMode: _mode, ...rest } = status;
  const conditions = conditionsOf(status);
  if (findCondition(conditions, ConditionType.SourceVerified) === undefined) return rest;
  return { ...rest, conditions: removeConditions(conditions, ConditionType.SourceVerified) };
}

/** A signature that was not good is judged anew by each run; one that was good stays so until there is a new one. */
function withVerification(
  status: Status,
  { verified, failure }: Facts,
  stamp: ConditionStamp,
  isOver: boolean,
): Status {
  const conditions = conditionsOf(status);
  if (verified !== undefined) {
    const { mode, message } = verified;
    const state = { status: "True" as const, reason: Reason.Succeeded, message };
    return {
      ...status,
      sourceVerificationMode: mode,
      conditions: setCondition(conditions, { type: ConditionType.SourceVerified, ...state }, stamp),
    };
  }
  const said = findCondition(conditions, ConditionType.SourceVerified);
  const isStale = isOver && said?.status === "False" && failure !== ConditionType.SourceVerified;
  if (!isStale) return status;
  return { ...status, conditions: removeConditions(conditions, ConditionType.SourceVerified) };
}

function conditionsOf(status: Status): readonly Condition[] {
  return (status.conditions ?? []) as readonly Condition[];
}

function observed(stamp: ConditionStamp): { readonly observedGeneration?: number } {
  return stamp.generation === undefined ? {} : { observedGeneration: stamp.generation };
}

/** A suspended source keeps what it has; only what it has seen of the object moves on. */
function reportSuspended(
  before: Status,
  observation: Observation<GitRepository, GitRepositoryFacts>,
  stamp: ConditionStamp,
): Status {
  const requestedAt = observation.object.metadata.annotations?.[ReconcileAnnotation.requestedAt];
  const ready = findCondition(conditionsOf(before), ConditionType.Ready);
  return {
    ...before,
    ...observed(stamp),
    ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt }),
    ...(ready === undefined ? {} : { conditions: setCondition(conditionsOf(before), ready, stamp) }),
  };
}

function progressing(before: Status, facts: Facts, stamp: ConditionStamp): readonly Condition[] {
  const state = { reason: Reason.Progressing, message: facts.progress ?? "reconciliation in progress" };
  const base = withOutdated(before, facts, stamp);
  const isUnknown = facts.isChanging === true || findCondition(base, ConditionType.Ready) === undefined;
  const ready = isUnknown
    ? setCondition(base, { type: ConditionType.Ready, status: "Unknown", ...state }, stamp)
    : base;
  const reconciling = { type: ConditionType.Reconciling, status: "True" as const, ...state };
  return setCondition(removeConditions(ready, ConditionType.Stalled), reconciling, stamp);
}

function withOutdated(before: Status, facts: Facts, stamp: ConditionStamp): readonly Condition[] {
  const conditions = conditionsOf(before);
  const fetched = facts.isFetched === true ? removeConditions(conditions, ...FAILURES) : conditions;
  if (facts.outdated === undefined || before.artifact === undefined) return fetched;
  return setCondition(
    fetched,
    { type: ConditionType.ArtifactOutdated, status: "True", ...facts.outdated },
    stamp,
  );
}

interface Failure {
  readonly reason: string;
  readonly message: string;
}

function failed(before: Status, facts: Facts, stamp: ConditionStamp, failure: Failure): readonly Condition[] {
  const { reason, message } = failure;
  const states: readonly ConditionState[] = [
    ...failureStates(facts, failure),
    { type: ConditionType.Ready, status: "False" as const, reason, message },
    {
      type: ConditionType.Reconciling,
      status: "True" as const,
      reason: Reason.ProgressingWithRetry,
      message: facts.progress ?? "reconciliation in progress",
    },
  ];
  const base = removeConditions(withOutdated(before, facts, stamp), ConditionType.Stalled);
  return states.reduce<readonly Condition[]>(
    (conditions, state) => setCondition(conditions, state, stamp),
    base,
  );
}

function stalled(
  before: Status,
  facts: Facts,
  stamp: ConditionStamp,
  failure: Failure,
): readonly Condition[] {
  const { reason, message } = failure;
  const states = [
    ...failureStates(facts, failure),
    { type: ConditionType.Stalled, status: "True" as const, reason, message },
    { type: ConditionType.Ready, status: "False" as const, reason, message },
  ];
  const base = removeConditions(withOutdated(before, facts, stamp), ConditionType.Reconciling);
  return states.reduce<readonly Condition[]>(
    (conditions, state) => setCondition(conditions, state, stamp),
    base,
  );
}

/** The condition of the step that failed; that of verification speaks of success, the others of failure. */
function failureStates(facts: Facts, failure: Failure): readonly ConditionState[] {
  if (facts.failure === undefined) return [];
  const status = facts.failure === ConditionType.SourceVerified ? "False" : "True";
  return [{ type: facts.failure, status, ...failure }];
}

function settled(before: Status, facts: Facts, stamp: ConditionStamp): Status {
  const artifact = facts.artifact ?? before.artifact;
  const cleared = removeConditions(
    conditionsOf(before),
    ...FAILURES,
    ConditionType.Reconciling,
    ConditionType.Stalled,
    ConditionType.ArtifactOutdated,
  );
  if (artifact === undefined) return { ...before, ...observed(stamp), conditions: cleared };
  const state = { reason: Reason.Succeeded, message: `stored artifact for revision '${artifact.revision}'` };
  const stored = setCondition(
    cleared,
    { type: ConditionType.ArtifactInStorage, status: "True", ...state },
    stamp,
  );
  const conditions = setCondition(stored, { type: ConditionType.Ready, status: "True", ...state }, stamp);
  return { ...withShape(before, facts), artifact, ...observed(stamp), conditions };
}

/** What shaped the artifact is written with it, and only where it is not the default. */
function withShape(before: Status, facts: Facts): Status {
  const { shape, includedArtifacts } = facts;
  if (shape === undefined) return before;
  const {
    observedIgnore: _ignore,
    observedInclude: _include,
    observedRecurseSubmodules: _submodules,
    observedSparseCheckout: _sparse,
    includedArtifacts: _included,
    ...rest
  } = before;
  return {
    ...rest,
    ...(shape.ignore === undefined ? {} : { observedIgnore: shape.ignore }),
    ...(shape.include.length === 0 ? {} : { observedInclude: shape.include }),
    ...(shape.recurseSubmodules ? { observedRecurseSubmodules: true } : {}),
    ...(shape.sparseCheckout.length === 0 ? {} : { observedSparseCheckout: shape.sparseCheckout }),
    ...(includedArtifacts === undefined || includedArtifacts.length === 0 ? {} : { includedArtifacts }),
  };
}
