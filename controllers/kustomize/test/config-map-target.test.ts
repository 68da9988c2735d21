import { type Cluster, createAuthority, listenHttps, startCluster } from "@weir/cluster";
import { silentLogger, systemClock } from "@weir/core";
import { kind } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import type { KustomizationControllerOptions } from "../src/index.ts";
import { ConfigMap, configMap, NAMESPACE, startToolkit, type Toolkit } from "./start-toolkit.ts";

const Namespace = kind("v1", "Namespace", { plural: "namespaces", scope: "Cluster" });
const ServiceAccount = kind("v1", "ServiceAccount", { plural: "serviceaccounts", scope: "Namespaced" });
const RBAC = "rbac.authorization.k8s.io/v1";
const Role = kind(RBAC, "Role", { plural: "roles", scope: "Namespaced" });
const RoleBinding = kind(RBAC, "RoleBinding", { plural: "rolebindings", scope: "Namespaced" });
const TokenReview = kind("authentication.k8s.io/v1", "TokenReview", {
  plural: "tokenreviews",
  scope: "Cluster",
});

const TOKEN_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const AUDIENCE = "https://other.example.com";
const DEPLOYER = `system:serviceaccount:${NAMESPACE}:deployer`;
const spec = { kubeConfig: { configMapRef: { name: "other" } } };
const OPEN = { objectLevelWorkloadIdentity: true };

/** A cluster with roles that knows tokens of another one by asking it, as by webhook token authentication. */
interface TrustingCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly url: string;
  readonly ca: string;
  /** Tokens that were shown, each once. */
  readonly tokens: ReadonlySet<string>;
}

async function startTrustingCluster(home: Cluster): Promise<TrustingCluster> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster({ authorization: "RBAC" }));
  const authority = createAuthority("other-ca", systemClock.now());
  const tokens = new Set<string>();
  const listener = stack.use(
    await listenHttps({
      host: "127.0.0.1",
      port: 0,
      identity: authority.issue({ dns: [], ips: ["127.0.0.1"] }),
      logger: silentLogger,
      handle: async (request) => {
        const token = request.header("authorization")?.slice("Bearer ".length) ?? "";
        tokens.add(token);
        const user = await userOf(home, token);
        if (user === undefined) return cluster.apiServer.handle(request);
        return cluster.apiServer.handle(
          {
            method: request.method,
            path: request.path,
            query: request.query,
            signal: request.signal,
            readBody: (limitBytes) => request.readBody(limitBytes),
            header: (name) => (name === "authorization" ? undefined : request.header(name)),
            headersWithPrefix: (prefix) =>
              prefix === "impersonate-" ? [["impersonate-user", user]] : request.headersWithPrefix(prefix),
          },
          { isTrusted: true },
        );
      },
    }),
  );
  const owned = stack.move();
  const { url } = listener;
  const close = () => owned.disposeAsync();
  return { cluster, url, ca: authority.certificate, tokens, [Symbol.asyncDispose]: close };
}

async function userOf({ client }: Cluster, token: string): Promise<string | undefined> {
  const review = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenReview",
    metadata: {},
    spec: { token, audiences: [AUDIENCE] },
  };
  const { status } = (await client.create(TokenReview, review)) as unknown as {
    readonly status: { readonly authenticated?: boolean; readonly user?: { readonly username: string } };
  };
  return status.authenticated === true ? status.user?.username : undefined;
}

async function writeConfigMap({ cluster }: Toolkit, data: Readonly<Record<string, string>>): Promise<void> {
  const labels = { "reconcile.fluxcd.io/watch": "Enabled" };
  const metadata = { name: "other", namespace: NAMESPACE, labels };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
  await cluster.client.apply(ConfigMap, object, { fieldManager: "test", force: true });
}

async function createAccount({ cluster }: Toolkit): Promise<void> {
  const metadata = { name: "deployer", namespace: NAMESPACE };
  await cluster.client.create(ServiceAccount, { apiVersion: "v1", kind: "ServiceAccount", metadata });
}

/** Lets the account of the other cluster's name do anything with ConfigMaps. */
async function admit({ client }: Cluster): Promise<void> {
  const metadata = { name: "deployer", namespace: NAMESPACE };
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["*"] }];
  await client.create(Role, { apiVersion: RBAC, kind: "Role", metadata, rules });
  await client.create(RoleBinding, {
    apiVersion: RBAC,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "deployer" },
    subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: DEPLOYER }],
  });
}

async function createNamespace({ client }: Cluster): Promise<void> {
  await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
}

async function startNamed(options: KustomizationControllerOptions): Promise<Toolkit> {
  const toolkit = await startToolkit({ backoff: { baseMs: 10, maxMs: 100 }, ...options });
  await toolkit.publish("v1", { "a.yaml": configMap("a") });
  return toolkit;
}

