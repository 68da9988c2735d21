import { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "@weir/builtin/apps-v1";
import { CronJob, Job } from "@weir/builtin/batch-v1";
import { Endpoints, Node, PersistentVolumeClaim, Pod, Service } from "@weir/builtin/core-v1";
import { EndpointSlice } from "@weir/builtin/discovery-v1";
import { PodDisruptionBudget } from "@weir/builtin/policy-v1";
import type { Kind, KubeClient } from "@weir/client";
import { computeKstatus, type KubeObject } from "@weir/objects";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";
import { becomes, eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";
import { makeNamespace, manifest } from "./manifests.ts";

let cluster: Cluster;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startCluster({ logger: loudLogger });
  client = cluster.client;
});
afterAll(() => cluster[Symbol.asyncDispose]());

function health(kind: Kind<unknown, unknown>, namespace: string, name: string): Promise<string> {
  return client
    .get(kind, { namespace, name })
    .then((object) => (object === undefined ? "absent" : computeKstatus(object as KubeObject).status));
}

async function podsOf(namespace: string): Promise<readonly Pod[]> {
  return (await client.list(Pod, { namespace })).items;
}

describe("a Deployment", () => {
  test("becomes ready through a ReplicaSet and its pods", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 3 }));
    await becomes(() => health(Deployment, namespace, "web"), "Current");
    const deployment = await client.get(Deployment, { namespace, name: "web" });
    expect(deployment?.metadata).toMatchObject({
      generation: 1,
      annotations: { "deployment.kubernetes.io/revision": "1" },
    });
    expect(deployment?.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    const pods = await podsOf(namespace);
    expect(pods.map(({ status, spec }) => [status?.phase, spec?.nodeName])).toEqual(
      Array(3).fill(["Running", "weir"]),
    );
    expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(3);
    await becomes(
      () => health(ReplicaSet, namespace, pods[0]?.metadata.ownerReferences?.[0]?.name ?? ""),
      "Current",
    );
  });

  test("scales up and down", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }));
    for (const replicas of [4, 2, 0]) {
      await client.patch(
        Deployment,
        { namespace, name: "web" },
        { type: "merge", patch: { spec: { replicas } } },
      );
      await becomes(async () => (await podsOf(namespace)).length, replicas);
      await becomes(() => health(Deployment, namespace, "web"), "Current");
    }
  });

  test("rolls a new template out and comes back to the old one", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "web" };
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 3 }));
    await becomes(() => health(Deployment, namespace, "web"), "Current");
    const setImage = async (image: string): Promise<void> => {
      const patch = { spec: { template: { spec: { containers: [{ name: "app", image }] } } } };
      await client.patch(Deployment, key, { type: "strategic", patch });
      await eventually(async () => {
        const deployment = await client.get(Deployment, key);
        expect(deployment?.status?.observedGeneration).toBe(deployment?.metadata.generation);
        expect(computeKstatus(deployment as unknown as KubeObject).status).toBe("Current");
        expect((await podsOf(namespace)).map(({ spec }) => spec?.containers[0]?.image)).toEqual(
          Array(3).fill(image),
        );
      });
    };
    await setImage("nginx:2");
    await setImage("nginx:1");
    const sets = (await client.list(ReplicaSet, { namespace })).items;
    const summary = sets.map(({ metadata, spec }) => [
      metadata.annotations?.["deployment.kubernetes.io/revision"],
      metadata.annotations?.["deployment.kubernetes.io/revision-history"],
      spec?.replicas,
    ]);
    expect(summary.toSorted()).toEqual([
      ["2", undefined, 0],
      ["3", "1", 3],
    ]);
  });

  test("keeps the old pods while the new template fails", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "web" };
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 2 }));
    await becomes(() => health(Deployment, namespace, "web"), "Current");
    const annotations = { "weir.dev/status": "failed" };
    const patch = { spec: { template: { metadata: { annotations } } } };
    await client.patch(Deployment, key, { type: "merge", patch });
    await eventually(async () => {
      const { status } = (await client.get(Deployment, key)) ?? {};
      expect(status?.conditions?.map(({ type, status: holds, reason }) => [type, holds, reason])).toEqual([
        ["Available", "True", "MinimumReplicasAvailable"],
        ["Progressing", "False", "ProgressDeadlineExceeded"],
      ]);
      expect(status).toMatchObject({ availableReplicas: 2, updatedReplicas: 1, unavailableReplicas: 1 });
    });
  });

  test("turns from ready to failed and back with its annotation, pods included", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "web" };
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }));
    await becomes(() => health(Deployment, namespace, "web"), "Current");
    const setStatus = async (value: string | null): Promise<void> => {
      const patch = { metadata: { annotations: { "weir.dev/status": value } } };
      await client.patch(Deployment, key, { type: "merge", patch });
    };
    await setStatus("failed");
    await becomes(() => health(Deployment, namespace, "web"), "Failed");
    await eventually(async () => {
      const [pod] = await podsOf(namespace);
      expect(pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe("CrashLoopBackOff");
    });
    await setStatus(null);
    await becomes(() => health(Deployment, namespace, "web"), "Current");
  });

  test("hangs where it is told to", async () => {
    const namespace = await makeNamespace(client);
    const metadata = { annotations: { "weir.dev/status": "pending" } };
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }, metadata));
    await becomes(async () => (await podsOf(namespace)).map(({ status }) => status?.phase), ["Pending"]);
    await becomes(() => health(Deployment, namespace, "web"), "InProgress");
  });

  test("takes another name where the one of its ReplicaSet is taken", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }));
    await becomes(() => health(Deployment, namespace, "web"), "Current");
    const [taken] = (await client.list(ReplicaSet, { namespace })).items;
    const elsewhere = await makeNamespace(client);
    const { name = "" } = taken?.metadata ?? {};
    const spec = { replicas: 0, selector: { matchLabels: { app: "other" } } };
    const template = {
      metadata: { labels: { app: "other" } },
      spec: { containers: [{ name: "x", image: "x" }] },
    };
    await client.create(ReplicaSet, {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { namespace: elsewhere, name },
      spec: { ...spec, template },
    });
    await client.create(Deployment, manifest.deployment(elsewhere, "web", { replicas: 1 }));
    await becomes(() => health(Deployment, elsewhere, "web"), "Current");
    expect(
      (await client.get(Deployment, { namespace: elsewhere, name: "web" }))?.status?.collisionCount,
    ).toBe(1);
  });

  test("takes everything along when it is deleted", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 2 }));
    await becomes(() => health(Deployment, namespace, "web"), "Current");
    await client.delete(Deployment, { namespace, name: "web" }, { propagationPolicy: "Foreground" });
    await becomes(() => health(Deployment, namespace, "web"), "absent");
    expect(await podsOf(namespace)).toEqual([]);
    expect((await client.list(ReplicaSet, { namespace })).items).toEqual([]);
  });

  test("replaces a pod that is deleted", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 1 }));
    await becomes(() => health(Deployment, namespace, "web"), "Current");
    const [before] = await podsOf(namespace);
    await client.delete(Pod, { namespace, name: before?.metadata.name ?? "" });
    await eventually(async () => {
      const pods = await podsOf(namespace);
      expect(pods.map(({ status }) => status?.phase)).toEqual(["Running"]);
      expect(pods[0]?.metadata.uid).not.toBe(before?.metadata.uid);
    });
  });
});

