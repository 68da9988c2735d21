import { HelmRelease as HelmReleaseKind, type HelmRelease, HelmReleaseReason, Reason } from "@weir/api";
import { ClusterProviderError, type JudgeHealth, type OpenTarget } from "@weir/apply";
import { ArtifactFetchError, ArtifactDigestError } from "@weir/artifact";
import {
  dependencyText,
  findUnreadyDependency,
  HealthExpressionError,
  judgeByExpressions,
  ReadyExpressionError,
  retryText,
} from "@weir/consumer";
import { describeError, halt, next, type Outcome, type Random, type Step } from "@weir/core";
import type { HelmValues } from "@weir/helm";
import { type Deployment, openRecords, type ReleaseScene, type Shared } from "../act/deployment.ts";
import { driveRelease } from "../act/drive-release.ts";
import { performUninstall } from "../act/perform-remediation.ts";
import {
  type ChartSource,
  chartReferenceOf,
  denialOf,
  observeSource,
  SOURCE_READY_REASONS,
  SOURCE_REASONS,
} from "../chart/chart-source.ts";
import { ensureChart } from "../chart/ensure-chart.ts";
import { sourceVersionOf } from "../chart/source-version.ts";
import type { ChartFacts } from "../render/release-task.ts";
import type { ChartInUse } from "../report/happening.ts";
import { storageNamespaceOf } from "../settings/release-settings.ts";
import { isResetRequested } from "../state/decide-action.ts";
import { composeValues } from "../values/compose-values.ts";
import { valuesDigest } from "../values/values-digest.ts";
import { openReleaseTarget } from "./open-release-target.ts";
import { problemText, ReleaseFailedError } from "./release-error.ts";
import { type HelmReleaseContext, RunStory } from "./run.ts";
import { findTargetChange } from "./target-change.ts";

const TERMINAL = "Reconciliation failed terminally due to configuration error";

/** What a run has while it looks for what it needs. */
interface Search {
  readonly release: HelmRelease;
  readonly ctx: HelmReleaseContext;
  readonly story: RunStory;
  readonly shared: Shared;
}

/** A chart that was found, and what is to be rendered from it. */
interface Found {
  readonly chart: ChartInUse;
  readonly facts: ChartFacts;
  readonly source: ChartSource;
  readonly values: HelmValues;
}

/** Brings a release in line with one HelmRelease. */
export async function reconcileHelmRelease(
  release: HelmRelease,
  ctx: HelmReleaseContext,
  shared: Shared,
  random: Random,
): Promise<Outcome> {
  const search: Search = { release, ctx, shared, story: new RunStory(release, ctx) };
  search.story.explain({ isExplained: true });
  const refusal = await refuse(search);
  if (refusal !== undefined) return refusal;
  const judge = await readHealthExpressions(search);
  if (judge.kind === "halt") return judge.outcome;
  await makeChart(search);
  await search.story.note({ kind: "fulfilling" });
  const waiting = await waitForDependencies(search);
  if (waiting !== undefined) return waiting;
  const found = await findChart(search);
  if (found.kind === "halt") return found.outcome;
  const opened = await openTarget(search);
  if (opened.kind === "halt") return opened.outcome;
  await using target = opened.value;
  const scene = { ctx, story: search.story, shared, target, judge: judge.value };
  // Awaited here: the target is closed when this function is left.
  return await makeRelease(search, scene, { found: found.value, random });
}

/** A HelmRelease that can never be reconciled as it is. */
async function refuse(search: Search): Promise<Outcome | undefined> {
  const { release, shared } = search;
  const { chart, chartRef } = release.spec;
  if ((chart === undefined) === (chartRef === undefined)) {
    return stall(search, { reason: "InvalidChartReference", message: "invalid Chart reference" });
  }
  // Flux leaves such a HelmRelease without a word; whoever wrote it is told.
  const denial =
    chart === undefined ? undefined : denialOf(release, chartReferenceOf(release), shared.options);
  return denial === undefined ? undefined : stall(search, { reason: Reason.AccessDenied, message: denial });
}

async function stall(
  { story }: Search,
  {
    reason,
    message,
    event = message,
  }: { readonly reason: string; readonly message: string; readonly event?: string },
): Promise<Outcome> {
  await story.note({ kind: "refused", reason, message });
  story.publish({ type: "Warning", reason, message: event });
  return { kind: "stalled", reason, message };
}

