import { HelmReleaseReason, Reason } from "@weir/api";
import { jitteredMs } from "@weir/consumer";
import { assertNever, goDurationMs, type Outcome, type Random } from "@weir/core";
import type { Release } from "@weir/helm";
import { detectDrift, type Drift } from "../drift/detect-drift.ts";
import { problemText, ReleaseFailedError } from "../release/release-error.ts";
import { isReadyStatus } from "../report/summarize-release.ts";
import { conditionOf } from "../report/status-draft.ts";
import { activeRemediationOf, activeRetryIntervalOf } from "../settings/failure-strategy.ts";
import { driftModeOf } from "../settings/release-settings.ts";
import { goText } from "../settings/timing.ts";
import { decideAction, type NextAct, type Plan } from "../state/decide-action.ts";
import { withLostRevisions } from "../state/lost-revisions.ts";
import { determineState } from "../state/release-state.ts";
import { valuesDigest } from "../values/values-digest.ts";
import type { Deployment } from "./deployment.ts";
import { performCorrection, tellOfDrift } from "./perform-correction.ts";
import { type ActEnd, performRelease } from "./perform-release.ts";
import {
  finishUninstall,
  performRollback,
  performTests,
  performUndo,
  performUnlock,
} from "./perform-remediation.ts";

/** What an act is, as far as each is done once in a run at most. */
type ActType = "release" | "test" | "remediate" | "unlock" | "correct";

type Act =
  | Extract<
      NextAct,
      { readonly kind: "install" | "upgrade" | "test" | "rollback" | "undo" | "unlock" | "finishUninstall" }
    >
  | { readonly kind: "correct"; readonly drifts: readonly Drift[] };

type Decision =
  | { readonly kind: "end"; readonly outcome: Outcome }
  | { readonly kind: "act"; readonly act: Act };

const RECORDED: ActEnd = { kind: "recorded" };

/**
 * Brings a release to what is wanted: observes its records and the cluster, decides one action, does it, and observes again.
 * Each type of action is done once in a run at most, and none after a remediation.
 */
export async function driveRelease(deployment: Deployment, random: Random): Promise<Outcome> {
  const done = new Set<ActType>();
  for (;;) {
    deployment.ctx.signal.throwIfAborted();
    const decision = await decide(deployment, random);
    if (decision.kind === "end") return decision.outcome;
    const type = typeOf(decision.act);
    if (done.has(type)) return endBeforeRepeat(deployment, random);
    const end = await perform(deployment, decision.act);
    const canceled = await cancellationOf(deployment);
    if (canceled !== undefined) return canceled;
    if (end.kind === "failed") return endAfterFailure(deployment, end.error, random);
    if (type === "remediate") return endAfterRemediation(deployment, random);
    done.add(type);
  }
}

async function decide(deployment: Deployment, random: Random): Promise<Decision> {
  const { story, shared, chart, configDigest } = deployment;
  const records = await recordsOf(deployment);
  await findLostRevisions(deployment, records);
  const { release } = story;
  const state = determineState({ release, records, chart, configDigest });
  const drifts = state.kind === "inSync" ? await driftsOf(deployment, records.at(-1)) : [];
  const { defaultToRetryOnFailure: retriesByDefault } = shared.options;
  const plan = decideAction(state, { release, records, retriesByDefault });
  if (drifts.length > 0) return decideOnDrift(deployment, { plan, drifts, random });
  for (const note of plan.notes) await story.note(note);
  return follow(deployment, plan.next, random);
}

async function follow(deployment: Deployment, next: NextAct, random: Random): Promise<Decision> {
  const { story } = deployment;
  switch (next.kind) {
    case "none":
      await story.note({ kind: "finished" });
      return { kind: "end", outcome: settled(deployment, random) };
    case "exhausted":
      await story.note({ kind: "exhausted" });
      return { kind: "end", outcome: stalledAs(deployment, HelmReleaseReason.RetriesExceeded) };
    case "unrecoverable":
      await story.note({ kind: "unrecoverable", message: next.message });
      return { kind: "end", outcome: stalledAs(deployment, HelmReleaseReason.MissingRollbackTarget) };
    case "unknown":
      throw await stateError(deployment, next.message);
    default:
      return { kind: "act", act: next };
  }
}

