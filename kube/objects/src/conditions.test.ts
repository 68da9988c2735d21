import { describe, expect, test } from "vitest";
import {
  findCondition,
  isConditionTrue,
  removeConditions,
  setCondition,
  summarizeConditions,
} from "./conditions.ts";
import type { Condition } from "./object.ts";

const noon = Date.parse("2026-01-01T12:00:00.500Z");

function aCondition(type: string, fields: Partial<Condition> = {}): Condition {
  return {
    type,
    status: "True",
    observedGeneration: 1,
    lastTransitionTime: "2025-01-01T00:00:00Z",
    reason: "Done",
    message: "done",
    ...fields,
  };
}

describe("setCondition", () => {
  test("adds a condition with the time and the generation", () => {
    const state = { type: "Ready", status: "True", reason: "Done", message: "done" } as const;
    expect(setCondition([], state, { generation: 3, now: noon })).toEqual([
      aCondition("Ready", { observedGeneration: 3, lastTransitionTime: "2026-01-01T12:00:00Z" }),
    ]);
  });

  test("keeps the time and moves the generation when the state is the same", () => {
    const [ready] = setCondition([aCondition("Ready")], aCondition("Ready"), { generation: 2, now: noon });
    expect(ready).toEqual(aCondition("Ready", { observedGeneration: 2 }));
  });

  test.each([{ status: "False" as const }, { reason: "Other" }, { message: "other" }])(
    "moves the time when it changes to %o",
    (change) => {
      const state = aCondition("Ready", change);
      const [ready] = setCondition([aCondition("Ready")], state, { generation: 1, now: noon });
      expect(ready).toEqual({ ...state, lastTransitionTime: "2026-01-01T12:00:00Z" });
    },
  );

  test("sorts Stalled, Reconciling and Ready first, then by generation and type", () => {
    const conditions = [
      aCondition("B", { observedGeneration: 1 }),
      aCondition("A", { observedGeneration: 1 }),
      aCondition("Z", { observedGeneration: 2 }),
      aCondition("Ready"),
      aCondition("Stalled"),
    ];
    const sorted = setCondition(conditions, aCondition("Reconciling"), { generation: 1, now: noon });
    expect(sorted.map(({ type }) => type)).toEqual(["Stalled", "Reconciling", "Ready", "Z", "A", "B"]);
  });

  test("cuts a message that is longer than a condition may hold", () => {
    const state = aCondition("Ready", { message: `${"x".repeat(32_764)}äöü` });
    const [ready] = setCondition([], state, { generation: 1, now: noon });
    expect(ready?.message).toBe(`${"x".repeat(32_764)}...`);
  });
});

describe("conditions", () => {
  const conditions = [aCondition("Ready"), aCondition("Healthy", { status: "False" })];

  test("are found and removed by type", () => {
    expect(findCondition(conditions, "Healthy")).toBe(conditions[1]);
    expect(isConditionTrue(conditions, "Healthy")).toBe(false);
    expect(isConditionTrue(undefined, "Ready")).toBe(false);
    expect(removeConditions(conditions, "Ready", "Other")).toEqual([conditions[1]]);
  });
});

describe("summarizeConditions", () => {
  const types = ["StorageFailed", "FetchFailed", "Outdated", "Stored", "Reconciling"];
  const negative = ["StorageFailed", "FetchFailed", "Outdated", "Reconciling"];
  const summarize = (...conditions: readonly Condition[]): unknown =>
    summarizeConditions(conditions, "Ready", { types, negative });

  test("is False for what is wrong, by the order of types", () => {
    const fetch = aCondition("FetchFailed", { reason: "Auth", message: "denied" });
    const outdated = aCondition("Outdated", { reason: "New", message: "new revision" });
    expect(summarize(outdated, aCondition("Stored"), fetch)).toEqual({
      type: "Ready",
      status: "False",
      reason: "Auth",
      message: "denied",
    });
  });

  test("is True when nothing is wrong", () => {
    expect(
      summarize(aCondition("Stored", { message: "stored" }), aCondition("FetchFailed", { status: "False" })),
    ).toEqual({
      type: "Ready",
      status: "True",
      reason: "Done",
      message: "stored",
    });
  });

  test("is nothing without conditions that count", () => {
    expect(summarize(aCondition("Ready"), aCondition("Unrelated"))).toBeUndefined();
  });

  test("leaves out older generations where asked", () => {
    const old = aCondition("FetchFailed", { observedGeneration: 1 });
    const current = aCondition("Stored", { observedGeneration: 2 });
    expect(
      summarizeConditions([old, current], "Ready", { types, negative, onlyLatestGeneration: true })?.status,
    ).toBe("True");
  });
});
