import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { AppliedStates } from "./applied-states.ts";

const desired = (value: string): KubeObject =>
  ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "n" },
    data: { value },
  }) as KubeObject;

const live = (value: string, version: string, rest: Record<string, unknown> = {}): KubeObject =>
  ({
    ...desired(value),
    metadata: { name: "a", namespace: "n", uid: "u", resourceVersion: version },
    ...rest,
  }) as KubeObject;

describe("AppliedStates", () => {
  const cases = [
    { name: "the same intent on the same revision", intent: desired("1"), now: live("1", "5"), want: true },
    { name: "a new status", intent: desired("1"), now: live("1", "6", { status: { a: 1 } }), want: true },
    { name: "another intent", intent: desired("2"), now: live("1", "5"), want: false },
    { name: "a field that another changed", intent: desired("1"), now: live("x", "6"), want: false },
    {
      name: "another object of the name",
      intent: desired("1"),
      now: { ...live("1", "5"), metadata: { ...live("1", "5").metadata, uid: "v" } },
      want: false,
    },
  ];
  test.each(cases)("says $want for $name", ({ intent, now, want }) => {
    const states = new AppliedStates();
    states.remember(desired("1"), live("1", "5"));
    expect(states.isApplied(intent, now)).toBe(want);
  });

  test("knows nothing of what was not applied", () => {
    expect(new AppliedStates().isApplied(desired("1"), live("1", "5"))).toBe(false);
  });
});
