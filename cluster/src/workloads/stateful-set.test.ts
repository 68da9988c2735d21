import type { Pod } from "@weir/builtin/core-v1";
import { describe, expect, test } from "vitest";
import { aPod, aStatefulSet } from "../../test/builders.ts";
import { decideStatefulSet, statefulPod, statefulSetStatus } from "./stateful-set.ts";

function member(ordinal: number, ready = true, revision = "db-1", phase = "Running"): Pod {
  return aPod({ name: `db-${ordinal}`, ready, phase, labels: { "controller-revision-hash": revision } });
}

describe("decideStatefulSet", () => {
  const rolling = (partition: number): ReturnType<typeof aStatefulSet> =>
    aStatefulSet({
      spec: { updateStrategy: { rollingUpdate: { partition } } },
      status: { currentRevision: "db-1", replicas: 3, availableReplicas: 3 },
    });
  const cases = [
    { name: "begins with the first pod alone", set: aStatefulSet(), pods: [], want: ["create 0"] },
    {
      name: "waits until the last one is ready",
      set: aStatefulSet(),
      pods: [member(0), member(1, false)],
      want: [],
    },
    {
      name: "goes on with the next one",
      set: aStatefulSet(),
      pods: [member(0), member(1)],
      want: ["create 2"],
    },
    {
      name: "makes all at once where that is asked for",
      set: aStatefulSet({ spec: { podManagementPolicy: "Parallel" } }),
      pods: [member(1, false)],
      want: ["create 0", "create 2"],
    },
    {
      name: "fills a gap before it goes on",
      set: aStatefulSet(),
      pods: [member(0), member(2)],
      want: ["create 1"],
    },
    {
      name: "replaces a pod that has failed",
      set: aStatefulSet(),
      pods: [member(0), member(1, false, "db-1", "Failed"), member(2)],
      want: ["remove db-1"],
    },
    {
      name: "shrinks from the end, one by one",
      set: aStatefulSet({ spec: { replicas: 1 } }),
      pods: [member(0), member(1), member(2)],
      want: ["remove db-2"],
    },
    {
      name: "updates from the end",
      set: rolling(0),
      update: "db-2",
      pods: [member(0), member(1), member(2)],
      want: ["remove db-2"],
    },
    {
      name: "updates the next one when the last is healthy",
      set: rolling(0),
      update: "db-2",
      pods: [member(0), member(1), member(2, true, "db-2")],
      want: ["remove db-1"],
    },
    {
      name: "does not update below the partition",
      set: rolling(2),
      update: "db-2",
      pods: [member(0), member(1), member(2, true, "db-2")],
      want: [],
    },
    {
      name: "leaves updates to deletions where that is asked for",
      set: aStatefulSet({ spec: { updateStrategy: { type: "OnDelete" } } }),
      update: "db-2",
      pods: [member(0), member(1), member(2)],
      want: [],
    },
    {
      name: "numbers from where it is told to",
      set: aStatefulSet({ spec: { replicas: 1, ordinals: { start: 5 } } }),
      pods: [],
      want: ["create 5"],
    },
  ];

  test.each(cases)("$name", ({ set, pods, want, update = "db-1" }) => {
    const acts = decideStatefulSet({ statefulSet: set, pods, updateRevision: update });
    const words = acts.map((act) =>
      act.kind === "create" ? `create ${act.ordinal}` : `remove ${act.pod.metadata.name}`,
    );
    expect(words).toEqual(want);
  });
});

describe("statefulSetStatus", () => {
  test("moves to the new revision when all pods are of it", () => {
    const statefulSet = aStatefulSet({
      status: { currentRevision: "db-1", replicas: 3, availableReplicas: 3 },
    });
    const mixed = [member(0), member(1), member(2, true, "db-2")];
    expect(statefulSetStatus({ statefulSet, pods: mixed, updateRevision: "db-2" }, 0)).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 2,
      updatedReplicas: 1,
      currentRevision: "db-1",
      updateRevision: "db-2",
      collisionCount: 0,
      availableReplicas: 3,
    });
    const all = [0, 1, 2].map((ordinal) => member(ordinal, true, "db-2"));
    expect(statefulSetStatus({ statefulSet, pods: all, updateRevision: "db-2" }, 0)).toMatchObject({
      currentRevision: "db-2",
      currentReplicas: 3,
      updatedReplicas: 3,
    });
  });
});

describe("statefulPod", () => {
  test("has its own claim of each volume", () => {
    const statefulSet = aStatefulSet({
      spec: {
        volumeClaimTemplates: [
          {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"] },
          },
        ],
      },
    });
    const { pod, claims } = statefulPod(statefulSet, 1, "db-abc");
    expect(claims).toMatchObject([{ metadata: { name: "data-db-1", namespace: "apps" } }]);
    expect(pod).toMatchObject({
      metadata: {
        name: "db-1",
        labels: {
          app: "web",
          "apps.kubernetes.io/pod-index": "1",
          "controller-revision-hash": "db-abc",
          "statefulset.kubernetes.io/pod-name": "db-1",
        },
        ownerReferences: [{ kind: "StatefulSet", name: "db", uid: "uid-db", controller: true }],
      },
      spec: {
        hostname: "db-1",
        subdomain: "db",
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data-db-1" } }],
      },
    });
  });
});
