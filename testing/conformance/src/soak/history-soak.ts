import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Figures,
  reportViolations,
  runHistories,
  startEmbedded,
  startReal,
  type Target,
  type TroubleCounts,
  writeHistory,
} from "@weir/histories";
import { findControlPlane } from "@weir/testkit";

/** How long, how hard, and against what. */
export interface HistorySoakOptions extends TroubleCounts {
  readonly seed: number;
  readonly steps: number;
  readonly clients?: number;
  /** A kube-apiserver, which is neither killed nor restarted, in place of the embedded API. */
  readonly isReal: boolean;
  /** Where everything that was seen is written to, as JSON. */
  readonly file?: string | undefined;
}

/** What came of it. */
export interface HistorySoakResult {
  readonly figures: Figures;
  /** What is not as it should be, with the part of the history that shows it; empty when all is well. */
  readonly problems: readonly string[];
}

/** Has random clients work on an API while it is killed, and checks all that they saw against a model. */
export async function runHistorySoak(options: HistorySoakOptions): Promise<HistorySoakResult> {
  const folder = await mkdtemp(join(tmpdir(), "weir-histories-"));
  try {
    await using target = await startTarget(options, join(folder, "state.db"));
    const { clients, ...work } = options;
    const trouble = options.isReal ? { kills: 0, restarts: 0 } : {};
    const run = { ...work, ...trouble, ...(clients === undefined ? {} : { clients }), target };
    const { history, violations, figures } = await runHistories(run);
    if (options.file !== undefined) await writeFile(options.file, writeHistory(history));
    return { figures, problems: reportViolations(history, violations) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startTarget({ isReal }: HistorySoakOptions, path: string): Promise<Target> {
  if (!isReal) return startEmbedded({ path });
  const programs = await findControlPlane();
  if (programs.kind === "absent") throw new TypeError(programs.reason);
  return startReal(programs);
}
