import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type EmbeddedOptions,
  reportViolations,
  runHistories,
  type RunResult,
  startEmbedded,
} from "../src/index.ts";

async function run(options: Omit<EmbeddedOptions, "path">): Promise<RunResult> {
  const folder = await mkdtemp(join(tmpdir(), "weir-histories-"));
  try {
    await using target = await startEmbedded({ path: join(folder, "state.db"), ...options });
    return await runHistories({ seed: 7, target, steps: 250, kills: 1, restarts: 1, compactions: 2 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("an embedded API whose process is killed and restarted under its clients", () => {
  // `npm run soak -- api` does the same for longer.
  test("keeps what it promises", { timeout: 120_000 }, async () => {
    const { history, violations, figures } = await run({});
    expect(reportViolations(history, violations)).toEqual([]);
    expect(figures).toMatchObject({ kills: 1, restarts: 1, compactions: 2 });
    expect(figures.acknowledged).toBeGreaterThan(50);
  });
});
