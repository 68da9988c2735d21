import { startTestEnv } from "@weir/testenv";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { ourCommand } from "../processes/our-command.ts";
import type { Command } from "../processes/run-process.ts";
import { bundleProcess } from "../processes/packaged-command.ts";
import { buildPeer, type Peer } from "../sdk/build-peer.ts";
import { runSdkWorkload, type SdkFigures, type SdkWorkload } from "../sdk/sdk-run.ts";
import { median, rounded } from "../statistics.ts";

const WORKLOADS: readonly SdkWorkload[] = [
  { objects: 1_000, churn: { rate: 1_000, seconds: 10 } },
  { objects: 10_000, churn: { rate: 5_000, seconds: 10 } },
  { objects: 50_000 },
];

const ENVIRONMENTS = 5;

const CONSUMER = "bench/src/sdk-consumer-process.ts";
/** V8 trades speed for space. */
const SMALL_HEAP = ["--optimize-for-size"];

type Consumer = (server: string) => Command;

/** A controller of a kind of 1 KB objects, ours and controller-runtime's, on the same stub of an API. */
export const benchmark: Benchmark = {
  name: "sdk",
  about:
    "one controller of objects of 1 KB on a stub of an API, against controller-runtime: first state, churn, memory",
  run: async (context) => {
    const rows: Row[] = [];
    const peer = await buildPeer(context.root);
    const bundle = bundleProcess(context, CONSUMER);
    for (const workload of WORKLOADS) {
      const stub = ourCommand(context, "bench/src/sdk-stub-process.ts", [String(workload.objects)]);
      context.progress(JSON.stringify(workload));
      for (const [side, consumer] of consumersOf(context, { bundle, peer, objects: workload.objects })) {
        rows.push(rowOf(side, workload, await runSdkWorkload(stub, consumer, workload)));
      }
    }
    return {
      kind: "measured",
      rows,
      notes: [
        ...(peer.kind === "absent" ? [`controller-runtime: ${peer.reason}`] : []),
        "Milliseconds from the start of each side's own code; latency from the server's write to the reconcile, one worker.",
        `weir is bundled into one file and keeps its memory low as \`weir run\` does; "small heap" is the same with ${SMALL_HEAP.join(" ")}.`,
        "CPU does not depend on what else the machine does: until the first state is reconciled, process start included, and per reconcile.",
        `Start of a test environment, median of ${ENVIRONMENTS}: ${await timeEnvironments(context)} ms.`,
      ],
    };
  },
};

interface Sides {
  readonly bundle: string;
  readonly peer: Peer;
  readonly objects: number;
}

function consumersOf(
  context: BenchmarkContext,
  { bundle, peer, objects }: Sides,
): readonly (readonly [side: string, consumer: Consumer])[] {
  const count = String(objects);
  const bundled =
    (flags: readonly string[]): Consumer =>
    (server) => ({ program: process.execPath, args: [...flags, bundle, server, count] });
  const ours: readonly (readonly [string, Consumer])[] = [
    ["weir", bundled([])],
    ["weir, small heap", bundled(SMALL_HEAP)],
    ["weir from source", (server) => ourCommand(context, CONSUMER, [server, count])],
  ];
  if (peer.kind === "absent") return ours;
  const { path } = peer;
  const theirs: Consumer = (server) => ({ program: path, args: ["--server", server, "--count", count] });
  return [...ours, ["controller-runtime", theirs]];
}

function rowOf(side: string, { objects, churn }: SdkWorkload, figures: SdkFigures): Row {
  const { latency } = figures;
  const stall = Math.max(figures.syncStallMs ?? Number.NaN, latency?.stallMs ?? 0);
  return {
    side,
    objects,
    "manager ms": rounded(figures.managerMs),
    "synced ms": rounded(figures.syncedMs),
    "rest MB": rounded(figures.restMb),
    "peak MB": rounded(figures.peakMb),
    "sync CPU s": figures.syncCpu,
    "events/s": churn?.rate ?? "",
    runs: latency?.runs ?? "",
    "p50 ms": latency === undefined ? "" : rounded(latency.p50),
    "p99 ms": latency === undefined ? "" : rounded(latency.p99),
    "µs CPU/run": latency === undefined ? "" : Math.round(latency.cpuUs),
    "stall ms": Number.isNaN(stall) ? "" : rounded(stall),
  };
}

async function timeEnvironments({ progress }: BenchmarkContext): Promise<number> {
  progress("test environments");
  const times: number[] = [];
  for (let index = 0; index < ENVIRONMENTS; index++) {
    const start = performance.now();
    await using _env = await startTestEnv();
    times.push(performance.now() - start);
  }
  return rounded(median(times));
}
