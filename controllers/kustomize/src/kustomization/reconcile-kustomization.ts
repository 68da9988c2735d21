import { type Artifact, Kustomization as KustomizationKind, type Kustomization, Reason } from "@weir/api";
import { ClusterProviderError, type JudgeHealth, type OpenTarget } from "@weir/apply";
import { describeError, formatGoDuration, type Outcome, parseGoDuration, type Random } from "@weir/core";
import {
  durationText,
  HealthExpressionError,
  judgeByExpressions,
  openTargetOf,
  originRevisionOf,
  ReadyExpressionError,
  retryText,
} from "@weir/consumer";
import type { ObjectKey } from "@weir/objects";
import { applyManifests } from "../apply/apply-manifests.ts";
import { checkHealth, type HealthCheckEnd } from "../apply/check-health.ts";
import { desiredObjects } from "../apply/desired-objects.ts";
import { pruneStale } from "../apply/prune-stale.ts";
import type { BuiltManifests } from "../build/build-cache.ts";
import { readVariables } from "../build/read-variables.ts";
import { checkDependencies } from "../dependencies/check-dependencies.ts";
import { observeArtifact } from "../source/observe-artifact.ts";
import { observeSource } from "../source/observe-source.ts";
import { sourceKeyOf, sourceKindOf } from "../source/source-kinds.ts";
import { asFailure, failureText, KustomizationFailedError } from "./kustomization-error.ts";
import { kustomizationEvent } from "./kustomization-events.ts";
import { enterStage, type KustomizationContext, publish, type Run, type Shared } from "./run.ts";
import { jitteredIntervalMsOf, retryIntervalMsOf } from "./timing.ts";
import { findUnsupportedField } from "./unsupported-fields.ts";

/** Brings the cluster in line with one Kustomization. */
export async function reconcileKustomization(
  kustomization: Kustomization,
  ctx: KustomizationContext,
  shared: Shared,
  random: Random,
): Promise<Outcome> {
  const reconcileStartedMs = ctx.clock.monotonic();
  const field = findUnsupportedField(kustomization.spec);
  if (field !== undefined) return stall(ctx, Reason.FeatureGateDisabled, `${field} is not supported yet`);
  const judge = readHealthExpressions(kustomization);
  if (judge instanceof HealthExpressionError)
    return stall(ctx, Reason.InvalidCELExpression, terminalText(judge));
  const source = observeSource(kustomization, (kind, key) => ctx.cache.get(kind, key), shared.options);
  if (source.kind === "halt") {
    const { outcome } = source;
    return outcome.kind === "stalled" ? stall(ctx, outcome.reason, outcome.message) : outcome;
  }
  const run = beginRun(kustomization, source.value, { ctx, shared, judge });
  const waiting = waitForDependencies(run, source.value);
  if (waiting !== undefined) return waiting;
  try {
    const ended = await deploy(run, source.value);
    if (ended !== undefined) return ended;
  } catch (error) {
    if (error instanceof ClusterProviderError)
      return stall(ctx, Reason.FeatureGateDisabled, describeError(error));
    if (!(error instanceof KustomizationFailedError)) throw error;
    publish(run, {
      type: "Warning",
      reason: error.reason,
      message: `${error.eventPrefix}${failureText(error)}`,
    });
    return { kind: "failed", error, recheckAfterMs: retryIntervalMsOf(kustomization.spec) };
  }
  announceSuccess(run, ctx.clock.monotonic() - reconcileStartedMs);
  return {
    kind: "settled",
    recheckAfterMs: jitteredIntervalMsOf(kustomization.spec, random, shared.options.intervalJitter),
  };
}

function beginRun(
  kustomization: Kustomization,
  artifact: Artifact,
  { ctx, shared, judge }: Pick<Run, "ctx" | "shared" | "judge">,
): Run {
  return {
    kustomization,
    ctx,
    shared,
    revision: artifact.revision,
    originRevision: originRevisionOf(artifact),
    startedMs: ctx.clock.monotonic(),
    judge,
    target: { client: ctx.client, isHome: true },
  };
}

function readHealthExpressions(
  kustomization: Kustomization,
): JudgeHealth | undefined | HealthExpressionError {
  try {
    return judgeByExpressions(kustomization.spec.healthCheckExprs ?? []);
  } catch (error) {
    if (error instanceof HealthExpressionError) return error;
    throw error;
  }
}

function terminalText(error: unknown): string {
  return `Reconciliation failed terminally due to configuration error: ${describeError(error)}`;
}