describe("a StatefulSet", () => {
  test("has numbered pods with bound claims, and updates them", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "db" };
    await client.create(StatefulSet, manifest.statefulSet(namespace, "db", { replicas: 3 }));
    await becomes(() => health(StatefulSet, namespace, "db"), "Current");
    expect((await podsOf(namespace)).map(({ metadata }) => metadata.name)).toEqual(["db-0", "db-1", "db-2"]);
    const claims = (await client.list(PersistentVolumeClaim, { namespace })).items;
    expect(claims.map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([
      ["data-db-0", "Bound"],
      ["data-db-1", "Bound"],
      ["data-db-2", "Bound"],
    ]);
    const patch = { spec: { template: { metadata: { annotations: { changed: "yes" } } } } };
    await client.patch(StatefulSet, key, { type: "merge", patch });
    await eventually(async () => {
      const { status, metadata } = (await client.get(StatefulSet, key)) ?? {};
      expect(status?.observedGeneration).toBe(metadata?.generation);
      expect(status).toMatchObject({ updatedReplicas: 3, currentReplicas: 3, readyReplicas: 3 });
      expect(status?.currentRevision).toBe(status?.updateRevision);
    });
    for (const pod of await podsOf(namespace)) expect(pod.metadata.annotations?.["changed"]).toBe("yes");
  });
});

