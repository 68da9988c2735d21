import type { Condition } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { checkConditions, type ConditionRulesOptions } from "./condition-rules.ts";

interface Given {
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly options?: ConditionRulesOptions;
}

/** `Ready=True:Succeeded@2` is a condition of generation 2. */
function brokenRules(states: readonly string[], given: Given = {}): readonly string[] {
  const { generation = 1, observedGeneration = generation, options } = given;
  const conditions = states.map((state): Condition => {
    const [, type = "", status = "", reason = "Because", of] =
      /^(\w+)=(\w+)(?::(\w+))?(?:@(\d+))?$/.exec(state) ?? [];
    return {
      type,
      status: status as Condition["status"],
      reason,
      message: "",
      lastTransitionTime: "2026-01-01T00:00:00Z",
      observedGeneration: Number(of ?? generation),
    };
  });
  const object = { metadata: { name: "a", generation }, status: { observedGeneration, conditions } };
  return checkConditions(object, options).map(({ rule }) => rule);
}

describe("conditions", () => {
  test.each<[string, readonly string[], Given?]>([
    ["of an object that is ready", ["Ready=True"]],
    ["of a run that goes on", ["Reconciling=True:Progressing", "Ready=Unknown"]],
    [
      "of a run that goes on while Ready tells of the last",
      ["Reconciling=True:Progressing", "Ready=True@1"],
      { generation: 2, observedGeneration: 1 },
    ],
    ["of a failure that is tried again", ["Reconciling=True:ProgressingWithRetry", "Ready=False"]],
    ["of an object that stalls", ["Stalled=True", "Ready=False"]],
    [
      "of a generation that was passed a moment ago",
      ["Ready=True@1"],
      { generation: 2, observedGeneration: 1 },
    ],
  ])("%s are as they should be", (_, states, given) => {
    expect(brokenRules(states, given)).toEqual([]);
  });

  test("that nobody has written yet break no rule", () => {
    expect(checkConditions({ metadata: { name: "a", generation: 1 } })).toEqual([]);
  });

  const outdated = { generation: 2, observedGeneration: 1, options: { atRest: true } };
  test.each<[string, readonly string[], Given?]>([
    ["FAIL0001", ["Ready=True", "Stalled=True"]],
    ["FAIL0002", ["Stalled=True"]],
    ["FAIL0003", ["Ready=True", "Reconciling=True:ProgressingWithRetry"]],
    ["FAIL0004", ["Ready=Unknown", "Stalled=True"]],
    ["FAIL0005", ["Ready=False", "Reconciling=True", "Stalled=True"]],
    ["FAIL0006", ["Ready=False"], { generation: 1, observedGeneration: 2 }],
    ["FAIL0007", ["Ready=True@2"], outdated],
    ["FAIL0008", ["Ready=True@1"], outdated],
    ["FAIL0009", ["Ready=True@2"], { generation: 2, observedGeneration: 1 }],
    ["FAIL0011", ["Ready=Unknown"]],
    ["WARN0001", ["Ready=True", "Stalled=False"]],
    [
      "WARN0002",
      ["Ready=False:Other", "FetchFailed=True:NoAnswer"],
      { options: { negative: ["FetchFailed"] } },
    ],
    ["WARN0003", ["Ready=False", "Reconciling=False"]],
    ["WARN0004", ["Ready=False", "Stalled=False"]],
    ["WARN0005", ["Ready=False@0"]],
  ])("break %s", (rule, states, given) => {
    expect(brokenRules(states, given)).toContain(rule);
  });
});
