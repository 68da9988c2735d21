import { describe, expect, test } from "vitest";
import { aPod } from "../../test/builders.ts";
import { PodAges } from "./pod-ages.ts";
import { podStatus } from "./pod-status.ts";
import { INSTANT_TIMING, podStage, type WorkloadTiming } from "./workload-timing.ts";

const timing: WorkloadTiming = { ...INSTANT_TIMING, creatingMs: 100, readyMs: 50, runMs: 200 };
const nowMs = Date.UTC(2026, 0, 1);
const place = { hostIP: "172.18.0.2", podIP: "10.244.0.2" };

describe("podStage", () => {
  const cases: readonly (readonly [
    ageMs: number,
    endsByItself: boolean,
    stage: string,
    inMs: number | undefined,
  ])[] = [
    [0, false, "creating", 100],
    [99, false, "creating", 1],
    [100, false, "starting", 50],
    [150, false, "settled", undefined],
    [150, true, "starting", 150],
    [300, true, "settled", undefined],
  ];
  test.each(cases)("at %d ms of a pod that ends by itself: %s is %s", (ageMs, endsByItself, stage, inMs) => {
    expect(podStage(ageMs, endsByItself, timing)).toEqual({ stage, inMs });
  });

  test("is settled at once where nothing takes time", () => {
    expect(podStage(0, true, INSTANT_TIMING)).toEqual({ stage: "settled", inMs: undefined });
  });
});

describe("the status of a pod on its way", () => {
  const cases = [
    {
      stage: "creating",
      policy: "Always",
      wanted: "ready",
      want: ["Pending", "False", { waiting: { reason: "ContainerCreating" } }],
    },
    { stage: "starting", policy: "Always", wanted: "ready", want: ["Running", "False", { running: {} }] },
    { stage: "settled", policy: "Always", wanted: "ready", want: ["Running", "True", { running: {} }] },
    { stage: "starting", policy: "Always", wanted: "failed", want: ["Running", "False", { running: {} }] },
    { stage: "starting", policy: "Never", wanted: "failed", want: ["Running", "True", { running: {} }] },
    {
      stage: "settled",
      policy: "Never",
      wanted: "failed",
      want: ["Failed", "False", { terminated: { exitCode: 1 } }],
    },
    {
      stage: "starting",
      policy: "Never",
      wanted: "pending",
      want: ["Pending", "False", { waiting: { reason: "ContainerCreating" } }],
    },
  ] as const;
  test.each(cases)("$stage, $policy, $wanted", ({ stage, policy, wanted, want }) => {
    const pod = aPod({
      phase: "Pending",
      spec: { containers: [{ name: "app", image: "a" }], restartPolicy: policy },
    });
    const status = podStatus(pod, wanted, place, nowMs, stage);
    const ready = status.conditions?.find(({ type }) => type === "Ready")?.status;
    expect([status.phase, ready, status.containerStatuses?.[0]?.state]).toMatchObject(want);
  });
});

describe("the age of a pod", () => {
  test("counts from when it was first seen, unless it was there before", () => {
    const ages = new PodAges();
    const made = (creationTimestamp: string) =>
      aPod({ metadata: { uid: creationTimestamp, creationTimestamp } });
    const fresh = made("2025-12-31T23:59:59Z");
    expect(ages.ageOf("a", fresh, nowMs)).toBe(0);
    expect(ages.ageOf("a", fresh, nowMs + 10)).toBe(10);
    expect(ages.ageOf("b", made("2025-12-31T23:59:00Z"), nowMs)).toBe(60_000);
    ages.forget("a");
    expect(ages.ageOf("a", fresh, nowMs + 20)).toBe(0);
  });
});
