import type { Benchmark, BenchmarkContext } from "../benchmark.ts";
import { ourCommand } from "../processes/our-command.ts";
import { type ProcessRun, ProcessFailedError, runProcess } from "../processes/run-process.ts";
import { median, rounded, spread } from "../statistics.ts";

const REPETITIONS = 5;
const ARGS = ["up", "examples/fleet", "--path", "clusters/local", "--once", "--storage", "memory"];

/** How long a first look takes. */
export const benchmark: Benchmark = {
  name: "fleet",
  about:
    "`weir up examples/fleet --once` with storage in memory, a new process from source: until the last object is Ready",
  run: async (context) => {
    const runs: ProcessRun[] = [];
    for (let index = 0; index < REPETITIONS; index += 1) runs.push(await runUp(context, index));
    const ready = runs.map(readyMs);
    return {
      kind: "measured",
      rows: [
        {
          runs: runs.length,
          "all Ready ms (median)": rounded(median(ready)),
          "all Ready ms (range)": spread(ready),
          "process ended ms": rounded(median(runs.map(({ wallMs }) => wallMs))),
          "CPU s": rounded(median(runs.map(({ cpuSeconds }) => cpuSeconds))),
          "peak MB": rounded(median(runs.map(({ peakMb }) => peakMb))),
        },
      ],
      notes: [
        "CPU includes git. The process ends later than all is Ready: it waits 0.3 s for more to come, then stops in order.",
      ],
    };
  },
};

function runUp(context: BenchmarkContext, index: number): Promise<ProcessRun> {
  context.progress(`run ${index + 1} of ${REPETITIONS}`);
  return runProcess(ourCommand(context, "apps/cli/src/main.ts", ARGS));
}

/** The last line of progress that says ready. */
function readyMs({ lines }: ProcessRun): number {
  const last = lines.findLast(({ text }) => text.startsWith("ready"));
  if (last === undefined) throw new ProcessFailedError("weir up --once printed nothing that became ready");
  return last.atMs;
}
