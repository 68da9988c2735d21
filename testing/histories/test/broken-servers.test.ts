import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Breakage,
  BREAKAGES,
  breakStorage,
  reportViolations,
  runHistories,
  type RunResult,
  startInProcess,
} from "../src/index.ts";
import type { Rule } from "../src/check/violation.ts";

const SEED = 5;

async function run(breakage: Breakage | undefined, steps: number): Promise<RunResult> {
  const folder = await mkdtemp(join(tmpdir(), "weir-histories-"));
  try {
    const path = join(folder, "state.db");
    await using target = await startInProcess({
      path,
      ...(breakage === undefined ? {} : { wrapStorage: (storage) => breakStorage(storage, breakage) }),
    });
    return await runHistories({ seed: SEED, target, steps, restarts: 1, compactions: 1, settleMs: 200 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a server that breaks nothing is found to break nothing", async () => {
  const { history, violations, figures } = await run(undefined, 400);
  expect(reportViolations(history, violations)).toEqual([]);
  expect(figures.events).toBeGreaterThan(300);
  expect(figures.acknowledged).toBeGreaterThan(100);
});

/** What each of them shows; which of these, the order of requests decides. */
const SHOWN: Readonly<Record<Breakage, readonly Rule[]>> = {
  "acknowledges before it commits": [
    "one write for a revision",
    "acknowledged writes stay",
    "reads are fresh",
  ],
  "acknowledges without committing": [
    "one write for a revision",
    "acknowledged writes stay",
    "reads are fresh",
  ],
  "ignores what a write expects": ["a write sees what was before", "a write does what it says"],
  "gives a revision twice": ["one write for a revision", "nothing out of nothing", "a write happens once"],
  "reads what was before": ["reads are fresh", "refusals have a reason"],
  "lists what was before": ["reads are fresh", "pages are of one list"],
  "reads pages as of now": ["lists are snapshots", "pages are of one list"],
  "lists what it has deleted": ["lists are snapshots", "the first events are a snapshot"],
  "drops events": ["no event is missing", "acknowledged writes stay"],
  "repeats events": ["no event comes twice"],
  "swaps events": ["events come in order", "no event is missing"],
  "begins watches too late": ["no event is missing", "acknowledged writes stay"],
  "shows events of elsewhere": ["events are true"],
};

// A busy machine takes long for what are seconds otherwise.
describe("a server", { timeout: 60_000 }, () => {
  test.each(BREAKAGES)("that %s is found out", async (breakage) => {
    const { violations } = await run(breakage, 200);
    const rules = new Set(violations.map(({ rule }) => rule));
    expect([...rules].filter((rule) => SHOWN[breakage].includes(rule))).not.toEqual([]);
  });
});
