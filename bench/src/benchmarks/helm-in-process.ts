import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findTool } from "@weir/testkit";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { type ChartShape, writeChart } from "../helm/write-chart.ts";
import { runProcess } from "../processes/run-process.ts";
import { runScenario } from "../processes/run-scenario.ts";
import { median, rounded } from "../statistics.ts";

const RENDERS = 100;

/** Each four times as large as the one before. */
const GROWING: readonly (readonly [name: string, shape: ChartShape])[] = [
  ["100 workloads", { workloads: 100 }],
  ["400 workloads", { workloads: 400 }],
  ["1600 workloads", { workloads: 1600 }],
  ["10 subcharts", { workloads: 1, subcharts: 10 }],
  ["40 subcharts", { workloads: 1, subcharts: 40 }],
  ["160 subcharts", { workloads: 1, subcharts: 160 }],
];

/** The engine alone, as a controller uses it, against as many processes of helm, which is how others use helm. */
export const benchmark: Benchmark = {
  name: "helm-in-process",
  about: `one chart rendered ${RENDERS} times with other values in one process, against ${RENDERS} processes of helm, and how the time of a later render grows`,
  run: async (context) => {
    const helm = await findTool("helm");
    if (helm.kind === "absent") return { kind: "skipped", reason: helm.reason };
    const rows: Row[] = [];
    for (const name of ["podinfo", "prometheus"]) {
      const root = resolve(context.root, "../shared/corpus/helm/charts", name, "chart");
      if (existsSync(root))
        rows.push(await measure(context, { name, root, repetitions: RENDERS, helm: helm.path }));
    }
    for (const [name, shape] of GROWING) {
      const root = await writeChart(join(context.scratch, name.replace(" ", "-")), shape);
      rows.push(await measure(context, { name, root, repetitions: 10 }));
    }
    return {
      kind: "measured",
      rows,
      notes: [
        `\`ratio\` compares one process of ours, its start left out, with ${RENDERS} processes of helm; the goal is 10`,
        "`later ms` should grow as the output or the subcharts do",
      ],
    };
  },
};

interface InProcessCase {
  readonly name: string;
  readonly root: string;
  readonly repetitions: number;
  /** Run as often, where it is given. */
  readonly helm?: string;
}

async function measure(
  context: BenchmarkContext,
  { name, root, repetitions, helm }: InProcessCase,
): Promise<Row> {
  const figures = await runScenario(context, { kind: "renders", root, repetitions });
  const laterMs = median(figures.laterMs);
  const allMs = figures.laterMs.reduce((sum, ms) => sum + ms, figures.firstMs);
  const helmMs = helm === undefined ? undefined : await processesMs(helm, root, repetitions);
  return {
    chart: name,
    "output KB": rounded(figures.outputBytes / 1024),
    renders: repetitions,
    "first ms": rounded(figures.firstMs),
    "later ms": rounded(laterMs),
    "ms/KB": rounded(laterMs / (figures.outputBytes / 1024)),
    "all ms": rounded(allMs),
    "helm processes ms": helmMs === undefined ? "–" : rounded(helmMs),
    ratio: helmMs === undefined ? "–" : rounded(helmMs / allMs),
    "peak MB": rounded(figures.peakMb),
  };
}

async function processesMs(helm: string, chart: string, count: number): Promise<number> {
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    const args = ["template", "release", chart, "-n", "ns", "--set", `replicaCount=${at},replicas=${at}`];
    sum += (await runProcess({ program: helm, args })).wallMs;
  }
  return sum;
}