async function readHealthExpressions(search: Search): Promise<Step<JudgeHealth | undefined>> {
  try {
    return next(judgeByExpressions(search.release.spec.healthCheckExprs ?? []));
  } catch (error) {
    if (!(error instanceof HealthExpressionError)) throw error;
    const problem = describeError(error);
    const message = `${TERMINAL}: ${problem}`;
    return halt(await stall(search, { reason: error.reason, message, event: problem }));
  }
}

async function makeChart({ release, ctx, story }: Search): Promise<void> {
  const helmChart = await ensureChart(release, ctx);
  if (helmChart !== release.status?.helmChart) await story.note({ kind: "charted", helmChart });
}

async function waitForDependencies(search: Search): Promise<Outcome | undefined> {
  const { release, ctx, story, shared } = search;
  const reason = Reason.DependencyNotReady;
  let message: string | undefined;
  try {
    message = findUnreadyDependency(release, {
      read: (key) => ctx.cache.get(HelmReleaseKind, key),
      isExpressionAdditive: shared.options.additiveCELDependencyCheck,
      describeMissing: (key) =>
        `unable to get '${dependencyText(key)}' dependency: helmreleases.${HelmReleaseKind.group} ${JSON.stringify(key.name)} not found`,
    });
  } catch (error) {
    if (!(error instanceof ReadyExpressionError)) throw error;
    shared.dependents.set(ctx.key, false);
    const problem = describeError(error);
    return stall(search, { reason: error.reason, message: `${TERMINAL}: ${problem}`, event: problem });
  }
  shared.dependents.set(ctx.key, message !== undefined);
  if (message === undefined) {
    await story.note({ kind: "passed", reasons: [reason] });
    return undefined;
  }
  await story.note({ kind: "unready", reason, message });
  story.publish({ reason, message });
  return { kind: "waiting", reason, message, recheckAfterMs: shared.options.requeueDependencyMs };
}

/** The chart and the values: all that a release is made of. */
async function findChart(search: Search): Promise<Step<Found>> {
  const source = await findSource(search);
  if (source.kind === "halt") return source;
  const values = await findValues(search);
  if (values.kind === "halt") return values;
  const facts = await loadChart(search, source.value);
  if (facts.kind === "halt") return facts;
  const chart = await nameChart(search, facts.value, source.value);
  if (chart.kind === "halt") return chart;
  return next({ chart: chart.value, facts: facts.value, source: source.value, values: values.value });
}

async function findSource(search: Search): Promise<Step<ChartSource>> {
  const { release, ctx, story, shared } = search;
  const observed = observeSource(release, (kind, key) => ctx.cache.get(kind, key), shared.options);
  const { requeueDependencyMs } = shared.options;
  switch (observed.kind) {
    case "denied":
      return halt(await stall(search, { reason: Reason.AccessDenied, message: observed.message }));
    case "missing": {
      const { message } = observed;
      const reason = Reason.ArtifactFailed;
      await story.note({ kind: "unready", reason, message });
      return halt({ kind: "waiting", reason, message, recheckAfterMs: requeueDependencyMs });
    }
    case "unready": {
      const { message, isPending } = observed;
      const reason = HelmReleaseReason.SourceNotReady;
      const quietMs = isPending ? shared.patience.waitFor(ctx.key) : undefined;
      if (quietMs !== undefined) {
        story.explain({ isQuiet: true });
        return halt({ kind: "waiting", reason, message, recheckAfterMs: quietMs });
      }
      shared.patience.end(ctx.key);
      await story.note({ kind: "passed", reasons: SOURCE_REASONS });
      await story.note({ kind: "unready", reason, message });
      return halt({ kind: "waiting", reason, message, recheckAfterMs: requeueDependencyMs });
    }
    case "ready":
      shared.patience.end(ctx.key);
      await story.note({ kind: "passed", reasons: [...SOURCE_REASONS, ...SOURCE_READY_REASONS] });
      return next(observed.source);
  }
}

async function findValues(search: Search): Promise<Step<HelmValues>> {
  const { release, ctx, story } = search;
  const reason = HelmReleaseReason.ValuesError;
  try {
    const values = await composeValues(release, (kind, key) => ctx.live.get(kind, key));
    await story.note({ kind: "passed", reasons: [reason] });
    return next(values);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return halt(await fail(search, { reason, message: problemText(error), cause: error, isTold: true }));
  }
}

