import type { JsonObject } from "@weir/core";
import type { Hook } from "../manifests/hook.ts";
import type { Release, StoredChart } from "../release/release.ts";

/** What a chart was rendered to, and what of it is kept. */
export interface RenderedRelease {
  /** Made by `storedChartOf` of the chart whose dependencies are processed, as helm stores it. */
  readonly chart: StoredChart;
  /** What the user set. */
  readonly config: JsonObject;
  /** Made by `releaseManifest` of the rendered documents. */
  readonly manifest: string;
  readonly hooks: readonly Hook[];
  /** Rendered NOTES.txt; empty where there are none. */
  readonly notes: string;
}

/** What a render must know of the release. */
export interface RenderFacts {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly isUpgrade: boolean;
  /** The revision that is upgraded. */
  readonly current?: Release;
}

/** Renders a release once its revision is known and its CRDs are there. What it throws ends the action before any record. */
export type RenderRelease = (facts: RenderFacts) => Promise<RenderedRelease>;
