import type { Benchmark, BenchmarkContext, Row } from "../benchmark.ts";
import { compareBuilds, type ComparedBuild, meanCpu } from "../kustomize/compare-builds.ts";
import { type Overlay, recordedOverlays } from "../kustomize/recorded-overlays.ts";
import { findKubectl } from "../processes/find-kubectl.ts";
import { buildPackage } from "../processes/packaged-command.ts";
import { ProcessFailedError, runProcess } from "../processes/run-process.ts";
import { median, rounded } from "../statistics.ts";

/** Each of the two runs so often for each kustomization: a single run of 50 ms says little. */
const ROUNDS = 3;

/** Kustomizations that people wrote, ours against the real one. */
export const benchmark: Benchmark = {
  name: "kustomize-overlays",
  about:
    "`weir build kustomization` as it is packaged against `kubectl kustomize` on the kustomizations of public repositories: whole cold processes in turn (A B B A)",
  run: async (context) => {
    const overlays = recordedOverlays(context.root);
    if (overlays.length === 0) return { kind: "skipped", reason: "the recorded data is not here" };
    const kubectl = await findKubectl();
    if (kubectl.kind === "absent") return { kind: "skipped", reason: kubectl.reason };
    buildPackage(context);
    const measured: MeasuredOverlay[] = [];
    for (const overlay of overlays) measured.push(await measure(context, overlay, kubectl.path));
    return { kind: "measured", rows: rowsOf(measured), notes: notesOf(measured) };
  },
};

interface MeasuredOverlay {
  readonly overlay: Overlay;
  readonly build: ComparedBuild;
  readonly ourMs: number;
  readonly theirMs: number;
}

async function measure(
  context: BenchmarkContext,
  overlay: Overlay,
  kubectl: string,
): Promise<MeasuredOverlay> {
  context.progress(`${overlay.repository} ${overlay.directory}`);
  const flags = await flagsFor(overlay, kubectl);
  const build = await compareBuilds(context, { folder: overlay.folder, kubectl, flags, rounds: ROUNDS });
  return { overlay, build, ourMs: medianMs(build.ours), theirMs: medianMs(build.theirs) };
}

/** Some read files of other folders, which has to be allowed. */
async function flagsFor({ folder }: Overlay, kubectl: string): Promise<readonly string[]> {
  try {
    await runProcess({ program: kubectl, args: ["kustomize", folder] });
    return [];
  } catch (error) {
    if (!(error instanceof ProcessFailedError)) throw error;
    return ["--load-restrictor", "LoadRestrictionsNone"];
  }
}

function medianMs(runs: ComparedBuild["ours"]): number {
  return median(runs.map(({ wallMs }) => wallMs));
}

/** A row for each repository, and one for all. */
function rowsOf(measured: readonly MeasuredOverlay[]): readonly Row[] {
  const repositories = [...new Set(measured.map(({ overlay }) => overlay.repository))];
  const groups = repositories.map(
    (name) => [name, measured.filter(({ overlay }) => overlay.repository === name)] as const,
  );
  return [...groups, ["all", measured] as const].map(([name, group]) => rowOf(name, group));
}

function rowOf(repository: string, group: readonly MeasuredOverlay[]): Row {
  const ratios = group.map(ratioOf);
  const peaks = group.map(({ build }) => build.ourPeakMb / build.theirPeakMb);
  return {
    repository,
    overlays: group.length,
    "outputs equal": group.filter(({ build }) => build.isEqual).length,
    slower: ratios.filter((ratio) => ratio < 1).length,
    "median ratio": rounded(median(ratios)),
    "worst ratio": rounded(Math.min(...ratios)),
    "best ratio": rounded(Math.max(...ratios)),
    "weir ms": rounded(median(group.map(({ ourMs }) => ourMs))),
    "kubectl ms": rounded(median(group.map(({ theirMs }) => theirMs))),
    "weir CPU ms": rounded(1000 * median(group.map(({ build }) => meanCpu(build.ours)))),
    "kubectl CPU ms": rounded(1000 * median(group.map(({ build }) => meanCpu(build.theirs)))),
    "weir MB": rounded(median(group.map(({ build }) => build.ourPeakMb))),
    "kubectl MB": rounded(median(group.map(({ build }) => build.theirPeakMb))),
    "more memory": peaks.filter((ratio) => ratio > 1).length,
    "worst MB ratio": rounded(Math.max(...peaks)),
  };
}

const ratioOf = ({ ourMs, theirMs }: MeasuredOverlay): number => theirMs / ourMs;

function notesOf(measured: readonly MeasuredOverlay[]): readonly string[] {
  const slowest = measured.toSorted((a, b) => ratioOf(a) - ratioOf(b)).slice(0, 5);
  return slowest.map(
    ({ overlay, ourMs, theirMs }) =>
      `least ratios: ${overlay.repository} ${overlay.directory}: ${rounded(ourMs)} ms against ${rounded(theirMs)} ms`,
  );
}
