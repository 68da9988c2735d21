import { startTestEnv } from "@weir/testenv";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { ourCommand } from "../processes/our-command.ts";
import type { Command } from "../processes/run-process.ts";
import { buildPeer } from "../sdk/build-peer.ts";
import { runSdkWorkload, type SdkFigures, type SdkWorkload } from "../sdk/sdk-run.ts";
import { median, rounded } from "../statistics.ts";

const WORKLOADS: readonly SdkWorkload[] = [
  { objects: 1_000, churn: { rate: 1_000, seconds: 10 } },
  { objects: 10_000, churn: { rate: 5_000, seconds: 10 } },
  { objects: 50_000 },
];

const ENVIRONMENTS = 5;

/** A controller of a kind of 1 KB objects, ours and controller-runtime's, on the same stub of an API. */
export const benchmark: Benchmark = {
  name: "sdk",
  about:
    "one controller of objects of 1 KB on a stub of an API, against controller-runtime: first state, churn, memory",
  run: async (context) => {
    const rows: Row[] = [];
    const peer = await buildPeer(context.root);
    for (const workload of WORKLOADS) {
      const stub = ourCommand(context, "bench/src/sdk-stub-process.ts", [String(workload.objects)]);
      context.progress(JSON.stringify(workload));
      const ours = (server: string): Command =>
        ourCommand(context, "bench/src/sdk-consumer-process.ts", [server, String(workload.objects)]);
      rows.push(rowOf("weir", workload, await runSdkWorkload(stub, ours, workload)));
      if (peer.kind === "absent") continue;
      const theirs = (server: string): Command => ({
        program: peer.path,
        args: ["--server", server, "--count", String(workload.objects)],
      });
      rows.push(rowOf("controller-runtime", workload, await runSdkWorkload(stub, theirs, workload)));
    }
    return {
      kind: "measured",
      rows,
      notes: [
        ...(peer.kind === "absent" ? [`controller-runtime: ${peer.reason}`] : []),
        "Milliseconds from the start of each side's own code; latency from the server's write to the reconcile, one worker.",
        `Start of a test environment, median of ${ENVIRONMENTS}: ${await timeEnvironments(context)} ms.`,
      ],
    };
  },
};

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
    "events/s": churn?.rate ?? "",
    runs: latency?.runs ?? "",
    "p50 ms": latency === undefined ? "" : rounded(latency.p50),
    "p99 ms": latency === undefined ? "" : rounded(latency.p99),
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
