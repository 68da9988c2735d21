import { join } from "node:path";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { interleave } from "../interleave.ts";
import { writeInput } from "../kustomize/write-input.ts";
import { findKubectl } from "../processes/find-kubectl.ts";
import { ourCommand } from "../processes/our-command.ts";
import { type Command, type ProcessRun, runProcess } from "../processes/run-process.ts";
import { median, rounded, spread } from "../statistics.ts";

/** Large inputs take kubectl seconds, so they are run less often. */
const SIZES = [
  { resources: 100, rounds: 3 },
  { resources: 1000, rounds: 2 },
] as const;

const NOTES = [
  "weir finds its stripped and compiled sources in the cache that the npm scripts keep; uncached, it strips and compiles them at each start.",
];

/** `kustomize build`, ours against the real one. */
export const benchmark: Benchmark = {
  name: "kustomize-build",
  about:
    "`weir build kustomization` from source against `kubectl kustomize`: whole cold processes on the same folder, in turn (A B B A), after their outputs were compared byte for byte",
  run: async (context) => {
    const kubectl = await findKubectl();
    if (kubectl.kind === "absent") return { kind: "skipped", reason: kubectl.reason };
    const rows: Row[] = [];
    for (const size of SIZES) rows.push(await compare(context, size, kubectl.path));
    return {
      kind: "measured",
      rows,
      notes: [...NOTES, `kubectl ${kubectl.version}; the goal at 1000 is a ratio of 10`],
    };
  },
};

async function compare(
  context: BenchmarkContext,
  { resources, rounds }: (typeof SIZES)[number],
  kubectl: string,
): Promise<Row> {
  context.progress(`${resources} resources`);
  const input = await writeInput(context.root, join(context.scratch, String(resources)), resources);
  const ours = ourCommand(context, "apps/cli/src/main.ts", ["build", "kustomization", input.folder]);
  const theirs: Command = { program: kubectl, args: ["kustomize", input.folder] };
  const uncached: Command = { ...ours, env: { ...ours.env, NODE_DISABLE_COMPILE_CACHE: "1" } };
  const [first, wanted] = [await runProcess(ours), await runProcess(theirs)];
  const { left, right } = await interleave(
    rounds,
    () => runProcess(ours),
    () => runProcess(theirs),
  );
  const withoutCache = [await runProcess(uncached), await runProcess(uncached)];
  return {
    resources,
    input: input.origin,
    output: first.stdout.equals(wanted.stdout) ? "equal" : "DIFFERS",
    "runs each": left.length,
    "weir ms": rounded(median(left.map(wall))),
    "weir range": spread(left.map(wall)),
    "kubectl ms": rounded(median(right.map(wall))),
    "kubectl range": spread(right.map(wall)),
    ratio: rounded(median(right.map(wall)) / median(left.map(wall))),
    "uncached ms": rounded(median(withoutCache.map(wall))),
    "weir CPU s": rounded(median(left.map(cpu))),
    "kubectl CPU s": rounded(median(right.map(cpu))),
    "weir MB": rounded(median(left.map(peak))),
    "kubectl MB": rounded(median(right.map(peak))),
  };
}

const wall = ({ wallMs }: ProcessRun): number => wallMs;
const cpu = ({ cpuSeconds }: ProcessRun): number => cpuSeconds;
const peak = ({ peakMb }: ProcessRun): number => peakMb;
