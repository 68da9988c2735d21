import { HelmReleaseReason } from "@weir/api";
import { correctDrift } from "../drift/correct-drift.ts";
import { describeDrift, type Drift } from "../drift/detect-drift.ts";
import { latestOf } from "../release/history.ts";
import { releaseEvent, subjectOfSnapshot } from "../release/release-events.ts";
import { revisionText } from "../release/snapshot.ts";
import type { ReleaseScene } from "./deployment.ts";

/** Tells that the cluster is not as the release left it. */
export async function tellOfDrift({ story }: ReleaseScene, drifts: readonly Drift[]): Promise<void> {
  const latest = latestOf(story.status.history);
  const revision = latest === undefined ? "" : revisionText(latest);
  const message = `Cluster state of release ${revision} has drifted from the desired state:\n${describeDrift(drifts)}`;
  story.publish({ type: "Warning", reason: HelmReleaseReason.DriftDetected, message });
  await story.note({ kind: "drifted", message });
}

/** Brings the cluster back to what the release left, and tells of it; what cannot be corrected is found again. */
export async function performCorrection(scene: ReleaseScene, drifts: readonly Drift[]): Promise<void> {
  const { ctx, story, target } = scene;
  await story.note({ kind: "acting", action: "correct cluster drift" });
  const { corrected, problems } = await correctDrift(drifts, { client: target.client, signal: ctx.signal });
  await story.note({ kind: "correcting" });
  const latest = latestOf(story.status.history);
  if (latest === undefined) return;
  const subject = subjectOfSnapshot(latest);
  const revision = revisionText(latest);
  if (problems.length === 0) {
    const message = `Cluster state of release ${revision} has been corrected:\n${corrected.join("\n")}`;
    story.publish(releaseEvent({ reason: HelmReleaseReason.DriftCorrected, message }, subject));
    return;
  }
  const partly = corrected.length === 0 ? "" : "partially ";
  const successes = corrected.length === 0 ? "" : `\n\nSuccessful corrections:\n${corrected.join("\n")}`;
  const message = `Failed to ${partly}correct cluster state of release ${revision}:\n${problems.join("\n")}${successes}`;
  const event = { type: "Warning", reason: HelmReleaseReason.DriftCorrectionFailed, message } as const;
  story.publish(releaseEvent(event, subject));
}
