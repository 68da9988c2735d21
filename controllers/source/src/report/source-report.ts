import { type Artifact, ConditionType, ReconcileAnnotation } from "@weir/api";
import { type Clock, assertNever, describeError } from "@weir/core";
import {
  type Condition,
  type ConditionStamp,
  findCondition,
  type ObjectMeta,
  removeConditions,
  setCondition,
} from "@weir/objects";
import type { Observation, Reported } from "@weir/sdk";
import {
  type ConditionInput,
  failed,
  progressing,
  settled,
  stalled,
  withVerification,
} from "./source-conditions.ts";
import type { FailureCondition, Said, SourceFacts } from "./source-facts.ts";

/** What the report reads and writes of every source's status. */
export interface SourceStatus {
  readonly artifact?: Artifact | undefined;
  readonly url?: string | undefined;
  readonly conditions?: readonly object[] | undefined;
  readonly observedGeneration?: number | undefined;
  readonly lastHandledReconcileAt?: string | undefined;
}

/** What the report reads of every source. */
export interface SourceObject {
  readonly metadata: Readonly<ObjectMeta>;
  readonly spec?: object;
}

/** In what the status of one kind of source differs from the others'. */
export interface SourceReportRules<Status, Object, Facts> {
  /** The conditions of failures that a good run removes. */
  readonly failures: readonly FailureCondition[];
  /** What Ready and ArtifactInStorage say of the artifact. */
  readonly stored: (artifact: Artifact, facts: Readonly<Partial<Facts>>, before: Status) => Said;
  /** What the status says whatever the end of the run. */
  readonly asObserved?: (status: Status, object: Object, facts: Readonly<Partial<Facts>>) => Status;
  /** What the status says of an artifact that is stored. */
  readonly whenStored?: (status: Status, facts: Readonly<Partial<Facts>>) => Status;
}

/** The status of a source: the only code that writes the conditions of a kind of source, which are source-controller's. */
export function sourceReport<
  Status extends SourceStatus,
  Object extends SourceObject,
  Facts extends SourceFacts,
>(
  rules: SourceReportRules<Status, Object, Facts>,
): (
  previous: Status | undefined,
  observation: Observation<Object, Facts>,
  outcome: Reported,
  clock: Pick<Clock, "now">,
) => Status {
  return (previous, observation, outcome, clock) => {
    const stamp = { generation: observation.object.metadata.generation, now: clock.now() };
    const isOver = outcome.kind !== "progressing" && outcome.kind !== "suspended";
    return new SourceReporter(rules, previous, observation, { stamp, isOver }).report(outcome);
  };
}

class SourceReporter<Status extends SourceStatus, Object extends SourceObject, Facts extends SourceFacts> {
  readonly #rules: SourceReportRules<Status, Object, Facts>;
  readonly #object: Object;
  readonly #facts: Readonly<Partial<Facts>>;
  readonly #before: Status;
  readonly #input: ConditionInput;

  constructor(
    rules: SourceReportRules<Status, Object, Facts>,
    previous: Status | undefined,
    { object, facts }: Observation<Object, Facts>,
    { stamp, isOver }: { readonly stamp: ConditionStamp; readonly isOver: boolean },
  ) {
    this.#rules = rules;
    this.#object = object;
    this.#facts = facts;
    const known = withFacts({ observedGeneration: -1, ...previous } as Status, object, facts);
    const hasArtifact = known.artifact !== undefined;
    this.#input = { facts: facts as Partial<SourceFacts>, stamp, hasArtifact, failures: rules.failures };
    const verified = withVerification(conditionsOf(known), this.#input, isOver);
    const status = verified === conditionsOf(known) ? known : { ...known, conditions: verified };
    this.#before = rules.asObserved?.(status, object, facts) ?? status;
  }

  report(outcome: Reported): Status {
    const before = this.#before;
    const conditions = conditionsOf(before);
    const input = this.#input;
    switch (outcome.kind) {
      case "suspended":
        return this.#suspended();
      case "progressing":
        return { ...before, conditions: progressing(conditions, input) };
      case "waiting":
        return { ...before, conditions: failed(conditions, input, outcome) };
      case "failed": {
        const failure = { reason: outcome.error.reason, message: describeError(outcome.error) };
        return { ...before, conditions: failed(conditions, input, failure) };
      }
      case "stalled":
        return { ...before, ...this.#observed(), conditions: stalled(conditions, input, outcome) };
      case "settled":
        return this.#settled();
      default:
        return assertNever(outcome);
    }
  }

  #settled(): Status {
    const { stored, whenStored } = this.#rules;
    const facts = this.#facts;
    const before = this.#before;
    const artifact = facts.artifact ?? before.artifact;
    const said = artifact === undefined ? undefined : stored(artifact, facts, before);
    const conditions = settled(conditionsOf(before), this.#input, said);
    if (artifact === undefined) return { ...before, ...this.#observed(), conditions };
    const status = whenStored?.(before, facts) ?? before;
    const url = facts.url === undefined ? {} : { url: facts.url };
    return { ...status, artifact, ...url, ...this.#observed(), conditions };
  }

  /** A suspended source keeps what it has; only what it has seen of the object moves on. */
  #suspended(): Status {
    const before = this.#before;
    const requestedAt = this.#object.metadata.annotations?.[ReconcileAnnotation.requestedAt];
    const ready = findCondition(conditionsOf(before), ConditionType.Ready);
    return {
      ...before,
      ...this.#observed(),
      ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt }),
      ...(ready === undefined
        ? {}
        : { conditions: setCondition(conditionsOf(before), ready, this.#input.stamp) }),
    };
  }

  #observed(): { readonly observedGeneration?: number } {
    const { generation } = this.#input.stamp;
    return generation === undefined ? {} : { observedGeneration: generation };
  }
}

/** An artifact that is gone is not named, and what was said of signatures means nothing once they are not asked for. */
function withFacts<Status extends SourceStatus>(
  status: Status,
  { spec }: SourceObject,
  { isArtifactGone }: Readonly<Partial<SourceFacts>>,
): Status {
  const isAsked = (spec as { readonly verify?: unknown } | undefined)?.verify !== undefined;
  const kept = isAsked ? status : withoutCondition(status, ConditionType.SourceVerified);
  if (isArtifactGone !== true) return kept;
  return withoutCondition(withoutFields(kept, "artifact", "url"), ConditionType.ArtifactInStorage);
}

/** The conditions of a status. */
export function conditionsOf(status: SourceStatus): readonly Condition[] {
  return (status.conditions ?? []) as readonly Condition[];
}

/** A status without some of its optional fields. */
export function withoutFields<Status extends object>(
  status: Status,
  ...names: readonly (keyof Status & string)[]
): Status {
  const entries = Object.entries(status).filter(([name]) => !(names as readonly string[]).includes(name));
  return Object.fromEntries(entries) as Status;
}

function withoutCondition<Status extends SourceStatus>(status: Status, type: string): Status {
  const conditions = conditionsOf(status);
  if (findCondition(conditions, type) === undefined) return status;
  return { ...status, conditions: removeConditions(conditions, type) };
}
