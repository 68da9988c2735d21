import { describe, expect, test } from "vitest";
import { aPod, aReplicaSet } from "../../test/builders.ts";
import { decideReplicas, replicaSetStatus } from "./replica-set.ts";

const nowMs = Date.UTC(2026, 0, 1, 12);

describe("decideReplicas", () => {
  const ready = aPod({ name: "ready", ready: true });
  const younger = aPod({
    name: "younger",
    ready: true,
    metadata: { name: "younger", creationTimestamp: "2026-01-02T00:00:00Z" },
  });
  const unready = aPod({ name: "unready" });
  const going = aPod({
    name: "going",
    metadata: { name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" },
  });
  const failed = aPod({ name: "failed", phase: "Failed" });
  test.each([
    { name: "makes all that are missing", wanted: 2, pods: [], want: [2] },
    { name: "does not count what has ended or is going", wanted: 2, pods: [ready, going, failed], want: [1] },
    { name: "keeps what is enough", wanted: 2, pods: [ready, unready], want: [0] },
    { name: "removes what is not ready first", wanted: 1, pods: [ready, unready], want: [0, "unready"] },
    { name: "removes the younger of two", wanted: 1, pods: [ready, younger], want: [0, "younger"] },
  ])("$name", ({ wanted, pods, want }) => {
    const plan = decideReplicas(wanted, pods);
    expect([plan.create, ...plan.remove.map((pod) => pod.metadata.name)]).toEqual(want);
  });
});

describe("replicaSetStatus", () => {
  test("counts a pod as available once it has been ready for long enough", () => {
    const replicaSet = aReplicaSet({});
    const slow = { ...replicaSet, spec: { ...replicaSet.spec, minReadySeconds: 60 } };
    const pods = [
      aPod({ name: "a", ready: true, since: "2026-01-01T11:00:00Z", labels: { app: "web" } }),
      aPod({ name: "b", ready: true, since: "2026-01-01T11:59:30Z" }),
      aPod({ name: "c" }),
    ];
    expect(replicaSetStatus(slow, pods, nowMs)).toEqual({
      status: { replicas: 3, fullyLabeledReplicas: 1, readyReplicas: 2, availableReplicas: 1 },
      availableAtMs: nowMs + 30_000,
    });
  });
});
