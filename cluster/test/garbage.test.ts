import { CustomResourceDefinition } from "@weir/builtin/apiextensions-v1";
import { ConfigMap, Namespace } from "@weir/builtin/core-v1";
import type { DeleteOptions, Kind, KubeClient } from "@weir/client";
import type { KubeObject, OwnerReference } from "@weir/objects";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";
import { becomes } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";
import { makeNamespace } from "./manifests.ts";

let cluster: Cluster;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startCluster({ logger: loudLogger, loops: { accounts: false, rootCertificate: false } });
  client = cluster.client;
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface OwnedOptions {
  readonly owners?: readonly ConfigMap[];
  readonly blocking?: boolean;
  readonly finalizers?: readonly string[];
}

function referenceTo(owner: KubeObject | ConfigMap, isBlocking = true): OwnerReference {
  const { name = "", uid = "" } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, blockOwnerDeletion: isBlocking };
}

function make(namespace: string, name: string, options: OwnedOptions = {}): Promise<ConfigMap> {
  const { owners = [], blocking, finalizers = [] } = options;
  const ownerReferences = owners.map((owner) => referenceTo(owner, blocking));
  return client.create(ConfigMap, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name, ownerReferences, finalizers },
  });
}

async function names(namespace: string): Promise<readonly string[]> {
  const { items } = await client.list(ConfigMap, { namespace });
  return items.map(({ metadata }) => metadata.name ?? "");
}

function remove(
  namespace: string,
  name: string,
  policy?: DeleteOptions["propagationPolicy"],
): Promise<unknown> {
  const options = policy === undefined ? {} : { propagationPolicy: policy };
  return client.delete(ConfigMap, { namespace, name }, options);
}

describe("the garbage collector", () => {
  test("deletes dependents of dependents when their owner is gone", async () => {
    const namespace = await makeNamespace(client);
    const root = await make(namespace, "root");
    const child = await make(namespace, "child", { owners: [root] });
    await make(namespace, "grandchild", { owners: [child] });
    await make(namespace, "stranger");
    await remove(namespace, "root");
    await becomes(() => names(namespace), ["stranger"]);
  });

  test("keeps a dependent that has another owner, and takes the gone one off it", async () => {
    const namespace = await makeNamespace(client);
    const [first, second] = [await make(namespace, "first"), await make(namespace, "second")];
    await make(namespace, "child", { owners: [first, second] });
    await remove(namespace, "first");
    const owners = async (): Promise<unknown> =>
      (await client.get(ConfigMap, { namespace, name: "child" }))?.metadata.ownerReferences?.map(
        ({ name }) => name,
      );
    await becomes(owners, ["second"]);
  });

  test("keeps an owner that is deleted in the foreground until its blocking dependents are gone", async () => {
    const namespace = await makeNamespace(client);
    const root = await make(namespace, "root");
    await make(namespace, "blocking", { owners: [root], finalizers: ["example.com/hold"] });
    await make(namespace, "loose", { owners: [root], blocking: false });
    await remove(namespace, "root", "Foreground");
    await becomes(() => names(namespace), ["blocking", "root"]);
    const patch = { metadata: { finalizers: null } };
    await client.patch(ConfigMap, { namespace, name: "blocking" }, { type: "merge", patch });
    await becomes(() => names(namespace), []);
  });

  test("lets an owner go while dependents that do not block still go themselves", async () => {
    const namespace = await makeNamespace(client);
    const root = await make(namespace, "root");
    await make(namespace, "loose", { owners: [root], blocking: false, finalizers: ["example.com/hold"] });
    await remove(namespace, "root", "Foreground");
    await becomes(() => names(namespace), ["loose"]);
    const loose = await client.get(ConfigMap, { namespace, name: "loose" });
    expect(loose?.metadata.deletionTimestamp).toBeDefined();
  });

  test("keeps orphans, without their owner", async () => {
    const namespace = await makeNamespace(client);
    const root = await make(namespace, "root");
    await make(namespace, "child", { owners: [root] });
    await remove(namespace, "root", "Orphan");
    await becomes(() => names(namespace), ["child"]);
    const child = await client.get(ConfigMap, { namespace, name: "child" });
    expect(child?.metadata.ownerReferences).toBeUndefined();
    expect(child?.metadata.deletionTimestamp).toBeUndefined();
  });

  test.each([
    { name: "never was", owner: { name: "root", uid: "00000000-0000-0000-0000-000000000000" } },
    {
      name: "was another one of that name",
      owner: { name: "present", uid: "11111111-0000-0000-0000-000000000000" },
    },
  ])("deletes what is owned by an object that $name", async ({ owner }) => {
    const namespace = await makeNamespace(client);
    await make(namespace, "present");
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", ...owner }];
    await client.create(ConfigMap, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: "child", ownerReferences },
    });
    await becomes(() => names(namespace), ["present"]);
  });

  test("deletes what is owned across namespaces, and keeps what an object of the cluster owns", async () => {
    const [here, there] = [await makeNamespace(client), await makeNamespace(client)];
    await make(here, "abroad", { owners: [await make(there, "owner")] });
    const owner = (await client.get(Namespace, { name: there })) as unknown as ConfigMap;
    await make(here, "of-the-cluster", { owners: [owner] });
    await becomes(() => names(here), ["of-the-cluster"]);
  });

  test("collects two that own each other", async () => {
    const namespace = await makeNamespace(client);
    const first = await make(namespace, "first");
    const second = await make(namespace, "second", { owners: [first] });
    const patch = { metadata: { ownerReferences: [{ ...referenceTo(second) }] } };
    await client.patch(ConfigMap, { namespace, name: "first" }, { type: "merge", patch });
    await remove(namespace, "first", "Foreground");
    await becomes(() => names(namespace), []);
  });

  test("collects custom resources of a kind that came later, and what they own", async () => {
    const namespace = await makeNamespace(client);
    const widget = await defineWidgets();
    const owner = await make(namespace, "owner");
    const made = await client.create(widget, {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { namespace, name: "w", ownerReferences: [referenceTo(owner)] },
    });
    await make(namespace, "of-widget", { owners: [made as unknown as ConfigMap] });
    await remove(namespace, "owner");
    await becomes(() => client.get(widget, { namespace, name: "w" }), undefined);
    await becomes(() => names(namespace), []);
  });
});

async function defineWidgets(): Promise<Kind> {
  await client.create(CustomResourceDefinition, {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  });
  const kind: Kind = {
    group: "example.com",
    version: "v1",
    kind: "Widget",
    plural: "widgets",
    scope: "Namespaced",
  };
  await becomes(async () => (await client.raw("/apis/example.com/v1/widgets")).status, 200);
  return kind;
}