describe("a Kustomization that names the ConfigMap of a cluster", { timeout: 60_000 }, () => {
  test("applies there as the account that the ConfigMap names, by one token, and deletes there", async () => {
    await using toolkit = await startNamed(OPEN);
    await using other = await startTrustingCluster(toolkit.cluster);
    await createNamespace(other.cluster);
    await createAccount(toolkit);
    await writeConfigMap(toolkit, {
      provider: "generic",
      address: other.url,
      "ca.crt": other.ca,
      audiences: `${AUDIENCE}\nhttps://another.example.com\n`,
      serviceAccountName: "deployer",
    });
    await toolkit.createKustomization("app", { ...spec, wait: true, retryInterval: "1s" });
    expect((await toolkit.ready("app", "False", "ReconciliationFailed")).message).toBe(
      `ConfigMap/${NAMESPACE}/a dry-run failed (Forbidden): configmaps "a" is forbidden: User "${DEPLOYER}" cannot patch resource "configmaps" in API group "" in the namespace "${NAMESPACE}"\n`,
    );
    await admit(other.cluster);
    await toolkit.ready("app", "True");
    const key = { namespace: NAMESPACE, name: "a" };
    expect((await other.cluster.client.get(ConfigMap, key))?.["data"]).toEqual({ key: "value" });
    expect(await toolkit.data("a")).toBeUndefined();
    await toolkit.remove("app");
    expect(await other.cluster.client.get(ConfigMap, key)).toBeUndefined();
    expect(other.tokens.size).toBe(1);
    const asked = toolkit.requests.filter((request) => request.endsWith("/serviceaccounts/deployer/token"));
    expect(asked).toHaveLength(1);
  });

  test("says what is wrong, and is woken when the ConfigMap changes", async () => {
    await using toolkit = await startNamed(OPEN);
    await toolkit.createKustomization("app", spec);
    const base = { provider: "generic", address: "https://127.0.0.1:1" };
    const named = { ...base, serviceAccountName: "deployer" };
    const token = "failed to get access token for cluster";
    const steps = [
      { data: undefined, want: `failed to get configmap ${NAMESPACE}/other: configmaps "other" not found` },
      { data: { provider: "other" }, want: "provider 'other' not implemented" },
      {
        data: named,
        want: `${token}: failed to get service account '${NAMESPACE}/deployer': ServiceAccount "deployer" not found`,
      },
      {
        data: base,
        want: `${token}: failed to create provider access token for the controller: failed to read service account token file ${TOKEN_FILE}: open ${TOKEN_FILE}: no such file or directory`,
      },
    ];
    for (const { data, want } of steps) {
      if (data !== undefined) await writeConfigMap(toolkit, data);
      await expect
        .poll(async () => (await toolkit.ready("app", "False", "ReconciliationFailed")).message, {
          timeout: 20_000,
        })
        .toBe(want);
    }
    const events = await toolkit.events();
    expect(events).toContain(`Warning ReconciliationFailed failed to build kube client: ${steps[0]?.want}`);
  });

  test("needs an address, and certificates that are some", async () => {
    await using toolkit = await startNamed(OPEN);
    await createAccount(toolkit);
    const named = { provider: "generic", audiences: AUDIENCE, serviceAccountName: "deployer" };
    await writeConfigMap(toolkit, named);
    await toolkit.createKustomization("app", spec);
    expect((await toolkit.ready("app", "False", "ReconciliationFailed")).message).toBe(
      "cluster address is required to create a REST config",
    );
    await writeConfigMap(toolkit, { ...named, address: "https://127.0.0.1:1", "ca.crt": "?" });
    await expect
      .poll(async () => (await toolkit.ready("app", "False")).message, { timeout: 20_000 })
      .toBe("unable to load root certificates: unable to parse bytes as PEM block");
  });

  test("needs the gate for tokens of an account", async () => {
    await using toolkit = await startNamed({});
    await createAccount(toolkit);
    await writeConfigMap(toolkit, { provider: "generic", address: "a", serviceAccountName: "deployer" });
    await toolkit.createKustomization("app", spec);
    expect((await toolkit.ready("app", "False", "ReconciliationFailed")).message).toBe(
      "failed to get access token for cluster: ObjectLevelWorkloadIdentity feature gate is not enabled",
    );
  });

  test("is locked down where the default account is not there", async () => {
    await using toolkit = await startNamed({ ...OPEN, defaultKubeconfigServiceAccount: "deployer" });
    await writeConfigMap(toolkit, { provider: "generic", address: "a" });
    await toolkit.createKustomization("app", spec);
    expect((await toolkit.ready("app", "False", "ReconciliationFailed")).message).toMatch(
      `failed to get service account '${NAMESPACE}/deployer': the specified default service account does not exist in the object namespace`,
    );
  });

  test("is stalled by the identity of a cloud, until the ConfigMap names none", async () => {
    await using toolkit = await startNamed(OPEN);
    await writeConfigMap(toolkit, { provider: "gcp", cluster: "projects/p/locations/l/clusters/c" });
    await toolkit.createKustomization("app", spec);
    const { message } = await toolkit.ready("app", "False", "FeatureGateDisabled");
    expect(message).toBe("spec.kubeConfig.configMapRef: provider 'gcp' is not supported yet");
    const { status } = await toolkit.get("app");
    expect(status?.conditions?.find(({ type }) => type === "Stalled")?.status).toBe("True");
    await writeConfigMap(toolkit, { provider: "generic" });
    await toolkit.ready("app", "False", "ReconciliationFailed");
  });
});
