import type { Kustomization } from "@weir/api";
import { type Change, HealthCheckError, type HealthTarget, healthOf, waitForHealth } from "@weir/apply";
import { durationText } from "@weir/consumer";
import { anySignal, describeError } from "@weir/core";
import { isConditionTrue } from "@weir/objects";
import { KustomizationFailedError } from "../kustomization/kustomization-error.ts";
import { enterStage, publish, type Run } from "../kustomization/run.ts";
import { timeoutMsOf } from "../kustomization/timing.ts";
import { type AppliedManifests, targetsOf } from "./apply-manifests.ts";

/** How a health check ended that did not fail. */
export type HealthCheckEnd = "healthy" | "canceled";

/**
 * Waits until what was applied, or what the spec names, is healthy; canceled as soon as a newer state waits to be
 * reconciled, so that a fix need not wait for what it fixes.
 *
 * Where the answers to the apply show everything healthy already, no request is made and no progress written.
 */
export async function checkHealth(run: Run, applied: AppliedManifests): Promise<HealthCheckEnd> {
  const { kustomization, ctx } = run;
  const { wait, healthChecks = [] } = kustomization.spec;
  const targets = wait === true ? appliedTargets(applied.changes) : healthChecks.map(targetOfReference);
  if (targets.length === 0) {
    ctx.record({ health: { kind: "unchecked" } });
    return "healthy";
  }
  const others = targets.filter((target) => !isSelf(target, kustomization));
  const startedMs = ctx.clock.monotonic();
  if (wait !== true || !areHealthy(applied.changes, run)) {
    await enterStage(run, "Running health checks", { now: true });
    const end = await waitFor(run, others, startedMs);
    if (end === "canceled") return end;
  }
  const message = `Health check passed in ${durationText(ctx.clock.monotonic() - startedMs)}`;
  const wasHealthy = isConditionTrue(kustomization.status?.conditions, "Healthy");
  const isNewRevision = kustomization.status?.lastAppliedRevision !== run.revision;
  if (!wasHealthy || (isNewRevision && applied.hasDrifted)) {
    publish(run, { type: "Normal", reason: "Progressing", message });
  }
  ctx.record({ health: { kind: "passed", message } });
  return "healthy";
}

async function waitFor(
  { kustomization, ctx, judge, target }: Run,
  targets: readonly HealthTarget[],
  startedMs: number,
): Promise<HealthCheckEnd> {
  using stop = anySignal(ctx.signal, ctx.superseded);
  const timeoutMs = timeoutMsOf(kustomization.spec);
  const options = { timeoutMs, signal: stop.signal, ...(judge === undefined ? {} : { judge }) };
  try {
    await waitForHealth(targets, { client: target.client, clock: ctx.clock }, options);
    return "healthy";
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof HealthCheckError) && ctx.superseded.aborted) return "canceled";
    const message = describeError(error);
    ctx.record({ health: { kind: "failed", message } });
    const took = durationText(ctx.clock.monotonic() - startedMs);
    throw new KustomizationFailedError("HealthCheckFailed", `health check failed after ${took}: ${message}`, {
      cause: error,
    });
  }
}

function appliedTargets(changes: readonly Change[]): readonly HealthTarget[] {
  return targetsOf(changes.filter(({ action }) => action !== "skipped").map(({ object }) => object));
}

function areHealthy(changes: readonly Change[], { kustomization, judge }: Run): boolean {
  return changes.every(
    ({ object, action }) =>
      action === "skipped" || isSelf(object, kustomization) || healthOf(object, judge).status === "Current",
  );
}

function targetOfReference(
  reference: NonNullable<Kustomization["spec"]["healthChecks"]>[number],
): HealthTarget {
  const { apiVersion = "", kind, name, namespace } = reference;
  return {
    apiVersion: apiVersion === "" ? "apps/v1" : apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined || namespace === "" ? {} : { namespace }) },
  };
}

/** A Kustomization that applies itself would wait for its own end. */
function isSelf(
  { kind, metadata }: { readonly kind: string; readonly metadata: { name?: string; namespace?: string } },
  kustomization: Kustomization,
): boolean {
  return (
    kind === kustomization.kind &&
    metadata.name === kustomization.metadata.name &&
    metadata.namespace === kustomization.metadata.namespace
  );
}
