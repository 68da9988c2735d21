import type { JsonObject } from "@weir/core";
import type { TemplateBudgets } from "@weir/gotemplate";

import type { Chart, ChartFile } from "../chart/chart.ts";
import { loadChartArchive, loadChartFiles } from "../chart/load-chart.ts";
import type { Capabilities } from "../context/capabilities.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { RenderCache } from "./render-cache.ts";
import { type ReleaseInfo, renderChart, type RenderedChart } from "./render-chart.ts";

/** Where a chart of a task comes from. */
export type ChartSource =
  | { readonly kind: "archive"; readonly data: Uint8Array }
  | { readonly kind: "files"; readonly files: readonly ChartFile[] };

/** A render as plain data, for a worker thread. */
export interface RenderTaskInput {
  readonly chart: ChartSource;
  /** What tells the chart from all others: `sha256:…`. A worker keeps the charts that it loaded by it. */
  readonly digest: string;
  readonly values: HelmValues;
  readonly release: ReleaseInfo;
  readonly capabilities?: Capabilities;
  readonly skipSchemaValidation?: boolean;
  readonly budgets?: TemplateBudgets;
  /** Answers of `lookup` by `lookupKey`; without it, every lookup finds nothing. */
  readonly lookups?: ReadonlyMap<string, JsonObject>;
}

/** How many loaded charts a worker keeps. */
const KEPT_CHARTS = 8;

/** Charts that this worker loaded, by digest, the last used at the end: a cache whose loss changes nothing. */
const loadedCharts = new Map<string, Chart>();
/** Templates that this worker parsed, for the same reason. */
const cache = new RenderCache();

function loadChart({ chart: source, digest }: RenderTaskInput): Chart {
  const chart = loadedCharts.get(digest) ?? load(source);
  loadedCharts.delete(digest);
  loadedCharts.set(digest, chart);
  for (const oldest of loadedCharts.keys()) {
    if (loadedCharts.size <= KEPT_CHARTS) break;
    loadedCharts.delete(oldest);
  }
  return chart;
}

function load(source: ChartSource): Chart {
  return source.kind === "archive" ? loadChartArchive(source.data) : loadChartFiles(source.files);
}

/**
 * Runs one render in a worker thread of core's pool, where its memory and its time are limited, too.
 *
 * `pool.run(import.meta.resolve("@weir/helm"), "runRenderTask", input, { affinity: input.digest })` keeps renders of one
 * chart on the worker that has loaded it.
 */
export function runRenderTask(input: RenderTaskInput): RenderedChart {
  const { values, release, capabilities, skipSchemaValidation, budgets, lookups } = input;
  return renderChart(loadChart(input), values, {
    release,
    capabilities,
    skipSchemaValidation,
    budgets,
    lookups,
    cache,
  });
}
