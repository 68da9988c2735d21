import { seededRandom } from "@weir/core";
import { type Fault, type FaultPlan } from "@weir/testenv";
import { describe, expect, test } from "vitest";
import { reportViolations, runHistories, startFaulty } from "../src/index.ts";
import type { Rule } from "../src/check/violation.ts";

const SEED = 3;
const OFTEN = 0.08;
/** Until then those who watch everything have begun to. */
const SPARED = 60;

/** Does the same to a part of the requests. */
function often(fault: Fault): FaultPlan {
  const random = seededRandom(SEED);
  let count = 0;
  return () => {
    count += 1;
    return count > SPARED && random.next() < OFTEN ? fault : undefined;
  };
}

interface Case {
  readonly fault: Fault;
  /** What clients may see broken, and some of which they do see. */
  readonly breaks: readonly Rule[];
}

const harmless: readonly Fault[] = [
  { kind: "delay", ms: 5 },
  { kind: "refuse", code: 503 },
  { kind: "refuse", code: 429 },
  { kind: "drop" },
  { kind: "lose-reply" },
  { kind: "lag", revisions: 5 },
  { kind: "restart" },
  { kind: "cut", afterEvents: 3 },
  { kind: "close", afterEvents: 3 },
  { kind: "late", ms: 5 },
];

const visible: readonly Case[] = [
  { fault: { kind: "stale" }, breaks: ["reads are fresh"] },
  { fault: { kind: "compact" }, breaks: ["history is kept"] },
  { fault: { kind: "expire", afterEvents: 3 }, breaks: ["history is kept"] },
  { fault: { kind: "duplicate" }, breaks: ["no event comes twice", "the first events are a snapshot"] },
  {
    fault: { kind: "reorder" },
    breaks: ["events come in order", "no event is missing", "the first events are a snapshot"],
  },
];

async function rulesUnder(
  fault: Fault,
): Promise<{ readonly rules: readonly Rule[]; readonly report: string }> {
  await using target = await startFaulty(often(fault));
  const { history, violations } = await runHistories({ seed: SEED, target, steps: 400, settleMs: 1_000 });
  const rules = [...new Set(violations.map(({ rule }) => rule))];
  return { rules, report: reportViolations(history, violations).join("\n") };
}

describe("an injected fault", () => {
  test.each(harmless)("of the kind $kind breaks no guarantee", async (fault) => {
    const { report } = await rulesUnder(fault);
    expect(report).toBe("");
  });

  test.each(visible)(
    "of the kind $fault.kind breaks what it is for, and nothing else",
    async ({ fault, breaks }) => {
      const { rules, report } = await rulesUnder(fault);
      expect(rules, "shows").not.toEqual([]);
      expect(
        rules.filter((rule) => !breaks.includes(rule)),
        report,
      ).toEqual([]);
    },
  );
});
