import { describe, expect, test } from "vitest";
import { aDaemonSet, aPod } from "../../test/builders.ts";
import { daemonSetStatus, decideDaemonSet } from "./daemon-set.ts";

const nodeLabels = { "kubernetes.io/os": "linux" };
const windows = {
  template: { spec: { containers: [], nodeSelector: { "kubernetes.io/os": "windows" } } },
};
const fresh = aPod({ name: "a", ready: true, labels: { "controller-revision-hash": "2" } });
const old = aPod({ name: "b", ready: true, labels: { "controller-revision-hash": "1" } });
const going = aPod({ name: "c", metadata: { name: "c", deletionTimestamp: "2026-01-01T00:00:00Z" } });

describe("decideDaemonSet", () => {
  test.each([
    { name: "makes the node's pod", set: aDaemonSet(), pods: [], want: ["create"] },
    { name: "keeps the pod of the present template", set: aDaemonSet(), pods: [fresh], want: [] },
    { name: "removes a pod of an old template", set: aDaemonSet(), pods: [old], want: ["remove b"] },
    { name: "waits until the last pod is gone", set: aDaemonSet(), pods: [going], want: [] },
    {
      name: "keeps an old pod where updates wait for deletions",
      set: aDaemonSet({ spec: { updateStrategy: { type: "OnDelete" } } }),
      pods: [old],
      want: [],
    },
    {
      name: "makes none where the node does not fit",
      set: aDaemonSet({ spec: windows }),
      pods: [],
      want: [],
    },
    {
      name: "removes what does not fit any more",
      set: aDaemonSet({ spec: windows }),
      pods: [fresh],
      want: ["remove a"],
    },
  ])("$name", ({ set, pods, want }) => {
    const acts = decideDaemonSet({ daemonSet: set, pods, updateRevision: "2", nodeLabels });
    expect(acts.map((act) => (act.kind === "create" ? "create" : `remove ${act.pod.metadata.name}`))).toEqual(
      want,
    );
  });
});

describe("daemonSetStatus", () => {
  test("counts the one pod of the one node", () => {
    const daemonSet = aDaemonSet();
    expect(daemonSetStatus({ daemonSet, pods: [fresh], updateRevision: "2", nodeLabels }, 0)).toEqual({
      currentNumberScheduled: 1,
      numberMisscheduled: 0,
      desiredNumberScheduled: 1,
      numberReady: 1,
      observedGeneration: 1,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
    });
    expect(daemonSetStatus({ daemonSet, pods: [], updateRevision: "2", nodeLabels }, 0)).toMatchObject({
      desiredNumberScheduled: 1,
      numberReady: 0,
      numberUnavailable: 1,
    });
  });
});
