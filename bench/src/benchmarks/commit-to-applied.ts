import { join } from "node:path";
import type { Benchmark, Row } from "../benchmark.ts";
import { runScenario } from "../processes/run-scenario.ts";
import { percentile, rounded } from "../statistics.ts";
import { commitToUp } from "../up/commit-to-up.ts";

const COMMITS = 30;

/** How long a person waits for a change. */
export const benchmark: Benchmark = {
  name: "commit-to-applied",
  about: `${COMMITS} commits, one after the other, until the object on the embedded cluster shows each; ours only (Flux 2.9 on a kube-apiserver, recorded elsewhere: p50 298 ms, p95 366 ms)`,
  run: async (context) => {
    const asked = await runScenario<"commits">(context, { kind: "commits", count: COMMITS });
    context.progress("weir up on a checkout");
    const seen = await commitToUp(context, join(context.scratch, "checkout"), COMMITS);
    return {
      kind: "measured",
      rows: [
        { ...rowOf("the source is asked to look", asked.timesMs), "goal p50": 150, "goal p95": 200 },
        rowOf("`weir up` sees the commit by itself", seen),
      ],
      notes: [
        "First row: from the end of the commit, over a request to reconcile as a Receiver makes it, git's fetch, the artifact and the build, to the event of a watch; all in one process.",
        ...(seen.length < COMMITS ? [`\`weir up\` missed a commit after ${seen.length} of ${COMMITS}.`] : []),
        "Second row: from the end of `git commit` in a checkout that another process syncs, to an event over HTTPS; it contains 40 ms of waiting for files to settle.",
      ],
    };
  },
};

function rowOf(what: string, timesMs: readonly number[]): Row {
  return {
    what,
    commits: timesMs.length,
    "p50 ms": rounded(percentile(timesMs, 50)),
    "p95 ms": rounded(percentile(timesMs, 95)),
    "smallest ms": rounded(Math.min(...timesMs)),
    "largest ms": rounded(Math.max(...timesMs)),
  };
}
