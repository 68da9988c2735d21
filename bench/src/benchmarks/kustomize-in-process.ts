import { join } from "node:path";
import type { Benchmark, Row } from "../benchmark.ts";
import { writeInput } from "../kustomize/write-input.ts";
import { runScenario } from "../processes/run-scenario.ts";
import { median, rounded } from "../statistics.ts";

const SIZES = [100, 1000, 4000] as const;
const REPETITIONS = 6;

/** The engine alone, as controllers use it. */
export const benchmark: Benchmark = {
  name: "kustomize-in-process",
  about:
    "one folder built again and again in one process, and what it takes to see that a build is not needed because nothing that it read has changed",
  run: async (context) => {
    const rows: Row[] = [];
    for (const resources of SIZES) {
      const root = join(context.scratch, String(resources));
      const { origin } = await writeInput(context.root, root, resources);
      const figures = await runScenario(context, {
        kind: "builds",
        root,
        path: "overlay",
        repetitions: REPETITIONS,
      });
      const laterMs = median(figures.laterMs);
      rows.push({
        resources,
        input: origin,
        objects: figures.objects,
        "first ms": rounded(figures.firstMs),
        "later ms": rounded(laterMs),
        "ms/resource": rounded(laterMs / resources),
        "emit ms": rounded(figures.emitMs),
        "unchanged ms": rounded(figures.checkMs),
      });
    }
    return { kind: "measured", rows };
  },
};
