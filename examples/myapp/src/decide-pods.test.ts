import type { Pod } from "@weir/builtin/core-v1";
import { describe, expect, test } from "vitest";
import { appOf, countReady, decidePods, NAME_LABEL, type PodPlan, podOf, withImage } from "./decide-pods.ts";
import { MyApp } from "./my-app.ts";

const anApp = (replicas: number): MyApp =>
  MyApp.parse({
    apiVersion: "example.com/v1alpha1",
    kind: "MyApp",
    metadata: { namespace: "default", name: "web" },
    spec: { image: "nginx:2", replicas },
  });

interface PodState {
  readonly image?: string;
  readonly phase?: string;
  readonly isGoing?: boolean;
  readonly isReady?: boolean;
}

function aPod(name: string, { image = "nginx:2", phase = "Running", isGoing, isReady }: PodState = {}): Pod {
  const { metadata, ...pod } = withImage(podOf(anApp(1), name), image);
  return {
    ...pod,
    metadata: { ...metadata, ...(isGoing === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
    status: { phase, conditions: [{ type: "Ready", status: isReady === true ? "True" : "False" }] },
  };
}

describe("decidePods", () => {
  const nothing: PodPlan = { create: [], update: [], remove: [] };
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly replicas: number;
    readonly pods: readonly Pod[];
    readonly want: PodPlan;
  }> = [
    {
      name: "creates all where there are none",
      replicas: 2,
      pods: [],
      want: { ...nothing, create: ["web-0", "web-1"] },
    },
    { name: "leaves alone what is as it should be", replicas: 1, pods: [aPod("web-0")], want: nothing },
    {
      name: "fills a gap",
      replicas: 3,
      pods: [aPod("web-0"), aPod("web-2")],
      want: { ...nothing, create: ["web-1"] },
    },
    {
      name: "updates those that run another image",
      replicas: 2,
      pods: [aPod("web-0", { image: "nginx:1" }), aPod("web-1")],
      want: { ...nothing, update: ["web-0"] },
    },
    {
      name: "removes the surplus without updating it first",
      replicas: 0,
      pods: [aPod("web-0", { image: "nginx:1" })],
      want: { ...nothing, remove: ["web-0"] },
    },
    {
      name: "removes a Pod that has the label and none of the names",
      replicas: 1,
      pods: [aPod("web-0"), aPod("other")],
      want: { ...nothing, remove: ["other"] },
    },
    {
      name: "waits for a Pod that is going before it takes its name",
      replicas: 1,
      pods: [aPod("web-0", { isGoing: true })],
      want: nothing,
    },
    {
      name: "removes a Pod that ended, so that the next run makes it anew",
      replicas: 1,
      pods: [aPod("web-0", { phase: "Failed" })],
      want: { ...nothing, remove: ["web-0"] },
    },
  ];

  test.each(cases)("$name", ({ replicas, pods, want }) => {
    expect(decidePods(anApp(replicas), pods)).toEqual(want);
  });
});

describe("a Pod", () => {
  test("counts as ready while its condition says so and it is not going", () => {
    const pods = [aPod("a", { isReady: true }), aPod("b"), aPod("c", { isReady: true, isGoing: true })];
    expect(countReady(pods)).toBe(1);
  });

  test("belongs to the MyApp that its label names, in its own namespace", () => {
    expect(appOf(aPod("web-0"))).toEqual({ namespace: "default", name: "web" });
    expect(appOf({ ...aPod("web-0"), metadata: { name: "web-0" } })).toBeUndefined();
    expect(podOf(anApp(1), "web-0").metadata?.labels).toEqual({ [NAME_LABEL]: "web" });
  });
});
