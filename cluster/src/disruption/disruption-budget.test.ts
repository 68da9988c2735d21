import type { Pod } from "@weir/builtin/core-v1";
import type { PodDisruptionBudget } from "@weir/builtin/policy-v1";
import { describe, expect, test } from "vitest";
import { aPod } from "../../test/builders.ts";
import { budgetStatus } from "./disruption-budget.ts";

const NOW = Date.parse("2026-01-01T00:10:00Z");

function aBudget(spec: object, disruptedPods: Readonly<Record<string, string>> = {}): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web", namespace: "apps", generation: 2 },
    spec,
    status: { disruptedPods },
  } as unknown as PodDisruptionBudget;
}

const pods = (ready: number, others = 0): readonly Pod[] => [
  ...Array.from({ length: ready }, (_, index) => aPod({ name: `up-${index}`, ready: true })),
  ...Array.from({ length: others }, (_, index) => aPod({ name: `down-${index}` })),
];

describe("the status of a budget", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly spec: object;
    readonly pods: readonly Pod[];
    readonly scale?: number | undefined;
    readonly disrupted?: Readonly<Record<string, string>>;
    readonly want: readonly [
      allowed: number,
      healthy: number,
      desired: number,
      expected: number,
      reason: string,
    ];
  }> = [
    {
      name: "leaves what is above a number",
      spec: { minAvailable: 2 },
      pods: pods(3),
      want: [1, 3, 2, 3, "SufficientPods"],
    },
    {
      name: "allows nothing below it",
      spec: { minAvailable: 2 },
      pods: pods(1, 2),
      want: [0, 1, 2, 3, "InsufficientPods"],
    },
    {
      name: "allows nothing without pods",
      spec: { minAvailable: 0 },
      pods: [],
      want: [0, 0, 0, 0, "InsufficientPods"],
    },
    {
      name: "rounds a share up",
      spec: { minAvailable: "50%" },
      pods: pods(5),
      scale: 5,
      want: [2, 5, 3, 5, "SufficientPods"],
    },
    {
      name: "counts what workloads want",
      spec: { maxUnavailable: 1 },
      pods: pods(3),
      scale: 4,
      want: [0, 3, 3, 4, "InsufficientPods"],
    },
    {
      name: "rounds what may be away up",
      spec: { maxUnavailable: "30%" },
      pods: pods(4),
      scale: 4,
      want: [2, 4, 2, 4, "SufficientPods"],
    },
    {
      name: "wants no fewer than none",
      spec: { maxUnavailable: 9 },
      pods: pods(2),
      scale: 2,
      want: [2, 2, 0, 2, "SufficientPods"],
    },
    {
      name: "cannot tell where a workload has no number",
      spec: { maxUnavailable: 1 },
      pods: pods(2),
      scale: undefined,
      want: [0, 2, 0, 0, "SyncFailed"],
    },
    {
      name: "does not count pods whose eviction is granted, for two minutes",
      spec: { minAvailable: 1 },
      pods: pods(3),
      disrupted: { "up-0": "2026-01-01T00:09:00Z", "up-1": "2026-01-01T00:07:00Z" },
      want: [1, 2, 1, 3, "SufficientPods"],
    },
  ];
  test.each(cases)("$name", ({ spec, pods: present, scale, disrupted, want }) => {
    const { status, recheckMs } = budgetStatus(
      { budget: aBudget(spec, disrupted), pods: present, expectedScale: scale },
      NOW,
    );
    const [{ reason } = { reason: "" }] = status.conditions ?? [];
    expect([
      status.disruptionsAllowed,
      status.currentHealthy,
      status.desiredHealthy,
      status.expectedPods,
      reason,
    ]).toEqual(want);
    expect(status.observedGeneration).toBe(2);
    expect(recheckMs).toBe(disrupted === undefined ? undefined : Date.parse("2026-01-01T00:11:00Z"));
  });
});