describe("a DaemonSet", () => {
  test("has one pod on the one node, and updates it", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "agent" };
    await client.create(DaemonSet, manifest.daemonSet(namespace, "agent"));
    await becomes(() => health(DaemonSet, namespace, "agent"), "Current");
    const patch = { spec: { template: { metadata: { annotations: { changed: "yes" } } } } };
    await client.patch(DaemonSet, key, { type: "merge", patch });
    await eventually(async () => {
      expect((await podsOf(namespace)).map(({ metadata }) => metadata.annotations?.["changed"])).toEqual([
        "yes",
      ]);
      expect(await health(DaemonSet, namespace, "agent")).toBe("Current");
    });
    expect((await client.get(Node, { name: "weir" }))?.status?.conditions?.at(-1)).toMatchObject({
      type: "Ready",
      status: "True",
    });
  });
});

describe("a Job", () => {
  test("runs to its end", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Job, manifest.job(namespace, "migrate", { completions: 3, parallelism: 2 }));
    await eventually(async () => {
      const job = await client.get(Job, { namespace, name: "migrate" });
      expect(job?.status).toMatchObject({
        succeeded: 3,
        conditions: [{ type: "SuccessCriteriaMet" }, { type: "Complete" }],
      });
    });
    expect((await podsOf(namespace)).map(({ status }) => status?.phase)).toEqual(Array(3).fill("Succeeded"));
  });

  test("fails where it is told to", async () => {
    const namespace = await makeNamespace(client);
    const metadata = { annotations: { "weir.dev/status": "failed" } };
    await client.create(Job, manifest.job(namespace, "migrate", {}, metadata));
    await becomes(() => health(Job, namespace, "migrate"), "Failed");
  });

  test("goes when its time to live is over", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Job, manifest.job(namespace, "migrate", { ttlSecondsAfterFinished: 0 }));
    await becomes(() => health(Job, namespace, "migrate"), "absent");
    await becomes(async () => (await podsOf(namespace)).length, 0);
  });
});

describe("a Pod of its own", () => {
  test("is bound and runs", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Pod, manifest.pod(namespace, "alone"));
    await becomes(() => health(Pod, namespace, "alone"), "Current");
    await client.delete(Pod, { namespace, name: "alone" });
    await becomes(() => health(Pod, namespace, "alone"), "absent");
  });

  test("that runs once succeeds", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Pod, manifest.pod(namespace, "test", { restartPolicy: "Never" }));
    await eventually(async () => {
      expect((await podsOf(namespace))[0]?.status?.phase).toBe("Succeeded");
    });
  });
});

describe("a Service of the type LoadBalancer", () => {
  test("gets an address", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Service, manifest.service(namespace, "web", { type: "LoadBalancer" }));
    await eventually(async () => {
      const service = await client.get(Service, { namespace, name: "web" });
      expect(service?.status?.loadBalancer?.ingress).toMatchObject([
        { ip: expect.stringMatching(/^192\.0\.2\./) },
      ]);
    });
  });
});

describe("a CronJob", () => {
  test("starts Jobs when they are due, and keeps as many as it may", async () => {
    const namespace = await makeNamespace(client);
    const { spec = {} } = manifest.job(namespace, "tick");
    await client.create(CronJob, {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { namespace, name: "tick" },
      spec: { schedule: "@every 1s", successfulJobsHistoryLimit: 1, jobTemplate: { spec } },
    });
    await eventually(async () => {
      const cronJob = await client.get(CronJob, { namespace, name: "tick" });
      expect(cronJob?.status?.lastScheduleTime).toBeDefined();
      expect(cronJob?.status?.lastSuccessfulTime).toBeDefined();
    });
    await client.delete(CronJob, { namespace, name: "tick" });
    await becomes(async () => (await client.list(Job, { namespace })).items.length, 0);
  });
});

