import { describe, expect, test } from "vitest";
import { aPod } from "../../test/builders.ts";
import { isPodFinished, isPodReady, podStatus } from "./pod-status.ts";
import type { SimulatedStatus } from "./simulated-status.ts";

const nowMs = Date.UTC(2026, 0, 1, 12);
const now = "2026-01-01T12:00:00Z";
const place = { hostIP: "172.18.0.2", podIP: "10.244.0.2" };

function fresh(restartPolicy: string): ReturnType<typeof aPod> {
  const { status: _, ...pod } = aPod({ spec: { restartPolicy } });
  return pod;
}

describe("podStatus", () => {
  test.each<{
    readonly name: string;
    readonly wanted: SimulatedStatus;
    readonly restartPolicy: string;
    readonly want: readonly [phase: string, ready: string, state: string];
  }>([
    {
      name: "runs what is to run for ever",
      wanted: "ready",
      restartPolicy: "Always",
      want: ["Running", "True", "running"],
    },
    {
      name: "completes what is to run once",
      wanted: "ready",
      restartPolicy: "Never",
      want: ["Succeeded", "False PodCompleted", "terminated Completed 0"],
    },
    {
      name: "completes what is to run until it succeeds",
      wanted: "ready",
      restartPolicy: "OnFailure",
      want: ["Succeeded", "False PodCompleted", "terminated Completed 0"],
    },
    {
      name: "lets what is to run for ever crash again and again",
      wanted: "failed",
      restartPolicy: "Always",
      want: ["Running", "False ContainersNotReady", "waiting CrashLoopBackOff"],
    },
    {
      name: "lets what is to run once fail",
      wanted: "failed",
      restartPolicy: "Never",
      want: ["Failed", "False PodFailed", "terminated Error 1"],
    },
    {
      name: "keeps a pod that hangs before its start",
      wanted: "pending",
      restartPolicy: "Always",
      want: ["Pending", "False ContainersNotReady", "waiting ContainerCreating"],
    },
  ])("$name", ({ wanted, restartPolicy, want }) => {
    const status = podStatus(fresh(restartPolicy), wanted, place, nowMs);
    const ready = status.conditions?.find(({ type }) => type === "Ready");
    const [kind, state] = Object.entries(status.containerStatuses?.[0]?.state ?? {})[0] ?? [];
    const words = [kind, state?.reason, state?.exitCode].filter((word) => word !== undefined).join(" ");
    expect([status.phase, [ready?.status, ready?.reason].filter(Boolean).join(" "), words]).toEqual(want);
  });

  test("reports places, images and all conditions of a running pod", () => {
    const status = podStatus(fresh("Always"), "ready", place, nowMs);
    expect(status).toEqual({
      phase: "Running",
      hostIP: "172.18.0.2",
      hostIPs: [{ ip: "172.18.0.2" }],
      podIP: "10.244.0.2",
      podIPs: [{ ip: "10.244.0.2" }],
      startTime: now,
      conditions: [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
      ].map((type) => ({ type, status: "True", lastTransitionTime: now })),
      containerStatuses: [
        {
          name: "app",
          image: "nginx:1",
          imageID: "nginx:1",
          containerID: "weir://uid-web-0/app",
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: now } },
        },
      ],
    });
  });

  test("keeps its times while nothing changes, and is then ready or finished", () => {
    const pod = fresh("Always");
    const status = podStatus(pod, "ready", place, nowMs);
    const later = podStatus({ ...pod, status }, "ready", place, nowMs + 60_000);
    expect(later).toEqual(status);
    expect(isPodReady({ ...pod, status })).toBe(true);
    expect(isPodFinished({ ...pod, status })).toBe(false);
    const failed = podStatus({ ...pod, status }, "failed", place, nowMs + 60_000);
    expect(failed.conditions?.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ["PodReadyToStartContainers", now],
      ["Initialized", now],
      ["Ready", "2026-01-01T12:01:00Z"],
      ["ContainersReady", "2026-01-01T12:01:00Z"],
      ["PodScheduled", now],
    ]);
  });

  test("has run its init containers, and runs its sidecars along", () => {
    const initContainers = [
      { name: "setup", image: "setup:1" },
      { name: "proxy", image: "proxy:1", restartPolicy: "Always" },
    ];
    const pod = { ...fresh("Always"), spec: { containers: [], initContainers } };
    const states = podStatus(pod, "ready", place, nowMs).initContainerStatuses?.map(
      ({ name, ready, state }) => [name, ready, Object.keys(state ?? {})[0]],
    );
    expect(states).toEqual([
      ["setup", true, "terminated"],
      ["proxy", true, "running"],
    ]);
  });
});
