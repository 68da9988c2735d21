import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kustomization } from "@weir/api";
import { startCluster } from "@weir/cluster";
import { kind } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import type { KustomizationControllerOptions } from "../src/index.ts";
import { ConfigMap, configMap, NAMESPACE, startToolkit, type Toolkit } from "./start-toolkit.ts";

const Secret = kind("v1", "Secret", { plural: "secrets", scope: "Namespaced" });
const ServiceAccount = kind("v1", "ServiceAccount", { plural: "serviceaccounts", scope: "Namespaced" });
const Role = kind("rbac.authorization.k8s.io/v1", "Role", { plural: "roles", scope: "Namespaced" });
const RoleBinding = kind("rbac.authorization.k8s.io/v1", "RoleBinding", {
  plural: "rolebindings",
  scope: "Namespaced",
});
const Namespace = kind("v1", "Namespace", { plural: "namespaces", scope: "Cluster" });

const TENANT = `system:serviceaccount:${NAMESPACE}:tenant`;
const DENIED = `ConfigMap/${NAMESPACE}/a dry-run failed (Forbidden): configmaps "a" is forbidden: User "${TENANT}" cannot patch resource "configmaps" in API group "" in the namespace "${NAMESPACE}"\n`;

/** The service account `tenant`, which may do anything with ConfigMaps of its namespace. */
async function createTenant({ cluster: { client } }: Toolkit): Promise<void> {
  const metadata = { name: "tenant", namespace: NAMESPACE };
  await client.create(ServiceAccount, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["*"] }];
  await client.create(Role, { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules });
  await client.create(RoleBinding, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "tenant" },
    subjects: [{ kind: "ServiceAccount", ...metadata }],
  });
}

/** A toolkit on a cluster that enforces roles. */
function startTenancy(options: KustomizationControllerOptions = {}): Promise<Toolkit> {
  return startToolkit(options, { authorization: "RBAC" });
}

async function writeSecret(
  { cluster: { client } }: Toolkit,
  data: Readonly<Record<string, string>>,
): Promise<void> {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  await client.apply(
    Secret,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "kc", namespace: NAMESPACE, labels: { "reconcile.fluxcd.io/watch": "Enabled" } },
      data: Object.fromEntries(encoded),
    },
    { fieldManager: "test", force: true },
  );
}

describe("a Kustomization that names a service account", () => {
  test("may do what the account may, and no more", async () => {
    await using toolkit = await startTenancy();
    await toolkit.publish("v1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app", { serviceAccountName: "tenant", retryInterval: "1s" });
    expect((await toolkit.ready("app", "False", "ReconciliationFailed")).message).toBe(DENIED);
    await createTenant(toolkit);
    await toolkit.ready("app", "True");
    expect(await toolkit.data("a")).toEqual({ key: "value" });
  });

  test("is the default account's where it names none", async () => {
    await using toolkit = await startTenancy({ defaultServiceAccount: "tenant" });
    await toolkit.publish("v1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app");
    expect((await toolkit.ready("app", "False", "ReconciliationFailed")).message).toBe(DENIED);
  });

  test("deletes as the account, and leaves its objects where that is gone", async () => {
    await using toolkit = await startTenancy();
    const { client } = toolkit.cluster;
    await createTenant(toolkit);
    await toolkit.publish("v1", { "a.yaml": configMap("a") });
    for (const name of ["first", "second"]) {
      await toolkit.createKustomization(name, { serviceAccountName: "tenant" });
      await toolkit.ready(name, "True");
      if (name === "second") await client.delete(ServiceAccount, { namespace: NAMESPACE, name: "tenant" });
      await toolkit.remove(name);
    }
    expect(await toolkit.data("a")).toEqual({ key: "value" });
    const events = await toolkit.events();
    expect(events.filter((event) => event.includes(`ConfigMap/${NAMESPACE}/a deleted`))).toHaveLength(1);
    expect(
      events.filter((event) => event.includes(`unable to prune objects: \nConfigMap/${NAMESPACE}/a`)),
    ).toHaveLength(1);
  });
});

describe("a Kustomization that names a kubeconfig", () => {
  const spec: Partial<Kustomization["spec"]> = { kubeConfig: { secretRef: { name: "kc" } } };

  test("says what is wrong with its Secret, and is woken when that changes", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("v1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app", spec);
    const messages: string[] = [];
    const next = async (data?: Readonly<Record<string, string>>): Promise<void> => {
      const generation = messages.length;
      if (data !== undefined) await writeSecret(toolkit, data);
      await expect
        .poll(async () => (await toolkit.ready("app", "False", "ReconciliationFailed")).message, {
          timeout: 20_000,
        })
        .not.toBe(messages[generation - 1]);
      messages.push((await toolkit.ready("app", "False", "ReconciliationFailed")).message);
    };
    await next();
    await next({ other: "x" });
    await next({ value: "not a kubeconfig" });
    expect(messages).toEqual([
      `unable to read KubeConfig secret '${NAMESPACE}/kc' error: secrets "kc" not found`,
      `KubeConfig secret '${NAMESPACE}/kc' does not contain a 'value' key with a kubeconfig`,
      `couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    ]);
    const events = await toolkit.events();
    expect(events).toContain(`Warning ReconciliationFailed failed to build kube client: ${messages[0]}`);
  });

  test("applies to that cluster, waits there, and deletes there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "weir-target-"));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(folder, { recursive: true }));
    const kubeconfig = join(folder, "kubeconfig");
    const other = stack.use(await startCluster({ listen: { kubeconfig } }));
    await other.client.create(Namespace, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: NAMESPACE },
    });
    const toolkit = stack.use(await startToolkit());
    await writeSecret(toolkit, { "value.yaml": await readFile(kubeconfig, "utf8") });
    await toolkit.publish("v1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app", { ...spec, wait: true });
    await toolkit.ready("app", "True");
    const key = { namespace: NAMESPACE, name: "a" };
    expect((await other.client.get(ConfigMap, key))?.["data"]).toEqual({ key: "value" });
    expect(await toolkit.data("a")).toBeUndefined();
    await toolkit.remove("app");
    expect(await other.client.get(ConfigMap, key)).toBeUndefined();
  });

  test("may not run programs", async () => {
    await using toolkit = await startToolkit();
    const user = {
      exec: { apiVersion: "client.authentication.k8s.io/v1", command: "sh", interactiveMode: "Never" },
    };
    const config = {
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user }],
    };
    await writeSecret(toolkit, { value: JSON.stringify(config) });
    await toolkit.publish("v1", { "a.yaml": configMap("a") });
    await toolkit.createKustomization("app", spec);
    const { message } = await toolkit.ready("app", "False", "ReconciliationFailed");
    expect(message).toContain("asks for exec, which is not allowed here");
  });
});
