import { type Artifact, HelmChart, SourceReason } from "@weir/api";
import type { ArtifactStorage } from "@weir/artifact";
import type { Clock, Outcome, WorkerPool } from "@weir/core";
import type { ChartLimits } from "@weir/helm";
import type { ReconcileContext } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { ensureStored } from "../artifact-storage/ensure-stored.ts";
import { linkUrlOf } from "../artifact-storage/link-url.ts";
import type { Said } from "../report/source-facts.ts";
import type { SourceEvents } from "../report/source-events.ts";
import { reconcileSource, type SourceTiming } from "../run/reconcile-source.ts";
import { sayProgress } from "../run/source-context.ts";
import { type BuildDeps, buildChart } from "./build-chart.ts";
import { type ChartBuild, summaryOf } from "./chart-build.ts";
import type { HelmChartFacts } from "./helm-chart-facts.ts";
import { observeChartSource } from "./observe-source.ts";
import { verifiedMessage } from "./verification-policy.ts";

/** What reconciling HelmCharts needs from the outside. */
export interface HelmChartDeps extends SourceTiming {
  readonly storage: ArtifactStorage;
  /** Packs large charts. */
  readonly workers: WorkerPool;
  readonly clock: Clock;
  /** Longest index in bytes of a repository without an object; 50 MiB by default. */
  readonly maxIndexBytes?: number;
  /** Longest archive of a chart in bytes; 10 MiB by default, as Flux's `--helm-chart-max-size`. */
  readonly maxChartBytes?: number;
  /** Longest file of a chart in bytes; 5 MiB by default, as Flux's `--helm-chart-file-max-size`. */
  readonly maxChartFileBytes?: number;
}

type Context = ReconcileContext<HelmChart, HelmChartFacts>;
type Deps = HelmChartDeps & BuildDeps;

/** The name by which `status.url` always finds the newest chart. */
const LATEST = "latest.tar.gz";

/** Brings the chart of a HelmChart in line with its source: observe, decide, act; the report writes the status. */
export function reconcileHelmChart(chart: HelmChart, ctx: Context, deps: Deps): Promise<Outcome> {
  return reconcileSource(chart, ctx, deps, {
    refused: refuseUnbuilt(chart),
    run: (events) => new HelmChartRun(chart, ctx, deps, events).run(),
  });
}

/** Why a HelmChart cannot be reconciled as it is declared; the kind's schema does not ask for a spec. */
export function refuseUnbuilt({
  spec,
}: Partial<HelmChart>): Extract<Outcome, { readonly kind: "stalled" }> | undefined {
  if (spec === undefined) {
    return {
      kind: "stalled",
      reason: SourceReason.InvalidChartReference,
      message: "spec.chart: required value",
    };
  }
  const { kind } = spec.sourceRef;
  if (kind === "HelmRepository" || kind === "GitRepository") return undefined;
  const message = `failed to get source: charts from the source kind '${kind}' are not supported yet`;
  return { kind: "stalled", reason: "UnsupportedSourceKind", message };
}

class HelmChartRun {
  readonly #chart: HelmChart;
  readonly #ctx: Context;
  readonly #deps: Deps;
  readonly #events: SourceEvents;

  constructor(chart: HelmChart, ctx: Context, deps: Deps, events: SourceEvents) {
    this.#chart = chart;
    this.#ctx = ctx;
    this.#deps = deps;
    this.#events = events;
  }

  async run(): Promise<Outcome | void> {
    const { storage, workers } = this.#deps;
    const { signal } = this.#ctx;
    const owner = ownerOf(HelmChart.kind, this.#chart);
    const stored = await ensureStored(this.#chart.status?.artifact, owner, this.#ctx, storage);
    const source = await observeChartSource(this.#chart, this.#ctx, storage);
    if (source.kind === "empty") return this.#wait();
    if (source.revision !== undefined) this.#ctx.record({ sourceRevision: source.revision });
    // Whichever step of the build failed last time, it is looked at anew.
    this.#ctx.record({ isFetched: true });
    const context = { chart: this.#chart, stored, workers, signal, limits: limitsOf(this.#deps) };
    const build = await buildChart(context, source, this.#ctx, this.#deps);
    const said = saidOf(build);
    this.#ctx.record({ built: said });
    if (build.isVerified) this.#ctx.record({ verified: verifiedMessage(build.version) });
    await this.#sayNew(build, said, stored);
    if (build.archive === undefined && stored !== undefined) this.#keep(stored, said);
    else await this.#store(build, said);
  }

  /** The source's own artifact wakes the chart. */
  #wait(): Outcome {
    const { kind, name } = this.#chart.spec.sourceRef;
    const said = {
      reason: SourceReason.NoSourceArtifact,
      message: `no artifact available for ${kind} source '${name}'`,
    };
    this.#ctx.record({ failure: "FetchFailed" });
    this.#events.say(said);
    return { kind: "waiting", ...said, recheckAfterMs: WAIT_MS };
  }

  async #sayNew(
    { name, version }: ChartBuild,
    { message }: Said,
    stored: Artifact | undefined,
  ): Promise<void> {
    if (this.#chart.status?.observedChartName === name && stored?.revision === version) return;
    const outdated = stored === undefined ? {} : { outdated: { reason: SourceReason.NewChart, message } };
    this.#ctx.record({ isChanging: true, ...outdated });
    await sayProgress(this.#ctx, `building artifact: ${message}`);
  }

  #keep(stored: Artifact, { reason, message }: Said): void {
    // The server that serves what is stored may be another than before.
    if (stored.url !== this.#chart.status?.artifact?.url) {
      const url = linkUrlOf(ownerOf(HelmChart.kind, this.#chart), LATEST, this.#deps.storage);
      this.#ctx.record({ artifact: stored, url });
    }
    this.#events.upToDate(stored.revision);
    this.#events.recovered(stored, message, reason);
  }

  async #store(build: ChartBuild, { reason, message }: Said): Promise<void> {
    const { name, version, archive = new Uint8Array(), valuesFiles, dependencies } = build;
    if (dependencies > 0) {
      const resolved = `resolved ${dependencies} chart dependencies`;
      this.#events.say({ reason: "ResolvedDependencies", message: resolved });
    }
    const { storage } = this.#deps;
    using lock = await storage.lock(ownerOf(HelmChart.kind, this.#chart));
    const artifact = await storage.store(lock, {
      bytes: archive,
      revision: version,
      // The name of a chart in a registry may be a path.
      fileName: `${name.slice(name.lastIndexOf("/") + 1)}-${version}.tgz`,
      signal: this.#ctx.signal,
    });
    const url = await storage.link(lock, artifact, LATEST);
    const isPartial = this.#chart.spec.ignoreMissingValuesFiles === true && valuesFiles.length > 0;
    this.#ctx.record({
      artifact,
      chartName: name,
      valuesFiles: isPartial ? valuesFiles : undefined,
      ...(url === undefined ? {} : { url }),
    });
    this.#events.stored(artifact, message, { new: reason, again: reason });
  }
}

/** How soon a source without an artifact is looked at again, should its event be missed. */
const WAIT_MS = 60_000;

function limitsOf({ maxChartBytes, maxChartFileBytes }: HelmChartDeps): ChartLimits {
  return {
    ...(maxChartBytes === undefined ? {} : { archive: maxChartBytes }),
    ...(maxChartFileBytes === undefined ? {} : { file: maxChartFileBytes }),
  };
}

function saidOf(build: ChartBuild): Said {
  const reason = build.isPackaged ? SourceReason.ChartPackageSucceeded : SourceReason.ChartPullSucceeded;
  return { reason, message: summaryOf(build) };
}
