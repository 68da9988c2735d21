import { HelmReleaseReason } from "@weir/api";
import { durationText } from "@weir/consumer";
import type { Release } from "@weir/helm";
import { latestOf, withoutAction, withRelease, withWrites } from "../release/history.ts";
import {
  chartText,
  hasBeenTested,
  revisionText,
  snapshotOf,
  targets,
  testHooksOf,
} from "../release/snapshot.ts";
import { activeRemediationOf } from "../settings/failure-strategy.ts";
import type { Happening } from "./happening.ts";
import {
  condition,
  type Stamp,
  type Status,
  withCondition,
  withFailure,
  withFields,
  withoutConditions,
  withoutFailures,
} from "./status-draft.ts";

type Of<Kind extends Happening["kind"]> = Extract<Happening, { readonly kind: Kind }>;

/** The status after an install or upgrade, Ready left out. */
export function afterRelease(status: Status, released: Of<"released">, stamp: Stamp): Status {
  const { action, chart, durationMs, written, inventory, problem } = released;
  const origin = { action, ociDigest: chart.ociDigest };
  const before = action === "install" ? [] : (status.history ?? []);
  const history = withRelease(isRecordedAnew(released) ? withoutAction(before) : before, written, origin);
  const recorded = withFields(withoutConditions(status, "TestSuccess", "Remediated"), {
    lastAttemptedReleaseAction: action,
    lastAttemptedReleaseActionDuration: durationText(durationMs),
    history: history.length === 0 ? undefined : history,
    ...(inventory === undefined ? {} : { inventory: { entries: inventory } }),
  });
  return problem === undefined
    ? afterSuccess(recorded, released, stamp)
    : afterFailure(recorded, released, stamp);
}

/** helm records the revision that it upgrades anew when the upgrade fails, but for failures of hooks. */
function isRecordedAnew({ action, written, problem }: Of<"released">): boolean {
  const isFailedUpgrade = action === "upgrade" && written.length > 0 && problem !== undefined;
  return isFailedUpgrade && !/^(pre|post)-upgrade hooks failed/.test(problem);
}

function afterFailure(
  status: Status,
  { action, subject, chart, written, problem = "" }: Of<"released">,
  stamp: Stamp,
): Status {
  const reason = action === "install" ? HelmReleaseReason.InstallFailed : HelmReleaseReason.UpgradeFailed;
  const message = `Helm ${action} failed for release ${subject} with chart ${chart.name}@${chart.version}: ${problem.trim()}`;
  const failed = withCondition(withFailure(status), condition("Released", "False", reason, message), stamp);
  // What left no record has changed nothing: there is nothing to remediate, and it may be tried again at once.
  return written.length === 0 ? failed : withFailure(failed, action);
}

function afterSuccess(status: Status, { action, forgivesFailures }: Of<"released">, stamp: Stamp): Status {
  const latest = latestOf(status.history);
  if (latest === undefined) return status;
  const what = `${revisionText(latest)} with chart ${chartText(latest)}`;
  const reason =
    action === "install" ? HelmReleaseReason.InstallSucceeded : HelmReleaseReason.UpgradeSucceeded;
  const message = `Helm ${action} succeeded for release ${what}`;
  let succeeded = withCondition(status, condition("Released", "True", reason, message), stamp);
  if (stamp.object.spec.test?.enable === true && !hasBeenTested(latest)) {
    const waiting = `Helm release ${what} is awaiting tests`;
    const state = condition("TestSuccess", "Unknown", HelmReleaseReason.AwaitingTests, waiting);
    succeeded = withCondition(succeeded, state, stamp);
  }
  return forgivesFailures ? withoutFailures(succeeded) : succeeded;
}

/** The status after tests, Ready left out. */
export function afterTests(status: Status, { written, problem }: Of<"tested">, stamp: Stamp): Status {
  const tested = withTests(status, written, stamp);
  const latest = latestOf(tested.history);
  if (latest === undefined) return tested;
  const subject = `for release ${revisionText(latest)} with chart ${chartText(latest)}`;
  if (problem === undefined) {
    const hooks = Object.keys(latest.testHooks ?? {}).length;
    const count = `${hooks} test ${hooks === 1 ? "hook" : "hooks"} completed successfully`;
    const message = `Helm test succeeded ${subject}: ${hooks === 0 ? "no test hooks" : count}`;
    const state = condition("TestSuccess", "True", HelmReleaseReason.TestSucceeded, message);
    return withCondition(tested, state, stamp);
  }
  const message = `Helm test failed ${subject}: ${problem.trim()}`;
  const state = condition("TestSuccess", "False", HelmReleaseReason.TestFailed, message);
  const failed = withCondition(withFailure(tested), state, stamp);
  const action = failed.lastAttemptedReleaseAction;
  const remediation = activeRemediationOf({ spec: stamp.object.spec, status: failed });
  const counts = hasBeenTested(latest) && remediation !== undefined && !remediation.ignoresTestFailures;
  return counts ? withFailure(failed, action) : failed;
}

