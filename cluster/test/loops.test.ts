import { Deployment, ReplicaSet } from "@weir/builtin/apps-v1";
import { HorizontalPodAutoscaler } from "@weir/builtin/autoscaling-v2";
import { Job } from "@weir/builtin/batch-v1";
import { Event, Pod, Secret, ServiceAccount } from "@weir/builtin/core-v1";
import type { KubeClient } from "@weir/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";
import { becomes, eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";
import { makeNamespace, manifest } from "./manifests.ts";

let cluster: Cluster;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startCluster({ logger: loudLogger, eventTtlMs: 1500, authorization: "RBAC" });
  client = cluster.client;
});
afterAll(() => cluster[Symbol.asyncDispose]());

describe("an Event", () => {
  test("goes once nobody has written it for its time to live", async () => {
    const namespace = await makeNamespace(client);
    const anEvent = (name: string, lastMs: number): Event =>
      ({
        apiVersion: "v1",
        kind: "Event",
        metadata: { namespace, name },
        involvedObject: { kind: "Pod", namespace, name: "x" },
        lastTimestamp: `${new Date(lastMs).toISOString().slice(0, 19)}Z`,
      }) as unknown as Event;
    await client.create(Event, anEvent("old", Date.now()));
    await client.create(Event, anEvent("kept", Date.now() + 3_600_000));
    await becomes(
      async () => (await client.list(Event, { namespace })).items.map(({ metadata }) => metadata.name),
      ["kept"],
    );
  });
});

describe("a Secret of an account", () => {
  const aSecret = (namespace: string, account: string): Secret => ({
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/service-account-token",
    metadata: {
      namespace,
      name: "robot-token",
      annotations: { "kubernetes.io/service-account.name": account },
    },
  });

  async function whoami(token: string): Promise<number | string> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const answer = await client.raw(path, { method: "POST", headers, body: "{}" });
    const body = (await answer.json()) as {
      readonly status?: { readonly userInfo?: { readonly username?: string } };
    };
    return answer.status === 201 ? (body.status?.userInfo?.username ?? "") : answer.status;
  }

  test("gets a token that lasts as long as the Secret, with what its bearer needs", async () => {
    const namespace = await makeNamespace(client);
    const account = await client.create(ServiceAccount, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { namespace, name: "robot" },
    });
    await client.create(Secret, aSecret(namespace, "robot"));
    const key = { namespace, name: "robot-token" };
    const token = await eventually(async () => {
      const secret = await client.get(Secret, key);
      expect(secret?.metadata.annotations?.["kubernetes.io/service-account.uid"]).toBe(account.metadata.uid);
      const text = (field: string): string =>
        Buffer.from(secret?.data?.[field] ?? "", "base64").toString("utf8");
      expect([text("namespace"), text("ca.crt")]).toEqual([namespace, cluster.certificateAuthority]);
      return text("token");
    });
    expect(await whoami(token)).toBe(`system:serviceaccount:${namespace}:robot`);
    await client.delete(Secret, key);
    expect(await whoami(token)).toBe(401);
  });

  test("goes with its account, and without one", async () => {
    const namespace = await makeNamespace(client);
    const metadata = { namespace, name: "robot" };
    await client.create(ServiceAccount, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    await client.create(Secret, aSecret(namespace, "robot"));
    const secret = () => client.get(Secret, { namespace, name: "robot-token" });
    await eventually(async () => expect((await secret())?.data?.["token"]).toBeDefined());
    await client.delete(ServiceAccount, metadata);
    await becomes(secret, undefined);
  });
});

describe("a HorizontalPodAutoscaler", () => {
  test("keeps its target within its bounds, and says that there are no metrics", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "web" };
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }));
    await client.create(HorizontalPodAutoscaler, {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: key,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 4,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
          },
        ],
      },
    });
    await eventually(async () => {
      expect((await client.get(Deployment, key))?.spec?.replicas).toBe(2);
      const { status } = (await client.get(HorizontalPodAutoscaler, key)) ?? {};
      expect(status).toMatchObject({ currentReplicas: 2, desiredReplicas: 2 });
      expect(
        status?.conditions?.map(({ type, status: holds, reason }) => [type, holds, reason]).sort(),
      ).toEqual([
        ["AbleToScale", "True", "SucceededGetScale"],
        ["ScalingActive", "False", "FailedGetResourceMetric"],
      ]);
    });
  });

  test("says that its target is not there", async () => {
    const namespace = await makeNamespace(client);
    await client.create(HorizontalPodAutoscaler, {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { namespace, name: "web" },
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "gone" }, maxReplicas: 4 },
    });
    await eventually(async () => {
      const { status } = (await client.get(HorizontalPodAutoscaler, { namespace, name: "web" })) ?? {};
      expect(status?.conditions?.[0]).toMatchObject({
        reason: "FailedGetScale",
        message: `the HPA controller was unable to get the target's current scale: deployments.apps "gone" not found`,
      });
    });
  });
});