/** What a process made that died before it told of it. */
async function findLostRevisions(
  { story, chart, configDigest }: Deployment,
  records: readonly Release[],
): Promise<void> {
  const found = withLostRevisions(story.status.history ?? [], records, (record) => {
    const { name, version } = record.chart?.metadata ?? {};
    return name === chart.name && version === chart.version && valuesDigest(record.config) === configDigest;
  });
  if (found !== undefined) await story.note({ kind: "remembering", history: found });
}

/** Drift is told of and, where that is wanted, corrected before anything else is looked at. */
async function decideOnDrift(
  deployment: Deployment,
  {
    plan,
    drifts,
    random,
  }: { readonly plan: Plan; readonly drifts: readonly Drift[]; readonly random: Random },
): Promise<Decision> {
  const { story } = deployment;
  for (const note of plan.notes) if (note.kind === "requested") await story.note(note);
  await tellOfDrift(deployment, drifts);
  if (driftModeOf(story.release.spec) === "enabled") return { kind: "act", act: { kind: "correct", drifts } };
  await story.note({ kind: "finished" });
  return { kind: "end", outcome: settled(deployment, random) };
}

async function recordsOf(deployment: Deployment): Promise<readonly Release[]> {
  const { ctx, records } = deployment;
  try {
    return await records.records();
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw await stateError(
      deployment,
      `failed to retrieve last release from storage: ${problemText(error)}`,
      error,
    );
  }
}

async function driftsOf(deployment: Deployment, last: Release | undefined): Promise<readonly Drift[]> {
  const { ctx, story, target } = deployment;
  const { spec } = story.release;
  watchForDrift(deployment);
  if (last === undefined || driftModeOf(spec) === "disabled") return [];
  try {
    return await detectDrift(last, spec, { client: target.client, signal: ctx.signal });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw await stateError(deployment, `unable to determine cluster state: ${problemText(error)}`, error);
  }
}

/** Says that nothing can be decided; the caller throws what this gives. */
async function stateError(
  { story }: Deployment,
  problem: string,
  cause?: unknown,
): Promise<ReleaseFailedError> {
  const reason = HelmReleaseReason.StateError;
  await story.note({ kind: "unready", reason, message: `Could not determine release state: ${problem}` });
  const message = `cannot determine release state: ${problem}`;
  return new ReleaseFailedError(reason, message, cause === undefined ? undefined : { cause });
}

function perform(deployment: Deployment, act: Act): Promise<ActEnd> {
  switch (act.kind) {
    case "install":
    case "upgrade":
      return performRelease(deployment, act.kind);
    case "test":
      return performTests(deployment);
    case "rollback":
      return performRollback(deployment, act.to);
    case "undo":
      return performUndo(deployment);
    case "unlock":
      return performUnlock(deployment);
    case "finishUninstall":
      return finishUninstall(deployment);
    case "correct":
      return performCorrection(deployment, act.drifts).then(() => RECORDED);
    default:
      return assertNever(act);
  }
}

function typeOf({ kind }: Act): ActType {
  switch (kind) {
    case "install":
    case "upgrade":
      return "release";
    case "rollback":
    case "undo":
      return "remediate";
    case "unlock":
    case "finishUninstall":
      return "unlock";
    default:
      return kind;
  }
}

/** An action would be done again: it is time to let others have a turn. */
async function endBeforeRepeat(deployment: Deployment, random: Random): Promise<Outcome> {
  const retrying = await retryLater(deployment, random);
  if (retrying !== undefined) return retrying;
  const remediation = activeRemediationOf(deployment.story.release);
  if (remediation === undefined || !remediation.isExhausted) return retryAtOnce(deployment);
  await deployment.story.note({ kind: "stopped" });
  return settled(deployment, random);
}

