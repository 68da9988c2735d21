import type { Benchmark, Row } from "../benchmark.ts";
import { runScenario } from "../processes/run-scenario.ts";
import type { KustomizationsFigures } from "../scenarios/scenario.ts";
import { rounded } from "../statistics.ts";

const COUNT = 500;
const OBJECTS_EACH = 4;

/** What many tenants of one source cost. */
export const benchmark: Benchmark = {
  name: "kustomizations",
  about: `${COUNT} Kustomizations of ${OBJECTS_EACH} objects from one GitRepository, created at once on the embedded cluster, until all are Ready; ours only (Flux 2.9 on a kube-apiserver, recorded elsewhere: 48.5 s)`,
  run: async (context) => {
    const rows: Row[] = [];
    const notes: string[] = [];
    for (const folders of ["one", "each"] as const) {
      const scenario = { kind: "kustomizations", count: COUNT, folders } as const;
      const figures = await runScenario<"kustomizations">(context, scenario);
      rows.push(rowOf(folders === "one" ? "one folder" : "a folder each", figures));
      notes.push(`requests, ${folders === "one" ? "one folder" : "a folder each"}: ${listRequests(figures)}`);
    }
    return {
      kind: "measured",
      rows,
      notes: [
        "CPU and memory are those of one process with the API, the loops, the controllers and the load; without git.",
        "Requests are those of the controllers, watches left out; per object counts the applied objects.",
        ...notes,
      ],
    };
  },
};

function rowOf(what: string, figures: KustomizationsFigures): Row {
  const requests = Object.values(figures.requests).reduce((sum, count) => sum + count, 0);
  return {
    what,
    "wall s": rounded(figures.wallMs / 1000),
    "of it creating s": rounded(figures.createMs / 1000),
    "CPU s": rounded(figures.cpuSeconds),
    "MB before": rounded(figures.memoryBeforeMb),
    "peak MB": rounded(figures.peakMb),
    requests,
    "per Kustomization": rounded(requests / COUNT),
    "per object": rounded(requests / (COUNT * OBJECTS_EACH)),
  };
}

function listRequests({ requests }: KustomizationsFigures): string {
  return Object.entries(requests)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");
}
