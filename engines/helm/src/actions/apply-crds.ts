import { InvariantError } from "@weir/core";
import type { ChartCrd } from "../chart/chart.ts";
import type { ReleaseContext, WaitStrategy } from "./release-context.ts";

/** What becomes of definitions in `crds/`: Flux's policies. */
export type CrdPolicy = "Skip" | "Create" | "CreateReplace";

/** The definitions of a chart, and what becomes of them. */
export interface CrdRequest {
  readonly policy: CrdPolicy;
  /** Made by `chartCrds` of the chart whose dependencies are processed. */
  readonly files: readonly ChartCrd[];
  /** Added to each definition: Flux marks where it comes from. */
  readonly labels?: Readonly<Record<string, string>>;
  /** True by default; otherwise definitions are created and replaced. */
  readonly serverSideApply?: boolean;
  readonly waitStrategy?: WaitStrategy;
  /** Told of objects in `crds/` that are no definitions and are left out: `group/Kind/[namespace/]name`. */
  readonly onSkipped?: (references: readonly string[]) => void;
}

/**
 * Creates or replaces the definitions of a chart and waits until they are served. Installs and upgrades do it first where
 * they are given a `CrdRequest`.
 */
export function applyCrds(_context: ReleaseContext, _request: CrdRequest): Promise<void> {
  throw new InvariantError("applyCrds is not there yet");
}
