import { HelmReleaseReason, Reason, ReconcileAnnotation } from "@weir/api";
import { assertNever } from "@weir/core";
import { isConditionTrue } from "@weir/objects";
import { latestOf, sortHistory } from "../release/history.ts";
import { chartText, revisionText } from "../release/snapshot.ts";
import { timeoutText } from "../settings/timing.ts";
import type { Happening } from "./happening.ts";
import {
  afterRelease,
  afterRollback,
  afterTests,
  afterUndoing,
  afterUninstall,
  afterUnlock,
} from "./apply-action.ts";
import {
  condition,
  conditionOf,
  type Stamp,
  type Status,
  withCondition,
  withFields,
  withoutConditions,
  withoutFailures,
} from "./status-draft.ts";
import { isReadyStatus, summarizeRelease } from "./summarize-release.ts";

/** The status of a HelmRelease after something happened: pure, and with `reportHelmRelease` all that writes conditions. */
export function applyHappening(status: Status, happening: Happening, object: Stamp["object"]): Status {
  const stamp: Stamp = { object, atMs: happening.atMs };
  switch (happening.kind) {
    case "fulfilling":
    case "charted":
    case "unready":
    case "refused":
    case "passed":
      return afterPrerequisite(status, happening, stamp);
    case "left":
    case "attempting":
    case "requested":
    case "remembering":
    case "acting":
      return afterStep(status, happening, stamp);
    default:
      return afterAct(status, happening, stamp);
  }
}

type Step = Extract<
  Happening,
  { readonly kind: "left" | "attempting" | "requested" | "remembering" | "acting" }
>;

function afterStep(status: Status, happening: Step, stamp: Stamp): Status {
  switch (happening.kind) {
    case "left":
      return withFields(withoutFailures(status), { history: undefined, storageNamespace: undefined });
    case "attempting":
      return afterAttempt(status, happening, stamp);
    case "requested":
      return afterRequest(status, happening.by, stamp);
    case "remembering": {
      const { history } = happening;
      return withFields(status, { history: history.length === 0 ? undefined : sortHistory(history) });
    }
    case "acting":
      return afterStart(status, happening.action, stamp);
  }
}

function afterAct(status: Status, happening: Exclude<Happening, Prerequisite | Step>, stamp: Stamp): Status {
  switch (happening.kind) {
    case "released":
      return summarizeRelease(afterRelease(status, happening, stamp), stamp);
    case "tested":
      return summarizeRelease(afterTests(status, happening, stamp), stamp);
    case "rolledBack":
      return summarizeRelease(afterRollback(status, happening, stamp), stamp);
    case "undone":
      return afterUndoing(status, happening, stamp);
    case "uninstalled":
      return summarizeRelease(afterUninstall(status, happening, stamp), stamp);
    case "unlocked":
      return summarizeRelease(afterUnlock(status, happening, stamp), stamp);
    default:
      return afterVerdict(status, happening, stamp);
  }
}

type Prerequisite = Extract<
  Happening,
  { readonly kind: "fulfilling" | "charted" | "unready" | "refused" | "passed" }
>;

function afterPrerequisite(status: Status, happening: Prerequisite, stamp: Stamp): Status {
  switch (happening.kind) {
    case "fulfilling": {
      const state = condition("Reconciling", "True", Reason.Progressing, "Fulfilling prerequisites");
      return withCondition(status, state, stamp);
    }
    case "charted":
      return withFields(status, { helmChart: happening.helmChart });
    case "unready":
      return withCondition(status, condition("Ready", "False", happening.reason, happening.message), stamp);
    case "refused": {
      const { reason, message } = happening;
      const stalled = withCondition(status, condition("Stalled", "True", reason, message), stamp);
      return withCondition(stalled, condition("Ready", "False", reason, message), stamp);
    }
    case "passed": {
      const reason = conditionOf(status, "Ready")?.reason;
      if (reason === undefined || !happening.reasons.includes(reason)) return status;
      const state = condition("Ready", "Unknown", Reason.Progressing, "reconciliation in progress");
      return withCondition(status, state, stamp);
    }
  }
}

function afterAttempt(
  status: Status,
  { storageNamespace, chart, configDigest, resetsFailures }: Extract<Happening, { kind: "attempting" }>,
  { object }: Stamp,
): Status {
  const { generation } = object.metadata;
  return withFields(resetsFailures ? withoutFailures(status) : status, {
    storageNamespace,
    lastAttemptedGeneration: generation,
    lastAttemptedRevision: chart.version,
    lastAttemptedRevisionDigest: chart.ociDigest,
    lastAttemptedConfigDigest: configDigest,
    lastAttemptedValuesChecksum: undefined,
    lastReleaseRevision: undefined,
  });
}

