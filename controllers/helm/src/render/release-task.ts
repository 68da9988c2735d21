import type { JsonObject } from "@weir/core";
import {
  type Capabilities,
  type Chart,
  type ChartCrd,
  chartCrds,
  type HelmValues,
  loadChartArchive,
  LookupPendingError,
  type LookupRequest,
  type PostRenderStrategy,
  prepareChart,
  processDependencies,
  type Release,
  type ReleaseInfo,
  releaseManifest,
  RenderCache,
  type RenderedRelease,
  renderPrepared,
  reuseValues,
  storedChartOf,
  walkCharts,
} from "@weir/helm";
import { type PostRenderPlan, postRendererOf } from "./post-renderers.ts";

/** A chart for a worker. */
export interface ChartTaskInput {
  /** The archive, in shared memory. */
  readonly archive: Uint8Array;
  /** What tells the chart from all others: `sha256:…`. A worker keeps the charts that it loaded by it. */
  readonly digest: string;
}

/** What is known of a chart without its values. */
export interface ChartFacts {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** Whether the chart or one below it has CRDs. */
  readonly hasCrds: boolean;
  /** Whether a template, or the chart itself, asks what the cluster can do. */
  readonly asksCapabilities: boolean;
}

/** What an upgrade that preserves values takes from the revision before. */
export type PreservedRevision = Pick<Release, "chart" | "config">;

/** One render as plain data. */
export interface RenderTaskInput extends ChartTaskInput {
  /** The version of the chart, where it is not the one of its archive. */
  readonly version: string;
  readonly values: HelmValues;
  /** The revision whose values are used again, those of its chart too. */
  readonly preserved: PreservedRevision | undefined;
  readonly release: ReleaseInfo;
  readonly capabilities: Capabilities | undefined;
  readonly skipSchemaValidation: boolean;
  readonly postRenderers: PostRenderPlan;
  readonly postRenderStrategy: PostRenderStrategy;
  /** Answers of `lookup` by `lookupKey`. */
  readonly lookups: ReadonlyMap<string, JsonObject>;
}

/** What came of a render, or what it must know to go on. */
export type RenderTaskOutput =
  | { readonly kind: "rendered"; readonly release: RenderedRelease }
  | { readonly kind: "lookup"; readonly request: LookupRequest };

const KEPT_CHARTS = 8;

/** Charts that this worker loaded, the last used last, and templates that it parsed: caches whose loss changes nothing. */
const loadedCharts = new Map<string, Chart>();
const cache = new RenderCache();

function loadChart({ archive, digest }: ChartTaskInput): Chart {
  const chart = loadedCharts.get(digest) ?? loadChartArchive(archive);
  loadedCharts.delete(digest);
  loadedCharts.set(digest, chart);
  for (const oldest of loadedCharts.keys()) {
    if (loadedCharts.size <= KEPT_CHARTS) break;
    loadedCharts.delete(oldest);
  }
  return chart;
}

/** Reads what a run must know of a chart before anything is done; runs in a worker thread. */
export function inspectChart(input: ChartTaskInput): ChartFacts {
  const chart = loadChart(input);
  const { name, version, appVersion } = chart.metadata;
  return {
    name,
    version,
    appVersion,
    hasCrds: chartCrds(chart).length > 0,
    asksCapabilities: Array.from(walkCharts(chart)).some(asksCapabilities),
  };
}

function asksCapabilities({ chart }: { readonly chart: Chart }): boolean {
  const { kubeVersion } = chart.metadata;
  // Values are templates, too, where a chart calls `tpl`.
  return (
    kubeVersion !== "" ||
    JSON.stringify(chart.values, withoutBigInt).includes("Capabilities") ||
    chart.templates.some(({ data }) => Buffer.from(data).includes("Capabilities"))
  );
}

function withoutBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** The CRDs of a chart and of the charts below it that the values leave switched on; runs in a worker thread. */
export function listCrds(input: ChartTaskInput & { readonly values: HelmValues }): readonly ChartCrd[] {
  return chartCrds(processDependencies(loadChart(input), input.values, () => {}));
}

/** Renders a release; runs in a worker thread. */
export function renderRelease(input: RenderTaskInput): RenderTaskOutput {
  const { preserved, release, capabilities, skipSchemaValidation, version } = input;
  const loaded = loadChart(input);
  const given = {
    chart: { ...loaded, metadata: { ...loaded.metadata, version } },
    values: input.values,
  };
  const { chart, values } = preserved === undefined ? given : reuseValues(preserved, given);
  const { schemas } = cache;
  const prepared = prepareChart(chart, values, { releaseName: release.name, skipSchemaValidation, schemas });
  const stored = storedChartOf(prepared.chart);
  try {
    const rendered = renderPrepared(prepared, {
      release,
      capabilities,
      postRenderer: postRendererOf(input.postRenderers),
      postRenderStrategy: input.postRenderStrategy,
      lookups: input.lookups,
      cache,
    });
    const { hooks, notes } = rendered;
    const manifest = releaseManifest(rendered);
    return { kind: "rendered", release: { chart: stored, config: values, manifest, hooks, notes } };
  } catch (error) {
    if (error instanceof LookupPendingError) return { kind: "lookup", request: error.request };
    throw error;
  }
}