async function loadChart(search: Search, { artifact }: ChartSource): Promise<Step<ChartFacts>> {
  const { ctx, story, shared } = search;
  const reason = Reason.ArtifactFailed;
  try {
    const facts = await shared.charts.facts(artifact, ctx.signal);
    await story.note({ kind: "passed", reasons: [reason] });
    return next(facts);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof ArtifactFetchError && error.status === 404) {
      const { requeueDependencyMs } = shared.options;
      const message = `Source not ready: artifact not found. Retrying in ${retryText(requeueDependencyMs)}`;
      await story.note({ kind: "unready", reason, message });
      return halt({ kind: "waiting", reason, message, recheckAfterMs: requeueDependencyMs });
    }
    const problem =
      error instanceof ArtifactDigestError
        ? `integrity failure: computed digest doesn't match '${error.expected}'`
        : problemText(error);
    const message = `Could not load chart: ${problem}`;
    return halt(await fail(search, { reason, message, cause: error, isTold: true, event: problem }));
  }
}

async function nameChart(search: Search, facts: ChartFacts, source: ChartSource): Promise<Step<ChartInUse>> {
  const { name, version, appVersion } = facts;
  try {
    const isTracked = !search.shared.options.disableChartDigestTracking;
    return next({ name, appVersion, ...sourceVersionOf(version, source, isTracked) });
  } catch (error) {
    const reason = HelmReleaseReason.ChartMutateError;
    return halt(await fail(search, { reason, message: problemText(error), cause: error }));
  }
}

async function openTarget(search: Search): Promise<Step<OpenTarget>> {
  const { release, ctx, story, shared } = search;
  const reason = HelmReleaseReason.RESTClientError;
  try {
    const target = await openReleaseTarget(release, ctx, shared);
    await story.note({ kind: "passed", reasons: [reason] });
    return next(target);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof ClusterProviderError) {
      const message = describeError(error);
      return halt(await stall(search, { reason: Reason.FeatureGateDisabled, message }));
    }
    return halt(await fail(search, { reason, message: problemText(error), cause: error }));
  }
}

interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly cause: unknown;
  /** Whether an event tells of it, too. */
  readonly isTold?: boolean;
  /** The message of the event; that of the condition by default. */
  readonly event?: string;
}

async function fail({ story }: Search, failure: Failure): Promise<Outcome> {
  const { reason, message, cause, isTold = false, event = message } = failure;
  await story.note({ kind: "unready", reason, message });
  if (isTold) story.publish({ type: "Warning", reason, message: event });
  return { kind: "failed", error: new ReleaseFailedError(reason, message, { cause }) };
}

type Opened = Omit<ReleaseScene, "records" | "written">;

/** From the chart to the release: what was released elsewhere goes first. */
async function makeRelease(
  search: Search,
  opened: Opened,
  { found, random }: { readonly found: Found; readonly random: Random },
): Promise<Outcome> {
  const { ctx, story } = search;
  const { chart, facts, source, values } = found;
  const change = findTargetChange(story.release, chart.name);
  if (change !== undefined) {
    ctx.log.info("the release is another one now: uninstalling the one of before", { change });
    const namespace = story.status.storageNamespace ?? "";
    const scene = { ...opened, ...openRecords(story.release, namespace, opened) };
    const end = await performUninstall(scene);
    if (end.kind === "failed") return { kind: "failed", error: end.error };
    await story.note({ kind: "left" });
  }
  const configDigest = valuesDigest(values);
  await noteAttempt(search, chart, configDigest);
  const namespace = storageNamespaceOf(story.release);
  const deployment: Deployment = {
    ...opened,
    ...openRecords(story.release, namespace, opened),
    chart,
    artifact: source.artifact,
    hasCrds: facts.hasCrds,
    asksCapabilities: facts.asksCapabilities,
    values,
    configDigest,
  };
  return driveRelease(deployment, random);
}

/** Notes what is tried now; failures count anew where it is something else than before, or where that was asked for. */
async function noteAttempt({ story }: Search, chart: ChartInUse, configDigest: string): Promise<void> {
  const { release, status } = story;
  const isOther =
    status.lastAttemptedGeneration !== release.metadata.generation ||
    status.lastAttemptedRevision !== chart.version ||
    (status.lastAttemptedConfigDigest !== undefined && status.lastAttemptedConfigDigest !== configDigest);
  const resetsFailures = isOther || isResetRequested(release);
  await story.note({ kind: "requested", by: "resetAt" });
  await story.note({
    kind: "attempting",
    storageNamespace: storageNamespaceOf(release),
    chart,
    configDigest,
    resetsFailures,
  });
}
