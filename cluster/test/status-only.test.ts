import { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "@weir/builtin/apps-v1";
import { Job } from "@weir/builtin/batch-v1";
import { Node, Pod } from "@weir/builtin/core-v1";
import type { KubeClient } from "@weir/client";
import { computeKstatus, type KubeObject } from "@weir/objects";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";
import { becomes, eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";
import { makeNamespace, manifest } from "./manifests.ts";

let cluster: Cluster;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startCluster({
    logger: loudLogger,
    statusAnnotation: "test.local/status",
    loops: {
      namespaces: "finalizer-only",
      garbage: false,
      accounts: false,
      rootCertificate: false,
      workloads: "status-only",
    },
  });
  client = cluster.client;
});
afterAll(() => cluster[Symbol.asyncDispose]());

const asked = (status: string): { readonly annotations: Readonly<Record<string, string>> } => ({
  annotations: { "test.local/status": status },
});

function statusOf(object: unknown): string {
  return computeKstatus(object as KubeObject).status;
}

describe("workloads of which only the status is written", () => {
  test("a Deployment is available without a ReplicaSet, and follows its generation", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "web" };
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }));
    const read = async (): Promise<unknown> => (await client.get(Deployment, key))?.status;
    const want = {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [
        {
          type: "Available",
          status: "True",
          reason: "MinimumReplicasAvailable",
          message: "Deployment has minimum availability.",
          lastUpdateTime: null,
          lastTransitionTime: null,
        },
        {
          type: "Progressing",
          status: "True",
          reason: "NewReplicaSetAvailable",
          message: "ReplicaSet has successfully progressed.",
          lastUpdateTime: null,
          lastTransitionTime: null,
        },
      ],
    };
    await becomes(read, want);
    await client.patch(Deployment, key, { type: "merge", patch: { spec: { replicas: 3 } } });
    await eventually(async () => {
      expect(await read()).toMatchObject({ observedGeneration: 2, replicas: 3, availableReplicas: 3 });
    });
    expect((await client.list(ReplicaSet, { namespace })).items).toEqual([]);
    expect((await client.list(Node)).items).toEqual([]);
  });

  test("a Deployment fails and recovers with its annotation", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "web" };
    await client.create(Deployment, manifest.deployment(namespace, "web", {}, asked("failed")));
    await becomes(async () => statusOf(await client.get(Deployment, key)), "Failed");
    await client.patch(Deployment, key, { type: "merge", patch: { metadata: asked("ready") } });
    await becomes(async () => statusOf(await client.get(Deployment, key)), "Current");
    await client.patch(Deployment, key, { type: "merge", patch: { metadata: asked("pending") } });
    await becomes(async () => statusOf(await client.get(Deployment, key)), "InProgress");
  });

  test("StatefulSets and DaemonSets are ready", async () => {
    const namespace = await makeNamespace(client);
    await client.create(StatefulSet, manifest.statefulSet(namespace, "db", { replicas: 2 }));
    await client.create(DaemonSet, manifest.daemonSet(namespace, "agent"));
    await becomes(async () => statusOf(await client.get(StatefulSet, { namespace, name: "db" })), "Current");
    await becomes(async () => statusOf(await client.get(DaemonSet, { namespace, name: "agent" })), "Current");
    expect((await client.list(Pod, { namespace })).items).toEqual([]);
  });

  test.each([
    { status: "ready", want: ["SuccessCriteriaMet", "Complete"] },
    { status: "failed", want: ["FailureTarget", "Failed"] },
  ])("a Job that is wanted $status ends at once", async ({ status, want }) => {
    const namespace = await makeNamespace(client);
    await client.create(Job, manifest.job(namespace, "j", {}, asked(status)));
    const read = async (): Promise<unknown> =>
      (await client.get(Job, { namespace, name: "j" }))?.status?.conditions?.map(({ type }) => type);
    await becomes(read, want);
  });

  test.each([
    { status: "ready", want: "Succeeded" },
    { status: "failed", want: "Failed" },
    { status: "pending", want: "Pending" },
  ])("a Pod that is wanted $status is $want", async ({ status, want }) => {
    const namespace = await makeNamespace(client);
    await client.create(Pod, manifest.pod(namespace, "p", {}, asked(status)));
    await becomes(async () => (await client.get(Pod, { namespace, name: "p" }))?.status?.phase, want);
  });
});
