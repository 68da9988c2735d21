import { describeError, FakeClock } from "@weir/core";
import type { KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import type { BuiltObject } from "../../src/actions/built-object.ts";
import { isReadyLegacy } from "../../src/actions/legacy-ready.ts";
import { waitUntilReady } from "../../src/actions/wait-for-objects.ts";
import type { ReleaseContext } from "../../src/index.ts";

function built(apiVersion: string, kind: string, fields: object): BuiltObject {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const plural = `${kind.toLowerCase()}s`;
  return {
    object: {
      apiVersion,
      kind,
      metadata: { name: "a", namespace: "apps", generation: 1 },
      ...fields,
    } as KubeObject,
    kind: {
      group: group ?? "",
      version: version ?? "",
      kind,
      plural,
      scope: "Namespaced",
      verbs: [],
      subresources: [],
    },
  };
}

const seen = { observedGeneration: 1 };
const revision = { annotations: { "deployment.kubernetes.io/revision": "2" } };
const deployment = (replicas: number, strategy: object = {}): object => ({
  metadata: { name: "a", namespace: "apps", generation: 1, uid: "u", ...revision },
  spec: { replicas, strategy, selector: { matchLabels: { app: "a" } } },
  status: seen,
});
const replicaSet = (readyReplicas: number): KubeObject =>
  ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: "a-1",
      generation: 1,
      ...revision,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "a", uid: "u", controller: true }],
    },
    status: { ...seen, readyReplicas },
  }) as unknown as KubeObject;

interface Case {
  readonly name: string;
  readonly object: BuiltObject;
  readonly others?: readonly KubeObject[];
  readonly want: boolean;
}

const cases: readonly Case[] = [
  { name: "a kind without a rule", object: built("v1", "ConfigMap", {}), want: true },
  { name: "a Pod that is not ready", object: built("v1", "Pod", { status: {} }), want: false },
  {
    name: "a Pod that is",
    object: built("v1", "Pod", { status: { conditions: [{ type: "Ready", status: "True" }] } }),
    want: true,
  },
  {
    name: "a claim that is bound",
    object: built("v1", "PersistentVolumeClaim", { status: { phase: "Bound" } }),
    want: true,
  },
  {
    name: "a claim that waits",
    object: built("v1", "PersistentVolumeClaim", { status: { phase: "Pending" } }),
    want: false,
  },
  { name: "a Service without an address", object: built("v1", "Service", { spec: {} }), want: false },
  {
    name: "a Service of another name",
    object: built("v1", "Service", { spec: { type: "ExternalName" } }),
    want: true,
  },
  {
    name: "a balancer without an address",
    object: built("v1", "Service", {
      spec: { type: "LoadBalancer", clusterIP: "10.0.0.1" },
      status: { loadBalancer: {} },
    }),
    want: false,
  },
  {
    name: "a balancer with one",
    object: built("v1", "Service", {
      spec: { type: "LoadBalancer", clusterIP: "10.0.0.1" },
      status: { loadBalancer: { ingress: [{}] } },
    }),
    want: true,
  },
  {
    name: "a Deployment that is paused",
    object: built("apps/v1", "Deployment", { spec: { paused: true } }),
    want: true,
  },
  {
    name: "a Deployment without its ReplicaSet",
    object: built("apps/v1", "Deployment", deployment(1)),
    want: false,
  },
  {
    name: "a Deployment with enough of its replicas",
    object: built("apps/v1", "Deployment", deployment(4)),
    others: [replicaSet(3)],
    want: true,
  },
  {
    name: "a Deployment with too few",
    object: built("apps/v1", "Deployment", deployment(4)),
    others: [replicaSet(2)],
    want: false,
  },
  {
    name: "a Deployment that is recreated needs all",
    object: built("apps/v1", "Deployment", deployment(2, { type: "Recreate" })),
    others: [replicaSet(1)],
    want: false,
  },
  {
    name: "a StatefulSet that updates some of its replicas",
    object: built("apps/v1", "StatefulSet", {
      spec: { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } },
      status: { ...seen, updatedReplicas: 1, readyReplicas: 3, currentRevision: "a", updateRevision: "b" },
    }),
    want: true,
  },
  {
    name: "a StatefulSet between revisions",
    object: built("apps/v1", "StatefulSet", {
      spec: { replicas: 1, updateStrategy: { type: "RollingUpdate" } },
      status: { ...seen, updatedReplicas: 1, readyReplicas: 1, currentRevision: "a", updateRevision: "b" },
    }),
    want: false,
  },
  {
    name: "a DaemonSet with enough of its Pods",
    object: built("apps/v1", "DaemonSet", {
      spec: { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "50%" } } },
      status: { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 1 },
    }),
    want: true,
  },
  {
    name: "a definition whose names clash",
    object: built("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
      status: { conditions: [{ type: "NamesAccepted", status: "False" }] },
    }),
    want: true,
  },
];

describe("helm 3's rules", () => {
  test.each(cases)("tell that $name is ready: $want", async ({ object, others = [], want }) => {
    const reads = { checkJobs: true, get: async () => object.object, list: async () => others };
    expect(await isReadyLegacy(object, reads)).toBe(want);
  });

  test("ask for Jobs only where it is asked for", async () => {
    const job = built("batch/v1", "Job", { spec: { completions: 1 }, status: { succeeded: 0 } });
    const reads = { get: async () => job.object, list: async () => [] };
    expect(await isReadyLegacy(job, { ...reads, checkJobs: false })).toBe(true);
    expect(await isReadyLegacy(job, { ...reads, checkJobs: true })).toBe(false);
  });

  test("give a Job up that failed too often", async () => {
    const job = built("batch/v1", "Job", { spec: { backoffLimit: 1 }, status: { failed: 2 } });
    const reads = { checkJobs: true, get: async () => job.object, list: async () => [] };
    await expect(isReadyLegacy(job, reads)).rejects.toThrow("job is failed: apps/a");
  });
});

describe("a wait by helm 3's rules", () => {
  const pod = (isReady: boolean): BuiltObject =>
    built("v1", "Pod", { status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] } });

  function contextOf(clock: FakeClock, get: () => BuiltObject): ReleaseContext {
    const client = { get: async () => get().object } as unknown as KubeClient;
    return { client, clock, fieldManager: "helm", store: undefined as never };
  }

  test("asks every two seconds", async () => {
    const clock = new FakeClock();
    let asked = 0;
    const context = contextOf(clock, () => pod(++asked > 2));
    const waiting = waitUntilReady(context, [pod(false)], {
      strategy: "legacy",
      withJobs: false,
      timeoutMs: 60_000,
    });
    for (let seconds = 0; seconds < 4; seconds += 1) await clock.advance(1_000);
    await waiting;
    expect(asked).toBe(3);
  });

  test("ends in Go's words", async () => {
    const clock = new FakeClock();
    const context = contextOf(clock, () => pod(false));
    const waiting = waitUntilReady(context, [pod(false)], {
      strategy: "legacy",
      withJobs: false,
      timeoutMs: 3_000,
    }).catch((error: unknown) => describeError(error));
    for (let seconds = 0; seconds < 4; seconds += 1) await clock.advance(1_000);
    expect(await waiting).toBe("context deadline exceeded");
  });
});
