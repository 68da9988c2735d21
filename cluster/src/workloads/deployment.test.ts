import { describe, expect, test } from "vitest";
import { aDeployment, aReplicaSet } from "../../test/builders.ts";
import { decideDeployment, type DeploymentAct, deploymentRevision } from "./deployment.ts";

/** Annotations of the present ReplicaSet when nothing is to be said any more. */
function settled(revision: string, replicas = 3, maximum = replicas + 1): Readonly<Record<string, string>> {
  return {
    "deployment.kubernetes.io/revision": revision,
    "deployment.kubernetes.io/desired-replicas": String(replicas),
    "deployment.kubernetes.io/max-replicas": String(maximum),
  };
}

function inWords(act: DeploymentAct): string {
  switch (act.kind) {
    case "create":
      return `create ${act.replicaSet.replicas}`;
    case "scale":
      return `scale ${act.replicaSet.metadata.name} to ${act.replicas}`;
    case "annotate":
      return `annotate ${act.replicaSet.metadata.name}`;
    case "forget":
      return `forget ${act.replicaSet.metadata.name}`;
  }
}

describe("decideDeployment", () => {
  const current = { name: "new", image: "nginx:2", annotations: settled("2") };
  const old = { name: "old", image: "nginx:1", revision: "1" };
  const next = aDeployment({ image: "nginx:2" });
  const recreate = aDeployment({ image: "nginx:2", spec: { strategy: { type: "Recreate" } } });
  const cases = [
    { name: "makes the first ReplicaSet at full size", deployment: next, sets: [], want: ["create 3"] },
    {
      name: "leaves a finished rollout alone",
      deployment: next,
      sets: [aReplicaSet(current), aReplicaSet({ ...old, replicas: 0 })],
      want: [],
    },
    {
      name: "begins an update with what the surge leaves room for",
      deployment: next,
      sets: [aReplicaSet(old)],
      want: ["create 1"],
    },
    {
      name: "removes an old pod for each new one that is available",
      deployment: next,
      sets: [aReplicaSet({ ...current, replicas: 1 }), aReplicaSet(old)],
      want: ["scale old to 2"],
    },
    {
      name: "adds a new pod for each old one that is gone",
      deployment: next,
      sets: [aReplicaSet({ ...current, replicas: 1 }), aReplicaSet({ ...old, replicas: 2 })],
      want: ["scale new to 2"],
    },
    {
      name: "keeps the old pods while the new ones are not available",
      deployment: next,
      sets: [aReplicaSet({ ...current, replicas: 1, available: 0 }), aReplicaSet(old)],
      want: [],
    },
    {
      name: "gives up old pods that are not available anyway",
      deployment: aDeployment({
        image: "nginx:2",
        spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
      }),
      sets: [aReplicaSet({ ...current, replicas: 1, available: 0 }), aReplicaSet({ ...old, available: 2 })],
      want: ["scale old to 2"],
    },
    {
      name: "may go below the number where that is allowed",
      deployment: aDeployment({
        image: "nginx:2",
        spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "50%" } } },
      }),
      sets: [aReplicaSet({ ...current, annotations: settled("2", 3, 3), replicas: 0 }), aReplicaSet(old)],
      want: ["scale old to 2"],
    },
    {
      name: "scales what is there up",
      deployment: aDeployment({ image: "nginx:2", spec: { replicas: 5 } }),
      sets: [aReplicaSet({ ...current, annotations: settled("2", 5, 7) })],
      want: ["scale new to 5"],
    },
    {
      name: "scales what is there down",
      deployment: aDeployment({ image: "nginx:2", spec: { replicas: 0 } }),
      sets: [aReplicaSet({ ...current, annotations: settled("2", 0, 0) })],
      want: ["scale new to 0"],
    },
    {
      name: "recreates by removing all old pods first",
      deployment: recreate,
      sets: [aReplicaSet(old)],
      want: ["scale old to 0"],
    },
    {
      name: "waits for the old pods to be gone",
      deployment: recreate,
      sets: [aReplicaSet({ ...old, replicas: 0, running: 1 })],
      want: [],
    },
    {
      name: "then makes all new ones",
      deployment: recreate,
      sets: [aReplicaSet({ ...old, replicas: 0 })],
      want: ["create 3"],
    },
    {
      name: "changes nothing but the size while it is paused",
      deployment: aDeployment({ image: "nginx:2", spec: { paused: true, replicas: 1 } }),
      sets: [aReplicaSet(old)],
      want: ["scale old to 1"],
    },
    {
      name: "numbers an earlier template anew when it is back",
      deployment: aDeployment({ image: "nginx:1" }),
      sets: [aReplicaSet({ ...current, replicas: 0 }), aReplicaSet(old)],
      want: ["annotate old"],
    },
    {
      name: "hands on new annotations of the Deployment",
      deployment: aDeployment({ image: "nginx:2", metadata: { annotations: { note: "b" } } }),
      sets: [aReplicaSet(current)],
      want: ["annotate new"],
    },
    {
      name: "forgets the oldest beyond the limit of the history",
      deployment: aDeployment({ image: "nginx:2", spec: { revisionHistoryLimit: 1 } }),
      sets: [
        aReplicaSet({ ...current, annotations: settled("4") }),
        aReplicaSet({ name: "b", image: "b", replicas: 0, revision: "3" }),
        aReplicaSet({ name: "a", image: "a", replicas: 0, revision: "2" }),
        aReplicaSet({ name: "0", image: "0", replicas: 0, revision: "1" }),
      ],
      want: ["forget 0", "forget a"],
    },
    {
      name: "does nothing once it is being deleted",
      deployment: aDeployment({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
      sets: [],
      want: [],
    },
  ];

  test.each(cases)("$name", ({ deployment, sets, want }) => {
    expect(decideDeployment({ deployment, replicaSets: sets }).map(inWords)).toEqual(want);
  });

  test("a new ReplicaSet has the next revision and the Deployment's annotations but for its own", () => {
    const deployment = aDeployment({
      metadata: {
        name: "web",
        annotations: { note: "b", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
      },
    });
    const [act] = decideDeployment({ deployment, replicaSets: [aReplicaSet({ image: "x", revision: "7" })] });
    expect(act).toMatchObject({
      kind: "create",
      replicaSet: { name: expect.stringMatching(/^web-[b-df-hj-np-tv-xz2-9]+$/) },
    });
    expect(act?.kind === "create" && act.replicaSet.annotations).toEqual({ note: "b", ...settled("8") });
  });

  test("a template that is back keeps the numbers that it had", () => {
    const back = aReplicaSet({ name: "old", image: "nginx:1", revision: "1" });
    const other = aReplicaSet({ name: "new", image: "nginx:2", revision: "2", replicas: 0 });
    const deployment = aDeployment({ image: "nginx:1" });
    expect(decideDeployment({ deployment, replicaSets: [back, other] })).toMatchObject([
      {
        kind: "annotate",
        annotations: { ...settled("3"), "deployment.kubernetes.io/revision-history": "1" },
      },
    ]);
    expect(deploymentRevision({ deployment, replicaSets: [back, other] })).toBe("1");
  });
});
