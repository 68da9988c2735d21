import { HelmReleaseReason } from "@weir/api";
import {
  type ChartCrd,
  installRelease,
  type RenderedRelease,
  type RenderFacts,
  upgradeRelease,
} from "@weir/helm";
import { latestOf } from "../release/history.ts";
import { problemText, ReleaseFailedError, RenderFailedError } from "../release/release-error.ts";
import { releaseEvent, subjectOfAttempt, subjectOfSnapshot } from "../release/release-events.ts";
import { postRenderPlanOf } from "../render/post-renderers.ts";
import type { PreservedRevision } from "../render/release-task.ts";
import { conditionOf } from "../report/status-draft.ts";
import { type ReleaseAction, retryIntervalOf } from "../settings/failure-strategy.ts";
import { fullReleaseNameOf, preservesValues, releaseNamespaceOf } from "../settings/release-settings.ts";
import { actionContext, type Deployment } from "./deployment.ts";
import { inventoryOf } from "./release-inventory.ts";
import { installRequestOf, upgradeRequestOf } from "./release-requests.ts";

/** How an action ended: what it did is recorded, or it changed nothing and is to be tried again. */
export type ActEnd =
  | { readonly kind: "recorded" }
  | { readonly kind: "failed"; readonly error: ReleaseFailedError };

/** Installs or upgrades, and tells of it. */
export async function performRelease(deployment: Deployment, action: ReleaseAction): Promise<ActEnd> {
  const { ctx, story, shared, chart, written, target } = deployment;
  const { release } = story;
  const startedMs = ctx.clock.monotonic();
  await story.note({ kind: "acting", action });
  written.length = 0;
  const crds = await crdsOf(deployment);
  const { context, log } = actionContext(deployment);
  const content = { crds, render: (facts: RenderFacts) => renderFor(deployment, action, facts) };
  let failure: unknown;
  try {
    if (action === "install")
      await installRelease(context, installRequestOf(release, content, shared.options));
    else await upgradeRelease(context, upgradeRequestOf(release, content, shared.options));
  } catch (error) {
    ctx.signal.throwIfAborted();
    failure = error;
  }
  if (crds.length > 0) shared.capabilities.forget();
  const last = written.at(-1);
  const inventory = last === undefined ? undefined : await inventoryOf(target.client, last, crds);
  const problem = failure === undefined ? undefined : problemText(failure);
  await story.note(
    {
      kind: "released",
      action,
      subject: `${releaseNamespaceOf(release)}/${fullReleaseNameOf(release)}`,
      chart,
      durationMs: ctx.clock.monotonic() - startedMs,
      written: [...written],
      inventory,
      problem,
      forgivesFailures:
        retryIntervalOf(release, action, shared.options.defaultToRetryOnFailure) !== undefined,
    },
    // A process that dies while it undoes the failure must not leave it uncounted.
    { now: problem !== undefined && last !== undefined },
  );
  announceRelease(deployment, problem === undefined ? "" : log.text());
  if (problem === undefined || last !== undefined) return { kind: "recorded" };
  const reason = action === "install" ? HelmReleaseReason.InstallFailed : HelmReleaseReason.UpgradeFailed;
  return { kind: "failed", error: new ReleaseFailedError(reason, problem, { cause: failure }) };
}

/** The event of an install or upgrade: the condition, and for a failure the last lines of the log. */
function announceRelease({ story, chart, configDigest }: Deployment, logs: string): void {
  const released = conditionOf(story.status, "Released");
  if (released === undefined) return;
  const { reason, message, status } = released;
  const latest = latestOf(story.status.history);
  const event =
    status === "True" && latest !== undefined
      ? releaseEvent({ reason, message }, subjectOfSnapshot(latest))
      : releaseEvent(
          { type: "Warning", reason, message: `${message}${logs}` },
          subjectOfAttempt(chart, configDigest),
        );
  story.publish(event);
}

async function crdsOf({ ctx, shared, artifact, hasCrds, values }: Deployment): Promise<readonly ChartCrd[]> {
  if (!hasCrds) return [];
  const archive = await shared.charts.archive(artifact, ctx.signal);
  return shared.renderer.crds({ archive, digest: artifact.digest, values }, ctx.signal);
}

async function renderFor(
  deployment: Deployment,
  action: ReleaseAction,
  facts: RenderFacts,
): Promise<RenderedRelease> {
  const { ctx, story, shared, chart, artifact, target, values, asksCapabilities } = deployment;
  const { spec } = story.release;
  const { name, namespace, revision, isUpgrade } = facts;
  const archive = await shared.charts.archive(artifact, ctx.signal);
  const needsCapabilities = asksCapabilities || JSON.stringify(values, bigIntText).includes("Capabilities");
  const capabilities = needsCapabilities
    ? await shared.capabilities.read(target.client, target.isHome)
    : undefined;
  const input = {
    archive,
    digest: artifact.digest,
    version: chart.version,
    values,
    preserved: preservedOf(deployment, action, facts),
    release: { name, namespace, revision, isUpgrade },
    capabilities,
    skipSchemaValidation: spec[action]?.disableSchemaValidation === true,
    postRenderers: postRenderPlanOf(story.release),
    postRenderStrategy: spec.postRenderStrategy ?? (shared.options.useHelm3Defaults ? "nohooks" : "combined"),
  } as const;
  try {
    return await shared.renderer.render({ input, client: target.client, signal: ctx.signal });
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw new RenderFailedError(problemText(error));
  }
}

/** What of the revision before is used again, where its values are to be preserved. */
function preservedOf(
  { story: { release } }: Deployment,
  action: ReleaseAction,
  { current }: RenderFacts,
): PreservedRevision | undefined {
  if (action !== "upgrade" || !preservesValues(release) || current === undefined) return undefined;
  const { chart, config } = current;
  // Templates and files of the old chart need not go to the worker.
  return { config, chart: chart && { metadata: chart.metadata, values: chart.values ?? null } };
}

function bigIntText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
