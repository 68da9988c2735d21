import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findTool } from "@weir/testkit";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { compareRenders, type RenderCase } from "../helm/compare-renders.ts";
import { type ChartShape, writeChart } from "../helm/write-chart.ts";
import { meanCpu } from "../kustomize/compare-builds.ts";
import { ourCommand } from "../processes/our-command.ts";
import { buildPackage, packagedCommand } from "../processes/packaged-command.ts";
import { type ProcessRun, runProcess } from "../processes/run-process.ts";
import { median, rounded, spread } from "../statistics.ts";

/** Published charts, small and middling. */
const RECORDED = ["podinfo", "alertmanager", "metrics-server", "postgresql", "cert-manager", "prometheus"];

const LARGE: readonly (readonly [name: string, shape: ChartShape])[] = [
  ["100 workloads", { workloads: 100 }],
  ["400 workloads", { workloads: 400 }],
  ["1600 workloads", { workloads: 1600 }],
  ["40 subcharts", { workloads: 1, subcharts: 40 }],
  ["160 subcharts", { workloads: 1, subcharts: 160 }],
];

const CERTIFIED: readonly (readonly [name: string, shape: ChartShape])[] = [
  ["1 certificate", { workloads: 1, certificates: 1 }],
  ["10 certificates", { workloads: 1, certificates: 10 }],
];

/** `helm template`, ours against the real one. */
export const benchmark: Benchmark = {
  name: "helm",
  about:
    "`weir template` as it is packaged against `helm template`: whole cold processes on the same chart, in turn (A B B A), after their outputs were compared byte for byte",
  run: async (context) => {
    const helm = await findTool("helm");
    if (helm.kind === "absent") return { kind: "skipped", reason: helm.reason };
    buildPackage(context);
    const rows: Row[] = [];
    for (const name of RECORDED) {
      const chart = resolve(context.root, "../shared/corpus/helm/charts", name, "chart");
      if (existsSync(chart)) rows.push(await measure(context, name, { chart, helm: helm.path, rounds: 5 }));
    }
    for (const [name, shape] of [...LARGE, ...CERTIFIED]) {
      const chart = await writeChart(join(context.scratch, name.replace(" ", "-")), shape);
      rows.push(await measure(context, name, { chart, helm: helm.path, rounds: 3 }));
    }
    return {
      kind: "measured",
      rows,
      notes: [
        "`ratio` is weir's time over helm's; the goals are 1.5 for small charts, below 1 for more than 100 KB of output, a third for certificates, whose outputs differ by their nature.",
        "`weir ms` finds compiled code in the cache that the command keeps; `uncached ms` is without it, `source ms` from the sources of a checkout.",
      ],
    };
  },
};

async function measure(context: BenchmarkContext, name: string, render: RenderCase): Promise<Row> {
  context.progress(name);
  const { isEqual, outputKb, ours, theirs, ourPeakMb, theirPeakMb } = await compareRenders(context, render);
  const ourMs = median(ours.map(wall));
  const theirMs = median(theirs.map(wall));
  return {
    chart: name,
    "output KB": rounded(outputKb),
    output: isEqual ? "equal" : "differs",
    "weir ms": rounded(ourMs),
    "weir range": spread(ours.map(wall)),
    "helm ms": rounded(theirMs),
    "helm range": spread(theirs.map(wall)),
    ratio: rounded(ourMs / theirMs),
    "uncached ms": await uncachedMs(context, render.chart),
    "source ms": await sourceMs(context, render.chart),
    "weir CPU ms": rounded(1000 * meanCpu(ours)),
    "helm CPU ms": rounded(1000 * meanCpu(theirs)),
    "weir MB": rounded(ourPeakMb),
    "helm MB": rounded(theirPeakMb),
  };
}

async function uncachedMs(context: BenchmarkContext, chart: string): Promise<number> {
  const cached = packagedCommand(context, ["template", "release", chart]);
  const command = { ...cached, env: { ...cached.env, NODE_DISABLE_COMPILE_CACHE: "1" } };
  return rounded(median([await runProcess(command), await runProcess(command)].map(wall)));
}

async function sourceMs(context: BenchmarkContext, chart: string): Promise<number> {
  const args = ["template", "release", chart];
  const command = ourCommand(context, "apps/cli/src/template/main.ts", args);
  return rounded(median([await runProcess(command), await runProcess(command)].map(wall)));
}

const wall = ({ wallMs }: ProcessRun): number => wallMs;
