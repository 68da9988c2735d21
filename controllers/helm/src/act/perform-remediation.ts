import { HelmReleaseReason, type HelmReleaseSnapshot } from "@weir/api";
import {
  ReleaseNotFoundError,
  rollbackRelease,
  testRelease,
  uninstallRelease,
  unlockRelease,
} from "@weir/helm";
import { latestOf } from "../release/history.ts";
import { problemText, ReleaseFailedError } from "../release/release-error.ts";
import { type EventSubject, releaseEvent, subjectOfSnapshot } from "../release/release-events.ts";
import { hasBeenTested, snapshotOf } from "../release/snapshot.ts";
import { conditionOf } from "../report/status-draft.ts";
import { releaseNameOf } from "../settings/release-settings.ts";
import { actionContext, type Deployment, type ReleaseScene } from "./deployment.ts";
import { inventoryOf } from "./release-inventory.ts";
import type { ActEnd } from "./perform-release.ts";
import { rollbackRequestOf, testRequestOf, uninstallRequestOf } from "./release-requests.ts";

const RECORDED: ActEnd = { kind: "recorded" };

/** Runs the tests of the latest revision, and tells of it. */
export async function performTests(scene: ReleaseScene): Promise<ActEnd> {
  const { ctx, story, written } = scene;
  await story.note({ kind: "acting", action: "test" });
  written.length = 0;
  const { context } = actionContext(scene);
  const failure = await failureOf(ctx.signal, () => testRelease(context, testRequestOf(story.release)));
  const problem = failure === undefined ? undefined : problemText(failure);
  await story.note({ kind: "tested", written: [...written], problem });
  const latest = latestOf(story.status.history);
  if (latest === undefined) return RECORDED;
  announce(scene, "TestSuccess", subjectOfSnapshot(latest));
  if (failure === undefined || hasBeenTested(latest)) return RECORDED;
  return failedAs(HelmReleaseReason.TestFailed, failure);
}

/** Rolls back to the last good revision, and tells of it. */
export async function performRollback(deployment: Deployment, to: HelmReleaseSnapshot): Promise<ActEnd> {
  const { ctx, story, shared, written, target, configDigest } = deployment;
  await story.note({ kind: "acting", action: "rollback" });
  written.length = 0;
  const { context, log } = actionContext(deployment);
  const request = rollbackRequestOf(story.release, to.version, shared.options);
  const failure = await failureOf(ctx.signal, () => rollbackRelease(context, request));
  const last = written.at(-1);
  const inventory = last === undefined ? undefined : await inventoryOf(target.client, last, []);
  const problem = failure === undefined ? undefined : problemText(failure);
  await story.note({ kind: "rolledBack", to, written: [...written], inventory, problem });
  const subject = { ...subjectOfSnapshot(to), token: configDigest };
  announce(deployment, "Remediated", subject, failure === undefined ? "" : log.text());
  if (failure === undefined || last !== undefined) return RECORDED;
  return failedAs(HelmReleaseReason.RollbackFailed, failure);
}

/** Uninstalls a failed release to undo it, and tells of it. */
export async function performUndo(scene: ReleaseScene): Promise<ActEnd> {
  const { ctx, story, shared, written } = scene;
  await story.note({ kind: "acting", action: "uninstall" });
  written.length = 0;
  const { context, log } = actionContext(scene);
  const name = latestOf(story.status.history)?.name ?? releaseNameOf(story.release);
  const request = uninstallRequestOf(story.release, name, shared.options);
  const failure = await failureOf(ctx.signal, () => uninstallRelease(context, request));
  const problem = failure === undefined ? undefined : problemText(failure);
  await story.note({ kind: "undone", written: [...written], problem });
  const latest = latestOf(story.status.history);
  if (latest !== undefined) {
    announce(scene, "Remediated", subjectOfSnapshot(latest), failure === undefined ? "" : log.text());
  }
  if (failure === undefined || written.length > 0) return RECORDED;
  return failedAs(HelmReleaseReason.UninstallFailed, failure);
}

