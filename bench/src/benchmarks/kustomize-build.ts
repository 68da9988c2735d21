import { join } from "node:path";
import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { compareBuilds, meanCpu } from "../kustomize/compare-builds.ts";
import { writeInput } from "../kustomize/write-input.ts";
import { findKubectl } from "../processes/find-kubectl.ts";
import { ourCommand } from "../processes/our-command.ts";
import { buildPackage, packagedCommand } from "../processes/packaged-command.ts";
import { type ProcessRun, runProcess } from "../processes/run-process.ts";
import { median, rounded, spread } from "../statistics.ts";

/** Large inputs take kubectl a minute and more, so that it builds them once. */
const SIZES = [
  { resources: 100, rounds: 3 },
  { resources: 1000, rounds: 2 },
  { resources: 2000, rounds: 0 },
  { resources: 4000, rounds: 0 },
] as const;

/** `kustomize build`, ours against the real one. */
export const benchmark: Benchmark = {
  name: "kustomize-build",
  about:
    "`weir build kustomization` as it is packaged against `kubectl kustomize`: whole cold processes on the same folder, in turn (A B B A), after their outputs were compared byte for byte",
  run: async (context) => {
    const kubectl = await findKubectl();
    if (kubectl.kind === "absent") return { kind: "skipped", reason: kubectl.reason };
    buildPackage(context);
    const sizes: SizeFigures[] = [];
    for (const size of SIZES) sizes.push(await measure(context, size, kubectl.path));
    const perResource = (resources: number): number =>
      sizes.find((size) => size.resources === resources)?.msPerResource ?? Number.NaN;
    const growth = rounded(perResource(4000) / perResource(1000));
    return {
      kind: "measured",
      rows: sizes.map(({ row }) => row),
      notes: [
        "`weir ms` finds compiled code in the cache that the command keeps; `uncached ms` is without it, `source ms` from the sources of a checkout.",
        `time per resource at 4000 is ${growth} times that at 1000; the goal is at most 1.3`,
        `kubectl ${kubectl.version}; the goals are ratios of 10 at 1000 and of 100 at 4000, and less memory everywhere`,
      ],
    };
  },
};

interface SizeFigures {
  readonly resources: number;
  readonly msPerResource: number;
  readonly row: Row;
}

async function measure(
  context: BenchmarkContext,
  { resources, rounds }: (typeof SIZES)[number],
  kubectl: string,
): Promise<SizeFigures> {
  context.progress(`${resources} resources`);
  const { folder, origin } = await writeInput(
    context.root,
    join(context.scratch, String(resources)),
    resources,
  );
  const { isEqual, ours, theirs, ourPeakMb, theirPeakMb } = await compareBuilds(context, {
    folder,
    kubectl,
    rounds,
  });
  const ourMs = median(ours.map(wall));
  const theirMs = median(theirs.map(wall));
  return {
    resources,
    msPerResource: ourMs / resources,
    row: {
      resources,
      input: origin,
      output: isEqual ? "equal" : "DIFFERS",
      "weir ms": rounded(ourMs),
      "weir range": spread(ours.map(wall)),
      "kubectl ms": rounded(theirMs),
      "kubectl range": spread(theirs.map(wall)),
      ratio: rounded(theirMs / ourMs),
      "ms/resource": rounded(ourMs / resources),
      "uncached ms": await uncachedMs(context, folder),
      "source ms": await sourceMs(context, folder),
      "weir CPU s": rounded(meanCpu(ours)),
      "kubectl CPU s": rounded(meanCpu(theirs)),
      "weir MB": rounded(ourPeakMb),
      "kubectl MB": rounded(theirPeakMb),
    },
  };
}

async function uncachedMs(context: BenchmarkContext, folder: string): Promise<number> {
  const cached = packagedCommand(context, ["build", "kustomization", folder]);
  const command = { ...cached, env: { ...cached.env, NODE_DISABLE_COMPILE_CACHE: "1" } };
  return rounded(median([await runProcess(command), await runProcess(command)].map(wall)));
}

async function sourceMs(context: BenchmarkContext, folder: string): Promise<number> {
  const command = ourCommand(context, "apps/cli/src/main.ts", ["build", "kustomization", folder]);
  await runProcess(command);
  return rounded(median([await runProcess(command), await runProcess(command)].map(wall)));
}

const wall = ({ wallMs }: ProcessRun): number => wallMs;