function afterRequest(status: Status, by: "forceAt" | "resetAt", { object }: Stamp): Status {
  const value = object.metadata.annotations?.[ReconcileAnnotation[by]];
  if (value === undefined) return status;
  return by === "forceAt"
    ? { ...status, lastHandledForceAt: value }
    : { ...status, lastHandledResetAt: value };
}

function afterStart(
  status: Status,
  action: Extract<Happening, { kind: "acting" }>["action"],
  stamp: Stamp,
): Status {
  const message = `Running '${action}' action with timeout of ${timeoutText(stamp.object.spec, action)}`;
  const state = condition("Reconciling", "True", Reason.Progressing, message);
  const started = withCondition(status, state, stamp);
  // Readiness tells of failures before, which only what makes a new revision may overwrite.
  if (action !== "install" && action !== "upgrade") return started;
  return withCondition(started, condition("Ready", "Unknown", Reason.Progressing, message), stamp);
}

type Verdict = Extract<
  Happening,
  {
    readonly kind:
      | "vindicated"
      | "drifted"
      | "undrifted"
      | "correcting"
      | "inSync"
      | "finished"
      | "stopped"
      | "retrying"
      | "exhausted"
      | "unrecoverable";
  }
>;

function afterVerdict(status: Status, happening: Verdict, stamp: Stamp): Status {
  switch (happening.kind) {
    case "drifted": {
      const state = condition("Drifted", "True", HelmReleaseReason.DriftDetected, happening.message);
      return withCondition(status, state, stamp);
    }
    case "undrifted": {
      const message = "No drift detected against the cluster state";
      const state = condition("Drifted", "False", HelmReleaseReason.NoDriftDetected, message);
      return withCondition(status, state, stamp);
    }
    case "correcting": {
      const state = condition("Ready", "Unknown", Reason.Progressing, "correcting cluster drift");
      return withCondition(status, state, stamp);
    }
    case "vindicated":
      return afterVindication(status, stamp);
    case "inSync":
      return afterSync(status, stamp);
    case "finished":
      return summarizeRelease(withoutConditions(status, "Reconciling"), stamp);
    default:
      return afterEnd(status, happening, stamp);
  }
}

type End = Extract<Verdict, { readonly kind: "stopped" | "retrying" | "exhausted" | "unrecoverable" }>;

function afterEnd(status: Status, happening: End, stamp: Stamp): Status {
  switch (happening.kind) {
    case "stopped":
      return withoutConditions(status, "Reconciling");
    case "retrying": {
      const ready = conditionOf(status, "Ready")?.message ?? "";
      const message = happening.after === undefined ? ready : `retrying after ${happening.after}`;
      const state = condition("Reconciling", "True", Reason.ProgressingWithRetry, message);
      return withCondition(status, state, stamp);
    }
    case "exhausted": {
      const { lastAttemptedReleaseAction: action = "install" } = status;
      const attempts = Number((action === "install" ? status.installFailures : status.upgradeFailures) ?? 0);
      const message = `Failed to ${action} after ${attempts} attempt(s)`;
      const state = condition("Stalled", "True", HelmReleaseReason.RetriesExceeded, message);
      return withCondition(status, state, stamp);
    }
    case "unrecoverable": {
      const message = `Failed to perform remediation: ${happening.message}`;
      const state = condition("Stalled", "True", HelmReleaseReason.MissingRollbackTarget, message);
      return withCondition(status, state, stamp);
    }
    default:
      return assertNever(happening);
  }
}

/** The release that a rollback brought back is what is wanted now: it counts as upgraded, not as remediated. */
function afterVindication(status: Status, stamp: Stamp): Status {
  const latest = latestOf(status.history);
  if (latest === undefined || !isConditionTrue(status.conditions ?? [], "Remediated")) return status;
  const message = `Helm upgrade succeeded for release ${revisionText(latest)} with chart ${chartText(latest)}`;
  const state = condition("Released", "True", HelmReleaseReason.UpgradeSucceeded, message);
  return withCondition(withoutConditions(status, "Released", "Remediated"), state, stamp);
}

/** A release that failed and is as wanted all the same has succeeded. */
function afterSync(status: Status, stamp: Stamp): Status {
  const latest = latestOf(status.history);
  const released = conditionOf(status, "Released");
  if (latest === undefined || (isReadyStatus(status) && released?.status === "True")) return status;
  const action =
    released?.reason === HelmReleaseReason.InstallFailed
      ? "install"
      : released?.reason === HelmReleaseReason.UpgradeFailed
        ? "upgrade"
        : undefined;
  if (action === undefined) return status;
  const message = `Helm ${action} succeeded for release ${revisionText(latest)} with chart ${chartText(latest)}`;
  const reason =
    action === "install" ? HelmReleaseReason.InstallSucceeded : HelmReleaseReason.UpgradeSucceeded;
  return summarizeRelease(
    withCondition(status, condition("Released", "True", reason, message), stamp),
    stamp,
  );
}
