import { describe, expect, test } from "vitest";
import { colorsFor } from "../terminal/colors.ts";
import { firstBrokenLink } from "./broken-link.ts";
import type { ObjectPhase, ObjectState } from "./object-state.ts";
import { renderTree } from "./render-tree.ts";
import { judgeCluster } from "./verdict.ts";

function states(
  ...rows: readonly (readonly [name: string, phase: ObjectPhase, needs?: readonly string[]])[]
): ReadonlyMap<string, ObjectState> {
  return new Map(
    rows.map(([name, phase, needs = []]) => {
      const id = `Kustomization/flux-system/${name}`;
      const state: ObjectState = {
        id,
        kind: "Kustomization",
        name,
        namespace: "flux-system",
        phase,
        message: `${name} is ${phase}`,
        revision: undefined,
        needs: needs.map((need) => `Kustomization/flux-system/${need}`),
        isBootstrap: false,
      };
      return [id, state];
    }),
  );
}

describe("firstBrokenLink", () => {
  test("is the failed object that most others wait for", () => {
    const found = firstBrokenLink(
      states(["a", "failed"], ["b", "failed"], ["c", "waiting", ["b"]], ["d", "waiting", ["c"]]),
    );
    expect(found).toMatchObject({ object: { name: "b" }, waiting: 2 });
  });

  test("is the object that needs something that is not there", () => {
    const found = firstBrokenLink(states(["a", "waiting", ["gone"]], ["b", "waiting", ["a"]]));
    expect(found).toMatchObject({ object: { name: "a" }, waiting: 1 });
  });

  test("is a member of a circle where nothing else is broken", () => {
    const found = firstBrokenLink(states(["a", "waiting", ["b"]], ["b", "waiting", ["a"]]));
    expect(found).toMatchObject({ object: { name: "a" }, waiting: 1 });
  });

  test("is nothing where all objects are ready or on their way", () => {
    expect(
      firstBrokenLink(states(["a", "ready"], ["b", "working"], ["c", "waiting", ["b"]])),
    ).toBeUndefined();
  });
});

describe("judgeCluster", () => {
  const cases: ReadonlyArray<
    readonly [name: string, states: ReadonlyMap<string, ObjectState>, want: string]
  > = [
    ["works while nothing is known", states(), "working"],
    [
      "works while any object does, even beside a failure",
      states(["a", "failed"], ["b", "working"]),
      "working",
    ],
    [
      "is ready when all objects are, suspended ones aside",
      states(["a", "ready"], ["b", "suspended"]),
      "ready",
    ],
    [
      "is broken when nothing moves and one has failed",
      states(["a", "failed"], ["b", "waiting", ["a"]]),
      "broken",
    ],
  ];
  test.each(cases)("%s", (_name, given, want) => {
    expect(judgeCluster(given).kind).toBe(want);
  });
});

describe("renderTree", () => {
  test("puts consumers below what they need and names the first broken link", () => {
    const lines = renderTree(states(["apps", "waiting", ["base"]], ["base", "failed"]), 80, colorsFor(false));
    expect(lines).toEqual([
      "✗ Kustomization/flux-system/base  base is failed",
      "└─ ◌ Kustomization/flux-system/apps  apps is waiting",
      "",
      "first broken link: Kustomization/flux-system/base, and 1 object waits for it",
      "  base is failed",
    ]);
  });

  test("shows the members of a circle, too", () => {
    const lines = renderTree(states(["a", "waiting", ["b"]], ["b", "waiting", ["a"]]), 80, colorsFor(false));
    expect(lines.filter((line) => line.startsWith("◌"))).toHaveLength(2);
  });

  test("cuts messages to the width of the terminal", () => {
    const lines = renderTree(states(["apps", "ready"]), 44, colorsFor(false));
    expect(lines[0]).toBe("✔ Kustomization/flux-system/apps  apps is r…");
  });
});
