import { describe, expect, test } from "vitest";
import { type Dependency, isReady } from "./dependency.ts";

const lastTransitionTime = "2026-01-01T00:00:00Z";

function aDependency(observedGeneration: number, status: "True" | "False" | "Unknown"): Dependency {
  const ready = { type: "Ready", status, reason: "Seen", message: "", lastTransitionTime };
  return {
    metadata: { name: "settings", generation: 2 },
    status: { observedGeneration, conditions: [ready] },
  };
}

describe("a dependency", () => {
  const cases: ReadonlyArray<{ readonly name: string; readonly of: Dependency; readonly want: boolean }> = [
    { name: "is Ready when its condition is True", of: aDependency(2, "True"), want: true },
    { name: "is not Ready when its condition is False", of: aDependency(2, "False"), want: false },
    { name: "is not Ready for a spec that nobody has seen yet", of: aDependency(1, "True"), want: false },
    { name: "is not Ready without a status", of: { metadata: { name: "a", generation: 1 } }, want: false },
  ];

  test.each(cases)("$name", ({ of, want }) => {
    expect(isReady(of)).toBe(want);
  });
});
