import type { Deployment } from "@weir/builtin/apps-v1";
import { describe, expect, test } from "vitest";
import { aDeployment, aReplicaSet } from "../../test/builders.ts";
import { deploymentStatus } from "./deployment-status.ts";
import type { SimulatedStatus } from "./simulated-status.ts";

const nowMs = Date.UTC(2026, 0, 1, 12);
const now = "2026-01-01T12:00:00Z";
const before = "2026-01-01T11:00:00Z";

function progress(
  reason: string,
  lastUpdateTime = before,
  status = "True",
): NonNullable<Deployment["status"]> {
  return {
    conditions: [
      { type: "Progressing", status, reason, message: "m", lastUpdateTime, lastTransitionTime: before },
    ],
  };
}

describe("deploymentStatus", () => {
  test("a finished rollout is available and progressed, in Kubernetes' words", () => {
    const deployment = aDeployment();
    const replicaSets = [aReplicaSet({ name: "web-1", image: "nginx:1" })];
    const { status, deadlineMs } = deploymentStatus({ deployment, replicaSets, wanted: "ready", nowMs });
    expect(deadlineMs).toBeUndefined();
    expect(status).toEqual({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      conditions: [
        {
          type: "Available",
          status: "True",
          reason: "MinimumReplicasAvailable",
          message: "Deployment has minimum availability.",
          lastUpdateTime: now,
          lastTransitionTime: now,
        },
        {
          type: "Progressing",
          status: "True",
          reason: "NewReplicaSetAvailable",
          message: 'ReplicaSet "web-1" has successfully progressed.',
          lastUpdateTime: now,
          lastTransitionTime: now,
        },
      ],
    });
    const again = deploymentStatus({
      deployment: { ...deployment, status },
      replicaSets,
      wanted: "ready",
      nowMs: nowMs + 60_000,
    });
    expect(again.status).toEqual(status);
  });

  const half = [aReplicaSet({ name: "web-1", image: "nginx:1", replicas: 3, available: 1 })];
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly deployment: Deployment;
    readonly wanted?: SimulatedStatus;
    readonly available: string;
    readonly progressing: string;
  }> = [
    {
      name: "has made its ReplicaSet",
      deployment: aDeployment(),
      available: "False MinimumReplicasUnavailable",
      progressing: 'True NewReplicaSetCreated Created new replica set "web-1"',
    },
    {
      name: "goes on",
      deployment: aDeployment({ status: progress("NewReplicaSetCreated") }),
      available: "False MinimumReplicasUnavailable",
      progressing: 'True ReplicaSetUpdated ReplicaSet "web-1" is progressing.',
    },
    {
      name: "has not gone on for too long",
      deployment: aDeployment({
        spec: { progressDeadlineSeconds: 600 },
        status: {
          ...progress("ReplicaSetUpdated"),
          updatedReplicas: 3,
          readyReplicas: 1,
          availableReplicas: 1,
        },
      }),
      available: "False MinimumReplicasUnavailable",
      progressing: 'False ProgressDeadlineExceeded ReplicaSet "web-1" has timed out progressing.',
    },
    {
      name: "keeps a finished rollout finished when a pod is lost",
      deployment: aDeployment({ status: progress("NewReplicaSetAvailable") }),
      available: "False MinimumReplicasUnavailable",
      progressing: "True NewReplicaSetAvailable m",
    },
    {
      name: "is paused",
      deployment: aDeployment({ spec: { paused: true } }),
      available: "False MinimumReplicasUnavailable",
      progressing: "Unknown DeploymentPaused Deployment is paused",
    },
    {
      name: "is wanted to fail, and is past its deadline at once",
      deployment: aDeployment(),
      wanted: "failed",
      available: "False MinimumReplicasUnavailable",
      progressing: 'False ProgressDeadlineExceeded ReplicaSet "web-1" has timed out progressing.',
    },
    {
      name: "has enough where some may be missing",
      deployment: aDeployment({ spec: { strategy: { rollingUpdate: { maxUnavailable: 2 } } } }),
      available: "True MinimumReplicasAvailable",
      progressing: 'True NewReplicaSetCreated Created new replica set "web-1"',
    },
  ];

  test.each(cases)("$name", ({ deployment, wanted = "ready", available, progressing }) => {
    const { status } = deploymentStatus({ deployment, replicaSets: half, wanted, nowMs });
    const find = (type: string): string => {
      const { status: holds, reason, message } = status.conditions?.find((each) => each.type === type) ?? {};
      return type === "Available" ? `${holds} ${reason}` : `${holds} ${reason} ${message}`;
    };
    expect(find("Available")).toBe(available);
    expect(find("Progressing")).toBe(progressing);
    expect(status.unavailableReplicas).toBe(2);
  });

  test("says when the deadline passes, from the last time it got on", () => {
    const deployment = aDeployment({
      spec: { progressDeadlineSeconds: 7200 },
      status: {
        ...progress("ReplicaSetUpdated"),
        updatedReplicas: 3,
        readyReplicas: 1,
        availableReplicas: 1,
      },
    });
    const { deadlineMs } = deploymentStatus({ deployment, replicaSets: half, wanted: "pending", nowMs });
    expect(deadlineMs).toBe(Date.parse(before) + 7_200_000);
  });
});