/** Marks a revision as failed that an operation left pending when it died, and tells of it. */
export async function performUnlock(scene: ReleaseScene): Promise<ActEnd> {
  const { ctx, story, records } = scene;
  await story.note({ kind: "acting", action: "unlock" });
  const name = releaseNameOf(story.release);
  const pending = await records.last(name);
  if (pending === undefined) return RECORDED;
  const failure = await failureOf(ctx.signal, () => unlockRelease(records, name));
  const release = failure === undefined ? ((await records.last(name)) ?? pending) : pending;
  const problem = failure === undefined ? undefined : problemText(failure);
  await story.note({ kind: "unlocked", release, from: pending.info.status, problem });
  announce(scene, "Released", subjectOfSnapshot(snapshotOf(release, {})), "", problem === undefined);
  return failure === undefined ? RECORDED : failedAs(HelmReleaseReason.PendingRelease, failure);
}

/** Ends an uninstallation that was interrupted; what is remembered of the release goes with it. */
export async function finishUninstall(scene: ReleaseScene): Promise<ActEnd> {
  const { ctx, story, shared } = scene;
  await story.note({ kind: "acting", action: "uninstall" });
  const { context } = actionContext(scene);
  const request = uninstallRequestOf(story.release, releaseNameOf(story.release), shared.options);
  const failure = await failureOf(ctx.signal, () => uninstallRelease(context, request));
  if (failure !== undefined) return failedAs(HelmReleaseReason.UninstallFailed, failure);
  await story.note({ kind: "remembering", history: [] });
  return RECORDED;
}

/** Uninstalls a release for good: because its HelmRelease goes, or names another one now. */
export async function performUninstall(scene: ReleaseScene): Promise<ActEnd> {
  const { ctx, story, shared, written } = scene;
  const latest = latestOf(story.status.history);
  if (latest === undefined) return RECORDED;
  written.length = 0;
  const { context, log } = actionContext(scene);
  const request = uninstallRequestOf(story.release, latest.name, shared.options);
  const failure = await failureOf(ctx.signal, () => uninstallRelease(context, request));
  const found = foundBy(failure, request.keepHistory === true);
  const problem = failure === undefined || found !== "release" ? undefined : problemText(failure);
  await story.note({ kind: "uninstalled", found, written: [...written], problem });
  if (found !== "release") return RECORDED;
  const subject = subjectOfSnapshot(latestOf(story.status.history) ?? latest);
  announce(scene, "Released", subject, failure === undefined ? "" : log.text(), failure === undefined);
  return failure === undefined ? RECORDED : failedAs(HelmReleaseReason.UninstallFailed, failure);
}

function foundBy(failure: unknown, keepsHistory: boolean): "release" | "nothing" | "uninstalled" {
  if (failure === undefined) return "release";
  if (isNotFound(failure)) return "nothing";
  return keepsHistory && problemText(failure).includes("is already deleted") ? "uninstalled" : "release";
}

function isNotFound(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof ReleaseNotFoundError) return true;
  }
  return false;
}

/** Runs an action; gives what it threw, but for the end of the run itself. */
async function failureOf(signal: AbortSignal, act: () => Promise<unknown>): Promise<unknown> {
  try {
    await act();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}

function failedAs(reason: string, failure: unknown): ActEnd {
  const error = new ReleaseFailedError(reason, problemText(failure), { cause: failure });
  return { kind: "failed", error };
}

/** Publishes what a condition says; a warning unless it is good news. */
// oxlint-disable-next-line max-params -- what is told, about what, and how
function announce(
  { story }: Pick<ReleaseScene, "story">,
  type: string,
  subject: EventSubject,
  logs = "",
  isGood = conditionOf(story.status, type)?.status === "True",
): void {
  const told = conditionOf(story.status, type);
  if (told === undefined) return;
  const { reason, message } = told;
  const event = { reason, message: `${message}${logs}` };
  story.publish(releaseEvent(isGood ? event : { type: "Warning", ...event }, subject));
}
