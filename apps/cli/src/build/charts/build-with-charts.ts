import { describeError } from "@weir/core";
import { formatNotice } from "@weir/helm";
import { type ChartInflation, chartKey, type ChartSourceFile, neededChart } from "@weir/kustomize";
import { CommandError } from "../../cli-error.ts";
import type { Environment } from "../../environment.ts";
import { inflateChart } from "./inflate-chart.ts";

/** What the flags say to charts that say nothing themselves. */
export interface ChartDefaults {
  readonly apiVersions: readonly string[];
  readonly kubeVersion: string;
}

/** A kustomization wants more charts pulled than a build may. */
const MOST_CHARTS = 100;

/**
 * Builds with charts inflated: a chart that the folder does not hold is pulled when the build comes to it, and the build
 * begins anew. The build itself stays synchronous.
 */
export async function buildWithCharts<Result>(
  run: (charts: ChartInflation) => Promise<Result>,
  { apiVersions, kubeVersion }: ChartDefaults,
  environment: Environment,
): Promise<Result> {
  const pulled = new Map<string, readonly ChartSourceFile[]>();
  for (;;) {
    // Only the last run tells of what comes up.
    const notices = new Set<string>();
    const charts: ChartInflation = {
      pulled,
      apiVersions,
      kubeVersion,
      inflate: (request) => inflateChart(request, (notice) => notices.add(`${formatNotice(notice)}\n`)),
    };
    try {
      const result = await run(charts);
      for (const notice of notices) environment.writeError(notice);
      return result;
    } catch (error) {
      const chart = neededChart(error);
      if (chart === undefined) throw error;
      if (pulled.size >= MOST_CHARTS) {
        throw new CommandError("TooManyCharts", `a build pulls at most ${MOST_CHARTS} charts`);
      }
      const { pullChart } = await import("./pull-chart.ts");
      try {
        pulled.set(chartKey(chart), await pullChart(chart, environment));
      } catch (cause) {
        const what = `cannot pull the chart '${chart.name}' of '${chart.repo}'`;
        throw new CommandError("ChartUnreachable", `${what}: ${describeError(cause)}`, { cause });
      }
    }
  }
}
