import type { BenchmarkContext } from "../benchmark.ts";
import { interleave } from "../interleave.ts";
import { packagedCommand } from "../processes/packaged-command.ts";
import { peakMemory } from "../processes/peak-memory.ts";
import { type Command, type ProcessRun, runProcess } from "../processes/run-process.ts";

/** The same chart by both. */
export interface ComparedRender {
  readonly isEqual: boolean;
  readonly outputKb: number;
  readonly ours: readonly ProcessRun[];
  readonly theirs: readonly ProcessRun[];
  readonly ourPeakMb: number;
  readonly theirPeakMb: number;
}

/** What is rendered, and how often: each of the two twice a round. */
export interface RenderCase {
  readonly chart: string;
  readonly helm: string;
  readonly rounds: number;
}

/** Renders a chart by the bundled command and by helm, whole cold processes in turn (A B B A), outputs compared. */
export async function compareRenders(
  context: BenchmarkContext,
  { chart, helm, rounds }: RenderCase,
): Promise<ComparedRender> {
  const args = ["template", "release", chart, "-n", "ns"];
  const ours = packagedCommand(context, args);
  const theirs: Command = { program: helm, args };
  // The first run of ours fills the cache of compiled code, as the first of a person's does.
  await runProcess(ours);
  const first = await runProcess(ours);
  const wanted = await runProcess(theirs);
  const { left, right } = await interleave(
    rounds,
    () => runProcess(ours),
    () => runProcess(theirs),
  );
  return {
    isEqual: first.stdout.equals(wanted.stdout),
    outputKb: wanted.stdout.length / 1024,
    ours: left,
    theirs: right,
    ourPeakMb: await peakMemory(ours),
    theirPeakMb: await peakMemory(theirs),
  };
}
