import { type HelmRelease, ReconcileAnnotation } from "@weir/api";
import { describeError } from "@weir/core";
import type { Observation, Report, Reported } from "@weir/sdk";
import { condition, type Status, withCondition } from "./status-draft.ts";

/** What a run found out: the status that this makes, step by step. */
export interface HelmReleaseFacts {
  /** After all that happened so far; made by `applyHappening` alone. */
  readonly status: Status;
  /** The same at the last moment at which Flux writes it, too. */
  readonly shown: Status;
  /** Whether the end of the run is told by what happened; if not, it ended by an error that nobody expected. */
  readonly isExplained: boolean;
  /** Whether the run waits for a moment only, of which nothing is told. */
  readonly isQuiet: boolean;
  /** Whether the run saw its generation through, though it comes back to it after a time. */
  readonly isObserved: boolean;
}

type Seen = Observation<HelmRelease, HelmReleaseFacts>;

/**
 * Makes the status of a HelmRelease, as helm-controller does, of what happened to it. A run that succeeded, stalled, or
 * waits for the time of its next try has observed the generation; one that failed or waits for something has not.
 */
export const reportHelmRelease: Report<HelmRelease, HelmReleaseFacts> = (previous, seen, outcome, clock) => {
  const { facts } = seen;
  if (outcome.kind === "progressing") return facts.shown;
  if (facts.isQuiet === true && outcome.kind === "waiting") return undefined;
  const status = facts.status ?? previous ?? {};
  if (outcome.kind === "suspended") return ended(status, seen, true);
  const explained = facts.isExplained === true || outcome.kind !== "failed";
  const told = explained ? status : withUnexpected(status, outcome, seen, clock.now());
  return ended(told, seen, isObserved(outcome, facts));
};

function isObserved(
  outcome: Reported,
  { isObserved: isSeenThrough = false }: Partial<HelmReleaseFacts>,
): boolean {
  return outcome.kind === "settled" || outcome.kind === "stalled" || isSeenThrough;
}

function withUnexpected(
  status: Status,
  { error }: Extract<Reported, { readonly kind: "failed" }>,
  { object }: Seen,
  atMs: number,
): Status {
  const state = condition("Ready", "False", "ReconcileError", describeError(error));
  return withCondition(status, state, { object, atMs });
}

/** What every end of a run does: the request is handled, and the generation is observed where it was seen through. */
function ended(status: Status, { object }: Seen, isSeenThrough: boolean): Status {
  const requestedAt = object.metadata.annotations?.[ReconcileAnnotation.requestedAt];
  const { generation } = object.metadata;
  return {
    ...status,
    ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt }),
    ...(isSeenThrough && generation !== undefined ? { observedGeneration: generation } : {}),
  };
}