/** An action failed without having changed anything. */
async function endAfterFailure(
  deployment: Deployment,
  error: ReleaseFailedError,
  random: Random,
): Promise<Outcome> {
  const { story, ctx } = deployment;
  const retrying = await retryLater(deployment, random);
  if (retrying !== undefined) {
    ctx.log.warn("the action failed and is retried", { error: error.message });
    return retrying;
  }
  if (isReadyStatus(story.status)) {
    await story.note({ kind: "unready", reason: HelmReleaseReason.ReconcileError, message: error.message });
  }
  return { kind: "failed", error };
}

async function endAfterRemediation(deployment: Deployment, random: Random): Promise<Outcome> {
  const { story } = deployment;
  const retrying = await retryLater(deployment, random);
  if (retrying !== undefined) return retrying;
  const remediation = activeRemediationOf(story.release);
  const goesOn = remediation === undefined || !remediation.isExhausted || remediation.uninstallsUpgrade;
  if (goesOn) return retryAtOnce(deployment);
  await story.note({ kind: "exhausted" });
  return stalledAs(deployment, HelmReleaseReason.RetriesExceeded);
}

/** Failures that are retried wait for their time; `undefined` where they are remediated. */
async function retryLater(deployment: Deployment, random: Random): Promise<Outcome | undefined> {
  const { story, shared } = deployment;
  const { defaultToRetryOnFailure, intervalJitter } = shared.options;
  const interval = activeRetryIntervalOf(story.release, defaultToRetryOnFailure);
  if (interval === undefined) return undefined;
  await story.note({ kind: "retrying", after: goText(interval) });
  story.explain({ isObserved: true });
  return {
    kind: "waiting",
    reason: Reason.ProgressingWithRetry,
    message: `retrying after ${goText(interval)}`,
    recheckAfterMs: jitteredMs(goDurationMs(interval), random, intervalJitter),
  };
}

/** The next try begins as soon as the backoff allows. */
async function retryAtOnce({ story }: Deployment): Promise<Outcome> {
  await story.note({ kind: "retrying", after: undefined });
  const ready = conditionOf(story.status, "Ready");
  const error = new ReleaseFailedError(ready?.reason ?? Reason.Failed, ready?.message ?? "must requeue");
  return { kind: "failed", error };
}

/** A newer state waits, and the health of this one was waited for in vain. */
async function cancellationOf({ ctx, story, shared }: Deployment): Promise<Outcome | undefined> {
  if (!shared.options.cancelHealthCheckOnNewRevision || !ctx.superseded.aborted) return undefined;
  if (conditionOf(story.status, "Released")?.status !== "False") return undefined;
  const { kind, metadata } = story.release;
  const trigger = `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
  const reason = Reason.HealthCheckCanceled;
  const message = `New reconciliation triggered by ${trigger}`;
  await story.note({ kind: "unready", reason, message });
  story.publish({
    reason,
    message: `Health checks canceled due to new reconciliation triggered by ${trigger}`,
  });
  return { kind: "waiting", reason, message, recheckAfterMs: 0 };
}

function stalledAs({ story }: Deployment, reason: string): Outcome {
  return { kind: "stalled", reason, message: conditionOf(story.status, "Stalled")?.message ?? reason };
}

function settled({ story, shared }: Deployment, random: Random): Outcome {
  const { interval } = story.release.spec;
  const recheckAfterMs = jitteredMs(goDurationMs(interval), random, shared.options.intervalJitter);
  return { kind: "settled", recheckAfterMs };
}

/** Changes by others are looked at when they happen, where that can be watched: in the cluster of the controller. */
function watchForDrift({ ctx, story, shared }: Deployment): void {
  const { spec } = story.release;
  const isWatched = driftModeOf(spec) !== "disabled" && spec.kubeConfig === undefined;
  shared.driftWatches.set(ctx.key, isWatched ? (story.status.inventory?.entries ?? []) : []);
}
