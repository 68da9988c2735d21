import { type HelmRelease, type HelmReleaseSnapshot, ReconcileAnnotation } from "@weir/api";
import { assertNever } from "@weir/core";
import type { Release } from "@weir/helm";
import { latestFive, previousOf, truncateHistory } from "../release/history.ts";
import { targets } from "../release/snapshot.ts";
import type { HappeningBody } from "../report/happening.ts";
import {
  activeRemediationOf,
  activeRetryIntervalOf,
  type Remediation,
  remediationOf,
} from "../settings/failure-strategy.ts";
import { driftModeOf } from "../settings/release-settings.ts";
import { doubtAbout, type ReleaseState } from "./release-state.ts";

/** What is to be done next. */
export type NextAct =
  | { readonly kind: "install" }
  | { readonly kind: "upgrade" }
  | { readonly kind: "test" }
  | { readonly kind: "rollback"; readonly to: HelmReleaseSnapshot }
  /** Uninstalls a failed release to undo it. */
  | { readonly kind: "undo" }
  | { readonly kind: "unlock" }
  /** Ends an uninstallation that was interrupted. */
  | { readonly kind: "finishUninstall" }
  /** Nothing but to look whether the cluster still is as it was left, where that is asked for. */
  | { readonly kind: "none" }
  /** The retries are used up. */
  | { readonly kind: "exhausted" }
  /** There is no revision to roll back to. */
  | { readonly kind: "unrecoverable"; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

/** A decision: what the status is to tell first, and what is done then. */
export interface Plan {
  readonly notes: readonly HappeningBody[];
  readonly next: NextAct;
}

/** What a decision is made of besides the state. */
export interface DecisionInput {
  /** The HelmRelease with the status after all that happened so far in this run. */
  readonly release: HelmRelease;
  readonly records: readonly Release[];
  /** Whether actions without a strategy are retried. */
  readonly retriesByDefault: boolean;
}

/**
 * Decides the one thing to do next. Pure: the same state of the release, its status and its records give the same plan.
 * Asking for a forced action counts once, whatever it leads to.
 */
export function decideAction(state: ReleaseState, input: DecisionInput): Plan {
  const { release } = input;
  const isForced = isForceRequested(release);
  const plan = planFor(state, input, isForced);
  const asksForForce = release.metadata.annotations?.[ReconcileAnnotation.forceAt] !== undefined;
  return asksForForce ? { ...plan, notes: [{ kind: "requested", by: "forceAt" }, ...plan.notes] } : plan;
}

/** Whether an action was asked for that has not been done yet. */
export function isForceRequested({ metadata, status }: HelmRelease): boolean {
  return isUnhandled(metadata.annotations ?? {}, "forceAt", status?.lastHandledForceAt, status);
}

/** Whether the counting of failures is to begin anew. */
export function isResetRequested({ metadata, status }: HelmRelease): boolean {
  return isUnhandled(metadata.annotations ?? {}, "resetAt", status?.lastHandledResetAt, status);
}

function isUnhandled(
  annotations: Readonly<Record<string, string>>,
  by: "forceAt" | "resetAt",
  handled: string | undefined,
  status: HelmRelease["status"],
): boolean {
  const wanted = annotations[ReconcileAnnotation[by]];
  const requestedAt = annotations[ReconcileAnnotation.requestedAt];
  return (
    wanted !== undefined &&
    wanted === requestedAt &&
    status?.lastHandledReconcileAt !== requestedAt &&
    handled !== wanted
  );
}

function planFor(state: ReleaseState, input: DecisionInput, isForced: boolean): Plan {
  const { release } = input;
  switch (state.kind) {
    case "locked":
      return plan({ kind: "unlock" });
    case "uninstalling":
      return plan({ kind: "finishUninstall" });
    case "absent":
      return plan(unlessExhausted(release, "install", isForced));
    case "unmanaged":
      return plan({ kind: "upgrade" }, { kind: "remembering", history: [] });
    case "outOfSync":
      return plan(unlessExhausted(release, "upgrade", isForced));
    case "untested":
      return plan({ kind: "test" }, { kind: "vindicated" });
    case "failed":
      return planForFailed(input, isForced);
    case "inSync":
      return planForSync(input, isForced);
    case "unknown":
      return plan({ kind: "unknown", message: state.why });
    default:
      return assertNever(state);
  }
}

function unlessExhausted(release: HelmRelease, action: "install" | "upgrade", isForced: boolean): NextAct {
  const isOut = remediationOf(release, action).isExhausted && !isForced;
  return isOut ? { kind: "exhausted" } : { kind: action };
}

function planForSync({ release, retriesByDefault }: DecisionInput, isForced: boolean): Plan {
  const history = release.status?.history ?? [];
  const retries = activeRetryIntervalOf(release, retriesByDefault) !== undefined;
  const remediation = activeRemediationOf(release);
  const ignoresTests = remediation?.ignoresTestFailures ?? release.spec.test?.ignoreFailures ?? false;
  const kept = retries ? latestFive(history) : truncateHistory(history, ignoresTests);
  const remembering: HappeningBody = { kind: "remembering", history: kept };
  if (isForced) return plan({ kind: "upgrade" }, remembering);
  const undrifted: readonly HappeningBody[] =
    driftModeOf(release.spec) === "disabled" ? [] : [{ kind: "undrifted" }];
  return plan({ kind: "none" }, remembering, { kind: "vindicated" }, { kind: "inSync" }, ...undrifted);
}

function planForFailed(input: DecisionInput, isForced: boolean): Plan {
  const { release, retriesByDefault } = input;
  const history = release.status?.history ?? [];
  if (activeRetryIntervalOf(release, retriesByDefault) !== undefined) {
    return plan({ kind: "upgrade" }, { kind: "remembering", history: latestFive(history) });
  }
  const remediation = activeRemediationOf(release);
  // Without failures that count, what made the release fail may have changed.
  if (remediation === undefined || remediation.failures <= 0 || isForced) return plan({ kind: "upgrade" });
  if (remediation.isExhausted && !remediation.undoesLastFailure) return plan({ kind: "exhausted" });
  const kept = truncateHistory(history, remediation.ignoresTestFailures);
  const remembering: HappeningBody = { kind: "remembering", history: kept };
  if (remediation.undoBy === "uninstall") return plan({ kind: "undo" }, remembering);
  return plan(rollbackOf(kept, remediation, input), remembering);
}

/** A rollback goes to a revision that is stored as it is remembered; one that is not is mended by an upgrade. */
function rollbackOf(
  history: readonly HelmReleaseSnapshot[],
  { ignoresTestFailures }: Remediation,
  { records }: DecisionInput,
): NextAct {
  const to = previousOf(history, ignoresTestFailures);
  if (to === undefined) {
    const message = "missing target release for rollback: cannot remediate failed release";
    return { kind: "unrecoverable", message };
  }
  const stored = records.find((record) => targets(to, record));
  const isGood = stored !== undefined && doubtAbout(to, stored) === undefined;
  return isGood ? { kind: "rollback", to } : { kind: "upgrade" };
}

function plan(next: NextAct, ...notes: readonly HappeningBody[]): Plan {
  return { notes, next };
}
