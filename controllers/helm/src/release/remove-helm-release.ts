import { type HelmRelease, HelmReleaseReason } from "@weir/api";
import { ClusterAccessError, type OpenTarget } from "@weir/apply";
import type { Outcome } from "@weir/core";
import { openRecords, type Shared } from "../act/deployment.ts";
import { performUninstall } from "../act/perform-remediation.ts";
import { deleteChart, findOwnChart } from "../chart/ensure-chart.ts";
import { canAct, KubeconfigMissingError, openReleaseTarget } from "./open-release-target.ts";
import { problemText, ReleaseFailedError } from "./release-error.ts";
import { type HelmReleaseContext, RunStory } from "./run.ts";

/** Uninstalls the release of a HelmRelease and deletes its HelmChart, unless it is suspended. */
export async function removeHelmRelease(
  release: HelmRelease,
  ctx: HelmReleaseContext,
  shared: Shared,
): Promise<Outcome> {
  shared.dependents.set(ctx.key, false);
  shared.patience.end(ctx.key);
  shared.driftWatches.forget(ctx.key);
  if (release.spec.suspend === true) return { kind: "settled" };
  const story = new RunStory(release, ctx);
  story.explain({ isExplained: true });
  const failure = await uninstall(story, ctx, shared);
  if (failure !== undefined) return failure;
  const helmChart = story.status.helmChart ?? findOwnChart(release, ctx);
  if (helmChart !== undefined) {
    await deleteChart(helmChart, ctx);
    await story.note({ kind: "charted", helmChart: undefined });
  }
  return { kind: "settled" };
}

/** What cannot be reached any more does not hold the HelmRelease back; what fails does. */
async function uninstall(
  story: RunStory,
  ctx: HelmReleaseContext,
  shared: Shared,
): Promise<Outcome | undefined> {
  const { storageNamespace = "" } = story.status;
  if (storageNamespace === "") return undefined;
  let opened: OpenTarget;
  try {
    if (!(await canAct(story.release, ctx, shared.options))) {
      ctx.log.error("skipping the uninstallation: the account to impersonate is gone");
      return undefined;
    }
    opened = await openReleaseTarget(story.release, ctx, shared);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof KubeconfigMissingError || (error instanceof ClusterAccessError && error.isMissing)) {
      ctx.log.error("skipping the uninstallation", { error: error.message });
      return undefined;
    }
    const message = `failed to build REST client getter to uninstall release: ${problemText(error)}`;
    const reason = HelmReleaseReason.UninstallFailed;
    await story.note({ kind: "unready", reason, message });
    return { kind: "failed", error: new ReleaseFailedError(reason, message, { cause: error }) };
  }
  await using target = opened;
  const scene = { ctx, story, shared, target, judge: undefined };
  const end = await performUninstall({ ...scene, ...openRecords(story.release, storageNamespace, scene) });
  if (end.kind === "failed") return { kind: "failed", error: end.error };
  await story.note({ kind: "left" });
  return undefined;
}