function withTests(status: Status, written: readonly Release[], { object }: Stamp): Status {
  const latest = latestOf(status.history);
  if (latest === undefined) return status;
  const last = written.findLast((release) => targets(latest, release));
  if (last === undefined) return status;
  const { action, ociDigest } = latest;
  const testHooks = testHooksOf(last, object.spec.test?.filters);
  const tested = snapshotOf(last, { action, ociDigest, testHooks });
  return {
    ...status,
    history: (status.history ?? []).map((snapshot) => (snapshot === latest ? tested : snapshot)),
  };
}

/** The status after a rollback, Ready left out. */
export function afterRollback(status: Status, rolledBack: Of<"rolledBack">, stamp: Stamp): Status {
  const { to, written, inventory, problem } = rolledBack;
  const recorded = withFields(status, {
    history: withWrites(status.history ?? [], written, { action: "rollback", adds: true }),
    ...(inventory === undefined ? {} : { inventory: { entries: inventory } }),
  });
  const subject = `Helm rollback to previous release ${revisionText(to)} with chart ${chartText(to)}`;
  if (problem === undefined) {
    const message = `${subject} succeeded`;
    const state = condition("Remediated", "True", HelmReleaseReason.RollbackSucceeded, message);
    return withCondition(recorded, state, stamp);
  }
  const message = `${subject} failed: ${problem.trim()}`;
  const state = condition("Remediated", "False", HelmReleaseReason.RollbackFailed, message);
  return withCondition(withFailure(recorded), state, stamp);
}

/** The status after a failed release was uninstalled to undo it. Ready goes on telling of the failure. */
export function afterUndoing(status: Status, { written, problem }: Of<"undone">, stamp: Stamp): Status {
  const history = withWrites(status.history ?? [], written, { action: "uninstall-remediation" });
  const recorded = { ...status, history };
  const latest = latestOf(history);
  if (latest === undefined) return status;
  const subject = `Helm uninstall remediation for release ${revisionText(latest)} with chart ${chartText(latest)}`;
  if (problem === undefined) {
    const state = condition(
      "Remediated",
      "True",
      HelmReleaseReason.UninstallSucceeded,
      `${subject} succeeded`,
    );
    return withCondition(recorded, state, stamp);
  }
  const message = `${subject} failed: ${problem.trim()}`;
  const state = condition("Remediated", "False", HelmReleaseReason.UninstallFailed, message);
  return withCondition(withFailure(recorded), state, stamp);
}

/** The status after a release was uninstalled for good, Ready left out. */
export function afterUninstall(
  status: Status,
  { found, written, problem }: Of<"uninstalled">,
  stamp: Stamp,
): Status {
  const history = withWrites(status.history ?? [], written, { action: "uninstall" });
  const latest = latestOf(history);
  if (latest === undefined) return status;
  const recorded = { ...status, history };
  const revision = revisionText(latest);
  const subject = `for release ${revision} with chart ${chartText(latest)}`;
  if (problem !== undefined) {
    const message = `Helm uninstall failed ${subject}: ${problem.trim()}`;
    const state = condition("Released", "False", HelmReleaseReason.UninstallFailed, message);
    return withCondition(withFailure(recorded), state, stamp);
  }
  const messages = {
    release: `Helm uninstall succeeded ${subject}`,
    nothing: `Release ${revision} was not found, assuming it is uninstalled`,
    uninstalled: `Release ${revision} was already uninstalled`,
  };
  const state = condition("Released", "False", HelmReleaseReason.UninstallSucceeded, messages[found]);
  const gone = found === "release" ? withFields(recorded, { inventory: undefined }) : recorded;
  return withCondition(gone, state, stamp);
}

/** The status after a revision was unlocked that a process left when it died, Ready left out. */
export function afterUnlock(
  status: Status,
  { release, from, problem }: Of<"unlocked">,
  stamp: Stamp,
): Status {
  const history = status.history ?? [];
  const known = history.find((snapshot) => targets(snapshot, release));
  const snapshot = snapshotOf(release, { action: known?.action, ociDigest: known?.ociDigest });
  const subject = `Helm release ${revisionText(snapshot)} with chart ${chartText(snapshot)} in ${from} state`;
  if (problem !== undefined) {
    const message = `Unlock of ${subject} failed: ${problem.trim()}`;
    const state = condition("Released", "False", HelmReleaseReason.PendingRelease, message);
    return withCondition(withFailure(status), state, stamp);
  }
  const remembered = history.map((entry) => (entry === known ? snapshot : entry));
  const state = condition("Released", "False", HelmReleaseReason.PendingRelease, `Unlocked ${subject}`);
  return withCondition(
    withFields(status, { history: remembered.length === 0 ? undefined : remembered }),
    state,
    stamp,
  );
}
