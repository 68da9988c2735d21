import type { BenchmarkContext } from "../benchmark.ts";
import { interleave } from "../interleave.ts";
import { packagedCommand } from "../processes/packaged-command.ts";
import { peakMemory } from "../processes/peak-memory.ts";
import { type Command, type ProcessRun, runProcess } from "../processes/run-process.ts";

/** The same build by both. */
export interface ComparedBuild {
  readonly isEqual: boolean;
  readonly ours: readonly ProcessRun[];
  readonly theirs: readonly ProcessRun[];
  readonly ourPeakMb: number;
  readonly theirPeakMb: number;
}

/** What is built, and how often. */
export interface BuildCase {
  readonly folder: string;
  readonly kubectl: string;
  readonly flags?: readonly string[];
  /** Each runs twice a round; with 0 rounds the peer runs once, and what it prints is compared and timed at once. */
  readonly rounds: number;
}

/** Builds a folder by the bundled command and by kubectl, whole cold processes in turn (A B B A), outputs compared. */
export async function compareBuilds(context: BenchmarkContext, build: BuildCase): Promise<ComparedBuild> {
  const { folder, flags = [], rounds } = build;
  const ours = packagedCommand(context, ["build", "kustomization", ...flags, folder]);
  const theirs: Command = { program: build.kubectl, args: ["kustomize", ...flags, folder] };
  const first = await runProcess(ours);
  const wanted = await runProcess(theirs);
  const { left, right } = await interleave(
    rounds,
    () => runProcess(ours),
    () => runProcess(theirs),
  );
  const isTimed = rounds > 0;
  return {
    isEqual: first.stdout.equals(wanted.stdout),
    ours: isTimed ? left : [await runProcess(ours), await runProcess(ours), await runProcess(ours)],
    theirs: isTimed ? right : [wanted],
    ourPeakMb: await peakMemory(ours),
    // Seen often enough in a process that runs for a minute, which need not run again for this.
    theirPeakMb: isTimed ? await peakMemory(theirs) : wanted.peakMb,
  };
}

/** CPU seconds of one run: the mean, as the system counts in steps of 10 ms. */
export function meanCpu(runs: readonly ProcessRun[]): number {
  return runs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / runs.length;
}
