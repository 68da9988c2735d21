import { seededRandom } from "@weir/core";
import { type Fault, type FaultPlan } from "@weir/testenv";
import { describe, expect, test } from "vitest";
import { reportViolations, runHistories, startFaulty } from "../src/index.ts";
import type { Rule } from "../src/check/violation.ts";

const SEED = 3;
const OFTEN = 0.08;
/** Of watches there are fewer. */
const OFTEN_OF_WATCHES = 0.5;
/** Every watch breaks off with each of them. */
const OFTEN_OF_RESTARTS = 0.02;
/** Until then those who watch everything have begun to. */
const SPARED = 60;

const OF_WATCHES: readonly Fault["kind"][] = ["cut", "close", "expire", "duplicate", "reorder", "late"];

function chanceOf({ kind }: Fault, verb: string): number {
  if (OF_WATCHES.includes(kind)) return verb === "watch" ? OFTEN_OF_WATCHES : 0;
  if (kind === "restart") return verb === "watch" ? 0 : OFTEN_OF_RESTARTS;
  return OFTEN;
}

/** Does the same to a part of the requests. */
function often(fault: Fault): FaultPlan {
  const random = seededRandom(SEED);
  let count = 0;
  return ({ verb }) => {
    count += 1;
    const isMet = random.next() < chanceOf(fault, verb);
    return isMet && count > SPARED ? fault : undefined;
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
  const { history, violations } = await runHistories({ seed: SEED, target, steps: 250, settleMs: 1_000 });
  const rules = [...new Set(violations.map(({ rule }) => rule))];
  return { rules, report: reportViolations(history, violations).join("\n") };
}

// A busy machine takes long for what are seconds otherwise.
describe("an injected fault", { timeout: 60_000 }, () => {
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
