import { describe, expect, test } from "vitest";
import type { Dependent } from "./dependency-keys.ts";
import { type DependencyRules, findUnreadyDependency } from "./find-unready-dependency.ts";

const object = (name: string, dependsOn: Dependent["spec"]["dependsOn"] = [], ready = "True"): Dependent => ({
  metadata: { name, namespace: "apps", generation: 1 },
  spec: { dependsOn },
  status: {
    observedGeneration: 1,
    conditions: [
      {
        type: "Ready",
        status: ready as "True",
        reason: "R",
        message: "",
        lastTransitionTime: "2030-01-01T00:00:00Z",
      },
    ],
  },
});

const rulesFor = (...known: readonly Dependent[]): DependencyRules<Dependent> => ({
  read: ({ name }) => known.find(({ metadata }) => metadata.name === name),
  describeMissing: ({ name }) => `no ${name}`,
});

describe("findUnreadyDependency", () => {
  const cases: readonly {
    readonly name: string;
    readonly known: readonly Dependent[];
    readonly want?: string;
  }[] = [
    { name: "is ready", known: [object("a")] },
    { name: "is not ready", known: [object("a", [], "False")], want: "dependency 'apps/a' is not ready" },
    { name: "is missing", known: [], want: "no a" },
    {
      name: "waits for its dependent",
      known: [object("a", [{ name: "b" }], "False")],
      want: "dependency 'apps/a' is not ready: dependency cycle apps/b -> apps/a -> apps/b",
    },
  ];
  test.each(cases)("judges a dependency that $name", ({ known, want }) => {
    expect(findUnreadyDependency(object("b", [{ name: "a" }]), rulesFor(...known))).toBe(want);
  });

  test("asks for obstacles of what is ready only", () => {
    const rules = { ...rulesFor(object("a")), findObstacle: () => "in the way" };
    expect(findUnreadyDependency(object("b", [{ name: "a" }]), rules)).toBe("in the way");
    const expression = [{ name: "a", readyExpr: "true" }];
    expect(findUnreadyDependency(object("b", expression), rules)).toBeUndefined();
    expect(findUnreadyDependency(object("b", expression), { ...rules, isExpressionAdditive: true })).toBe(
      "in the way",
    );
  });
});