describe("adoption", () => {
  test("brings orphaned pods and ReplicaSets back to a Deployment of the same selector", async () => {
    const namespace = await makeNamespace(client);
    const deployment = manifest.deployment(namespace, "web", { replicas: 2 });
    const pods = async (): Promise<readonly Pod[]> => (await client.list(Pod, { namespace })).items;
    const uids = async (): Promise<readonly unknown[]> =>
      (await pods()).map(({ metadata }) => metadata.uid).sort();
    await client.create(Deployment, deployment);
    await becomes(
      async () => (await client.get(Deployment, { namespace, name: "web" }))?.status?.readyReplicas,
      2,
    );
    const before = await uids();
    await client.delete(Deployment, { namespace, name: "web" }, { propagationPolicy: "Orphan" });
    await eventually(async () => {
      const [replicaSet] = (await client.list(ReplicaSet, { namespace })).items;
      expect(replicaSet?.metadata.ownerReferences ?? []).toEqual([]);
    });
    await client.delete(
      ReplicaSet,
      { namespace, name: (await client.list(ReplicaSet, { namespace })).items[0]?.metadata.name ?? "" },
      { propagationPolicy: "Orphan" },
    );
    await eventually(async () => {
      expect((await client.list(ReplicaSet, { namespace })).items).toEqual([]);
      for (const { metadata } of await pods()) expect(metadata.ownerReferences ?? []).toEqual([]);
    });
    await client.create(Deployment, deployment);
    await eventually(async () => {
      const [replicaSet, ...more] = (await client.list(ReplicaSet, { namespace })).items;
      expect(more).toEqual([]);
      for (const { metadata } of await pods())
        expect(metadata.ownerReferences?.[0]?.uid).toBe(replicaSet?.metadata.uid);
      expect(await uids()).toEqual(before);
    });
  });

  test("lets go of a pod whose labels no longer fit, and makes another one", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }));
    const pods = async (): Promise<readonly Pod[]> => (await client.list(Pod, { namespace })).items;
    await becomes(async () => (await pods()).length, 1);
    const name = (await pods())[0]?.metadata.name ?? "";
    await client.patch(
      Pod,
      { namespace, name },
      { type: "merge", patch: { metadata: { labels: { app: "debug" } } } },
    );
    await eventually(async () => {
      const all = await pods();
      expect(all).toHaveLength(2);
      expect(all.find(({ metadata }) => metadata.name === name)?.metadata.ownerReferences ?? []).toEqual([]);
    });
  });
});

describe("a failing Job", () => {
  test("tries again as often as it may", async () => {
    const namespace = await makeNamespace(client);
    const annotations = { "weir.dev/status": "failed" };
    await client.create(Job, manifest.job(namespace, "migrate", { backoffLimit: 2 }, { annotations }));
    await eventually(async () => {
      const { status } = (await client.get(Job, { namespace, name: "migrate" })) ?? {};
      expect(status?.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
        ["FailureTarget", "BackoffLimitExceeded"],
        ["Failed", "BackoffLimitExceeded"],
      ]);
      expect(status?.failed).toBe(3);
    });
    expect((await client.list(Pod, { namespace })).items).toHaveLength(3);
  });

  test("that hangs ends when its time is over", async () => {
    const namespace = await makeNamespace(client);
    const annotations = { "weir.dev/status": "pending" };
    await client.create(
      Job,
      manifest.job(namespace, "migrate", { activeDeadlineSeconds: 1 }, { annotations }),
    );
    await eventually(async () => {
      const { status } = (await client.get(Job, { namespace, name: "migrate" })) ?? {};
      expect(status?.conditions?.map(({ reason }) => reason)).toEqual([
        "DeadlineExceeded",
        "DeadlineExceeded",
      ]);
    });
  });
});

describe("workloads that take time", () => {
  test("are created, start, and go", async () => {
    const timing = { creatingMs: 150, readyMs: 100, runMs: 100, terminatingMs: 200, retryMs: 0 };
    await using slow = await startCluster({ logger: loudLogger, timing });
    const namespace = await makeNamespace(slow.client);
    const seen: string[] = [];
    const ended = new AbortController();
    const watching = (async () => {
      for await (const event of slow.client.watch(Pod, { namespace, signal: ended.signal })) {
        if (event.type !== "ADDED" && event.type !== "MODIFIED" && event.type !== "DELETED") continue;
        const { metadata, status } = event.object;
        const ready = status?.conditions?.find(({ type }) => type === "Ready")?.status ?? "-";
        const state = metadata.deletionTimestamp === undefined ? `${status?.phase} ${ready}` : "going";
        if (seen.at(-1) !== state) seen.push(state);
      }
    })().catch(() => undefined);
    await eventually(() => slow.client.create(Pod, manifest.pod(namespace, "one")));
    await eventually(() => expect(seen.at(-1)).toBe("Running True"));
    const startedMs = performance.now();
    await slow.client.delete(Pod, { namespace, name: "one" });
    await becomes(() => slow.client.get(Pod, { namespace, name: "one" }), undefined);
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    ended.abort();
    await watching;
    expect(seen).toEqual(["Pending -", "Pending False", "Running False", "Running True", "going"]);
  });
});
