import { describe, expect, test } from "vitest";
import type { RecordedTransition } from "./recording.ts";
import { orderDifference, recordedStates, watchedState } from "./transitions.ts";

function ready(status: string): { readonly type: string; readonly status: string } {
  return { type: "Ready", status };
}

describe("orderDifference", () => {
  const [a, b, c] = [{ at: "a" }, { at: "b" }, { at: "c" }];
  test.each([
    ["the same", [a, b, c], [a, b, c], undefined],
    ["some left out", [a, b, c], [a, c], undefined],
    ["seen twice in a row", [a, b], [a, a, b], undefined],
    ["nothing seen", [a, b], [], undefined],
    ["another order", [a, b, c], [b, a, c], /was never so at that time: \{"at":"a"\}/],
    ["something new", [a, c], [a, b, c], /was never so at that time: \{"at":"b"\}/],
    ["another end", [a, b, c], [a, b], /ends as \{"at":"b"\}, recorded \{"at":"c"\}/],
    ["the same state again later", [a, b, a], [a, b, a], undefined],
  ])("judges %s", (_name, recorded, seen, want) => {
    const difference = orderDifference(recorded, seen);
    if (want === undefined) expect(difference).toBeUndefined();
    else expect(difference).toMatch(want);
  });
});

describe("recordedStates", () => {
  test("adds up what changed to what a watch shows", () => {
    const object = "GitRepository/app";
    const transitions: readonly RecordedTransition[] = [
      { step: 1, object, event: "ADDED", changed: [], finalizers: [] },
      { step: 2, object, event: "MODIFIED", changed: [], finalizers: ["f"] },
      { step: 2, object, event: "MODIFIED", changed: [ready("Unknown"), { type: "Reconciling" }] },
      { step: 3, object, event: "MODIFIED", changed: [ready("True")], removed: ["Reconciling"] },
      { step: 4, object, event: "MODIFIED", changed: [], deleting: true },
      { step: 5, object, event: "DELETED" },
    ];
    expect(recordedStates(transitions).get(object)).toEqual([
      { step: 1, state: { conditions: {}, finalizers: [] } },
      { step: 2, state: { conditions: {}, finalizers: ["f"] } },
      {
        step: 2,
        state: {
          conditions: { Ready: ready("Unknown"), Reconciling: { type: "Reconciling" } },
          finalizers: ["f"],
        },
      },
      { step: 3, state: { conditions: { Ready: ready("True") }, finalizers: ["f"] } },
      { step: 4, state: { conditions: { Ready: ready("True") }, isDeleting: true } },
      { step: 5, state: { gone: true } },
    ]);
  });

  test("is what a watched object gives, but for times", () => {
    const state = watchedState({
      metadata: { finalizers: ["f"] },
      status: { conditions: [{ ...ready("True"), lastTransitionTime: "2026-01-01T00:00:00Z" }] },
    });
    expect(state).toEqual({ conditions: { Ready: ready("True") }, finalizers: ["f"] });
  });
});