describe("a Service", () => {
  test("has the pods that it selects as endpoints, ready or not", async () => {
    const namespace = await makeNamespace(client);
    const key = { namespace, name: "web" };
    await client.create(
      Service,
      manifest.service(namespace, "web", { ports: [{ name: "http", port: 80, targetPort: "web" }] }),
    );
    const slices = async (): Promise<readonly EndpointSlice[]> =>
      (await client.list(EndpointSlice, { namespace })).items;
    await eventually(async () =>
      expect((await slices()).map(({ endpoints }) => endpoints ?? [])).toEqual([[]]),
    );
    const containers = [{ name: "app", image: "nginx:1", ports: [{ name: "web", containerPort: 8080 }] }];
    const pod = (name: string, status?: string): Pod => ({
      ...manifest.pod(namespace, name, { containers }, { labels: { app: "web" } }),
      ...(status === undefined
        ? {}
        : {
            metadata: { namespace, name, labels: { app: "web" }, annotations: { "weir.dev/status": status } },
          }),
    });
    await client.create(Pod, pod("a"));
    await client.create(Pod, pod("b", "failed"));
    await eventually(async () => {
      const [slice] = await slices();
      expect(slice).toMatchObject({
        addressType: "IPv4",
        ports: [{ name: "http", port: 8080, protocol: "TCP" }],
        metadata: {
          labels: { "kubernetes.io/service-name": "web" },
          ownerReferences: [{ kind: "Service", name: "web" }],
        },
      });
      expect(
        slice?.endpoints.map(({ targetRef, conditions }) => [targetRef?.name, conditions?.ready]),
      ).toEqual([
        ["a", true],
        ["b", false],
      ]);
      const endpoints = await client.get(Endpoints, key);
      expect(endpoints?.subsets).toMatchObject([
        {
          addresses: [{ targetRef: { name: "a" } }],
          notReadyAddresses: [{ targetRef: { name: "b" } }],
          ports: [{ name: "http", port: 8080 }],
        },
      ]);
    });
    await client.delete(Pod, { namespace, name: "a" });
    await eventually(async () => expect((await slices())[0]?.endpoints).toHaveLength(1));
    await client.delete(Service, key);
    await becomes(slices, []);
    await becomes(() => client.get(Endpoints, key), undefined);
  });

  test("without a selector keeps the endpoints that somebody made for it", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Service, manifest.service(namespace, "outside", { selector: {} }));
    const own = { apiVersion: "v1", kind: "Endpoints", metadata: { namespace, name: "outside" } } as const;
    await client.create(Endpoints, {
      ...own,
      subsets: [{ addresses: [{ ip: "192.0.2.9" }], ports: [{ port: 80 }] }],
    });
    await client.create(Pod, manifest.pod(namespace, "a", {}, { labels: { app: "outside" } }));
    await eventually(async () => expect((await podsOf(namespace))[0]?.status?.phase).toBe("Running"));
    await client.delete(Service, { namespace, name: "outside" });
    expect((await client.get(Endpoints, { namespace, name: "outside" }))?.subsets).toHaveLength(1);
  });
});

describe("a PodDisruptionBudget", () => {
  test("lets as many pods be evicted as it may, and more once others are ready", async () => {
    const namespace = await makeNamespace(client);
    await client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 2 }));
    await client.create(PodDisruptionBudget, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { namespace, name: "web" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    const allowed = async (): Promise<number | undefined> =>
      (await client.get(PodDisruptionBudget, { namespace, name: "web" }))?.status?.disruptionsAllowed;
    await becomes(allowed, 1);
    const evict = async (pod: Pod | undefined): Promise<number> => {
      const name = pod?.metadata.name ?? "";
      const body = JSON.stringify({
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { namespace, name },
      });
      const headers = { "content-type": "application/json" };
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
      const answer = await client.raw(path, { method: "POST", headers, body });
      await answer.discard();
      return answer.status;
    };
    const [first] = await podsOf(namespace);
    expect(await evict(first)).toBe(201);
    await eventually(async () => {
      const pods = await podsOf(namespace);
      expect(pods.map(({ metadata }) => metadata.name)).not.toContain(first?.metadata.name);
      expect(pods).toHaveLength(2);
    });
    await becomes(allowed, 1);
  });
});
