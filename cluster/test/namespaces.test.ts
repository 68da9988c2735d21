import { ConfigMap, Namespace, Pod, Secret, ServiceAccount } from "@weir/builtin/core-v1";
import { Deployment } from "@weir/builtin/apps-v1";
import type { KubeClient } from "@weir/client";
import { describe, expect, test } from "vitest";
import { type Cluster, type Loops, startCluster } from "../src/index.ts";
import { becomes, eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";
import { makeNamespace, manifest } from "./manifests.ts";

function start(loops: Loops = {}): Promise<Cluster> {
  return startCluster({ logger: loudLogger, loops });
}

async function makeConfigMap(
  client: KubeClient,
  namespace: string,
  finalizers: readonly string[] = [],
): Promise<void> {
  const metadata = { namespace, name: "content", finalizers };
  await client.create(ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata });
}

describe("a deleted namespace", () => {
  test("goes with all that is in it", async () => {
    await using cluster = await start();
    const { client } = cluster;
    const name = await makeNamespace(client);
    await makeConfigMap(client, name);
    await client.create(Deployment, manifest.deployment(name, "web", { replicas: 2 }));
    await becomes(async () => (await client.list(Pod, { namespace: name })).items.length, 2);
    await client.delete(Namespace, { name });
    await becomes(() => client.get(Namespace, { name }), undefined);
    expect((await client.list(ConfigMap, { namespace: name })).items).toEqual([]);
    expect((await client.list(Pod, { namespace: name })).items).toEqual([]);
  });

  test("says what keeps it, and goes when that is gone", async () => {
    await using cluster = await start();
    const { client } = cluster;
    const name = await makeNamespace(client);
    await makeConfigMap(client, name, ["example.com/hold"]);
    await client.delete(Namespace, { name });
    await eventually(async () => {
      const { status } = (await client.get(Namespace, { name })) ?? {};
      expect(status?.phase).toBe("Terminating");
      const remaining = status?.conditions?.filter((condition) => condition.status === "True");
      expect(remaining?.map(({ type, message }) => [type, message])).toEqual([
        ["NamespaceContentRemaining", "Some resources are remaining: configmaps. has 1 resource instances"],
        [
          "NamespaceFinalizersRemaining",
          "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
        ],
      ]);
    });
    const patch = { metadata: { finalizers: null } };
    await client.patch(ConfigMap, { namespace: name, name: "content" }, { type: "merge", patch });
    await becomes(() => client.get(Namespace, { name }), undefined);
  });

  test("goes without its content where only the finalizer is worked off", async () => {
    await using cluster = await start({ namespaces: "finalizer-only", garbage: false, accounts: false });
    const { client } = cluster;
    const name = await makeNamespace(client);
    await makeConfigMap(client, name);
    await client.delete(Namespace, { name });
    await becomes(() => client.get(Namespace, { name }), undefined);
    expect(await client.get(ConfigMap, { namespace: name, name: "content" })).toBeDefined();
  });

  test("stays terminating where that loop is off", async () => {
    await using cluster = await start({ namespaces: "off" });
    const { client } = cluster;
    const name = await makeNamespace(client);
    await becomes(async () => (await client.list(ServiceAccount, { namespace: name })).items.length, 1);
    await client.delete(Namespace, { name });
    expect((await client.get(Namespace, { name }))?.status?.phase).toBe("Terminating");
  });
});

describe("a new namespace", () => {
  test("gets its account and the root certificate, and gets them back", async () => {
    await using cluster = await start();
    const { client } = cluster;
    const namespace = await makeNamespace(client);
    const account = { namespace, name: "default" };
    const certificate = { namespace, name: "kube-root-ca.crt" };
    const isThere = async (): Promise<void> => {
      await eventually(async () => {
        expect(await client.get(ServiceAccount, account)).toBeDefined();
        const { data } = (await client.get(ConfigMap, certificate)) ?? {};
        expect(data).toEqual({ "ca.crt": cluster.certificateAuthority });
      });
    };
    await isThere();
    await client.delete(ServiceAccount, account);
    await client.delete(ConfigMap, certificate);
    await isThere();
    await client.patch(ConfigMap, certificate, {
      type: "merge",
      patch: { data: { "ca.crt": "x", more: "y" } },
    });
    await isThere();
  });

  test("gets neither where those loops are off", async () => {
    await using cluster = await start({ accounts: false, rootCertificate: false });
    const { client } = cluster;
    const namespace = await makeNamespace(client);
    await client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata: { namespace, name: "s" } });
    const later = await makeNamespace(client);
    await client.delete(Namespace, { name: later });
    await becomes(() => client.get(Namespace, { name: later }), undefined);
    expect((await client.list(ServiceAccount, { namespace })).items).toEqual([]);
    expect((await client.list(ConfigMap, { namespace })).items).toEqual([]);
  });
});
