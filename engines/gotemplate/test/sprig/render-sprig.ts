import { FakeClock, seededRandom } from "@weir/core";
import type { GoValue } from "@weir/text";

import {
  createTemplateRun,
  executeTemplate,
  parseTemplate,
  sprigFunctions,
  type TemplateBudgets,
  TemplateSet,
} from "../../src/index.ts";

/** What `.` is in every test. */
const DATA: ReadonlyMap<string, GoValue> = new Map<string, GoValue>([
  ["list", ["b", "a", 3, null, true]],
  ["number", 1_000_000],
]);

/** 2026-01-02 03:04:05 UTC. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** The output of a template that has Sprig's functions, with random numbers that are always the same. */
export function renderSprig(template: string, budgets: TemplateBudgets = {}): string {
  const set = TemplateSet.empty.with(parseTemplate("t", template, sprigFunctions));
  const run = createTemplateRun({ clock: new FakeClock(NOW), random: seededRandom(1), budgets });
  return executeTemplate(set, "t", new Map(DATA), { functions: sprigFunctions, missingKey: "zero", run });
}

/** What a function says that fails: the part of the message behind its name. */
export function sprigError(template: string): string {
  try {
    return `no error: ${renderSprig(template)}`;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^.*error calling \w+: /s, "");
  }
}