function waitForDependencies(run: Run, artifact: Artifact): Outcome | undefined {
  const { kustomization, ctx, shared } = run;
  const rules = { isExpressionAdditive: shared.options.additiveCELDependencyCheck };
  let message: string | undefined;
  try {
    const read = (key: ObjectKey): Kustomization | undefined => ctx.cache.get(KustomizationKind, key);
    message = checkDependencies(kustomization, artifact, read, rules);
  } catch (error) {
    if (!(error instanceof ReadyExpressionError)) throw error;
    shared.dependents.set(ctx.key, false);
    const terminal = terminalText(error);
    publish(run, { type: "Warning", reason: error.reason, message: terminal });
    return { kind: "stalled", reason: error.reason, message: terminal };
  }
  shared.dependents.set(ctx.key, message !== undefined);
  if (message === undefined) return undefined;
  const { requeueDependencyMs } = shared.options;
  const reason = Reason.DependencyNotReady;
  const notice = `Dependencies do not meet ready condition, retrying in ${retryText(requeueDependencyMs)}`;
  publish(run, { type: "Normal", reason, message: notice });
  return { kind: "waiting", reason, message, recheckAfterMs: requeueDependencyMs };
}

/** From the artifact to healthy objects; gives an outcome where it ended before that without having failed. */
async function deploy(run: Run, artifact: Artifact): Promise<Outcome | undefined> {
  const { kustomization, ctx, shared } = run;
  await enterStage(run, "Fetching manifests");
  const { trees, options } = shared;
  const root = await observeArtifact(kustomization, artifact, { trees, options, signal: ctx.signal });
  if (root.kind === "halt") return root.outcome;
  ctx.record({ attemptedRevision: run.revision });
  await enterStage(run, "Building manifests");
  await using target = await openTargetFor(run);
  const variables = await readVariables(kustomization, (kind, key) => ctx.live.get(kind, key));
  const built = await shared.builder.build({
    kustomization,
    root: root.value,
    variables,
    signal: ctx.signal,
  });
  return (await applyBuilt({ ...run, target }, built)) === "canceled" ? cancelHealthCheck(run) : undefined;
}

async function openTargetFor(run: Run): Promise<OpenTarget> {
  const { kustomization, ctx, shared } = run;
  try {
    const { client, live } = ctx;
    return await openTargetOf(kustomization, { client, live, tokens: shared.tokens }, shared.options);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof ClusterProviderError) throw error;
    throw asFailure("ReconciliationFailed", error, "", "failed to build kube client: ");
  }
}

/** Applies what was built and waits for its health; the attempt is recorded however it ends. */
async function applyBuilt(run: Run, built: BuiltManifests): Promise<HealthCheckEnd> {
  const { kustomization, ctx } = run;
  await enterStage(run, "Detecting drift");
  try {
    const applied = await applyManifests(run, desiredObjects(built.objects, kustomization));
    ctx.record({ inventory: applied.inventory });
    await pruneStale(run, applied.inventory);
    const end = await checkHealth(run, applied);
    if (end === "healthy") recordAttempt(run, built);
    return end;
  } catch (error) {
    if (error instanceof KustomizationFailedError) recordAttempt(run, built);
    throw error;
  }
}

function recordAttempt({ ctx, startedMs, revision, originRevision }: Run, { digest }: BuiltManifests): void {
  ctx.record({
    attempt: {
      digest,
      revision,
      durationMs: ctx.clock.monotonic() - startedMs,
      ...(originRevision === undefined ? {} : { originRevision }),
    },
  });
}

/** The run that was asked for meanwhile begins as soon as this one has ended. */
function cancelHealthCheck(run: Run): Outcome {
  const { kustomization, ctx } = run;
  const trigger = triggerOf(run);
  publish(run, {
    type: "Normal",
    reason: Reason.HealthCheckCanceled,
    message: `Health checks canceled due to new reconciliation triggered by ${trigger}`,
  });
  ctx.log.info("health checks canceled", { name: kustomization.metadata.name, trigger });
  return {
    kind: "waiting",
    reason: Reason.HealthCheckCanceled,
    message: `New reconciliation triggered by ${trigger}`,
    recheckAfterMs: 0,
  };
}

function triggerOf({ kustomization, ctx, revision }: Run): string {
  const key = sourceKeyOf(kustomization);
  const source = ctx.cache.get(sourceKindOf(kustomization.spec.sourceRef), key);
  const isNewRevision =
    source?.status?.artifact !== undefined && source.status.artifact.revision !== revision;
  return isNewRevision
    ? `${kustomization.spec.sourceRef.kind}/${key.namespace}/${key.name}`
    : `${kustomization.kind}/${kustomization.metadata.namespace ?? ""}/${kustomization.metadata.name}`;
}

function announceSuccess(run: Run, tookMs: number): void {
  publish(
    run,
    {
      type: "Normal",
      reason: Reason.ReconciliationSucceeded,
      message: finishedText(run.kustomization, tookMs),
    },
    { commit_status: "update" },
  );
}

/** How Flux announces that a run succeeded. */
export function finishedText({ spec }: Kustomization, tookMs: number): string {
  const interval = formatGoDuration(parseGoDuration(spec.interval));
  return `Reconciliation finished in ${durationText(tookMs)}, next run in ${interval}`;
}

function stall(ctx: KustomizationContext, reason: string, message: string): Outcome {
  ctx.event(kustomizationEvent({ type: "Warning", reason, message }, {}));
  return { kind: "stalled", reason, message };
}
