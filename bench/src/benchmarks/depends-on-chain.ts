import type { Benchmark } from "../benchmark.ts";
import { runScenario } from "../processes/run-scenario.ts";
import { median, rounded, spread } from "../statistics.ts";

const LENGTH = 10;
const REPETITIONS = 5;

/** How fast readiness travels along dependencies. */
export const benchmark: Benchmark = {
  name: "depends-on-chain",
  about: `${LENGTH} Kustomizations with wait, each dependsOn the one before and created before it, on the embedded cluster; ours only (Flux 2.9 on a kube-apiserver, recorded elsewhere: 271 s)`,
  run: async (context) => {
    const scenario = { kind: "chain", length: LENGTH, repetitions: REPETITIONS } as const;
    const { timesMs } = await runScenario<"chain">(context, scenario);
    const [first = Number.NaN, ...later] = timesMs;
    return {
      kind: "measured",
      rows: [
        {
          length: LENGTH,
          "first ms": rounded(first),
          "later runs": later.length,
          "later ms (median)": rounded(median(later)),
          "later ms (range)": spread(later),
          "goal ms": 3_000,
        },
      ],
      notes: ["The first chain of the process also starts the build worker and fetches the artifact."],
    };
  },
};
