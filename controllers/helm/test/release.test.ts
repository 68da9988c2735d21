import { HelmRelease } from "@weir/api";
import { kind } from "@weir/sdk";
import { describe, expect, test, vi } from "vitest";
import { ConfigMap, CONFIG, NAMESPACE, startHelmToolkit } from "./start-helm-toolkit.ts";

const ServiceAccount = kind("v1", "ServiceAccount", { plural: "serviceaccounts", scope: "Namespaced" });
const ClusterRoleBinding = kind("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {
  plural: "clusterrolebindings",
  scope: "Cluster",
});

const TEST_POD = {
  "test.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations:
    helm.sh/hook: test
    test.local/status: {{ .Values.test | default "ready" }}
spec:
  containers: [{name: main, image: example.com/test:1}]
`,
};

const states = (records: Awaited<ReturnType<Awaited<ReturnType<typeof startHelmToolkit>>["records"]>>) =>
  records.map(({ version, info }) => `${version} ${info.status}`);

describe("a HelmRelease", { timeout: 120_000 }, () => {
  test("is installed, upgraded with new values, and uninstalled when it goes", async () => {
    await using toolkit = await startHelmToolkit();
    const { client } = toolkit.cluster;
    await toolkit.publish("1.0.0");
    await toolkit.start();
    await toolkit.create();
    expect((await toolkit.ready("True", "InstallSucceeded")).message).toBe(
      "Helm install succeeded for release apps/app.v1 with chart demo@1.0.0",
    );
    await toolkit.patch({ spec: { values: { msg: "two" } } });
    await toolkit.ready("True", "UpgradeSucceeded");
    expect(await toolkit.data()).toEqual({ msg: "two", revision: "2" });
    expect(states(await toolkit.records())).toEqual(["1 superseded", "2 deployed"]);
    const { status } = await toolkit.get();
    expect(status?.history?.map(({ version, action }) => [version, action])).toEqual([
      [2, "upgrade"],
      [1, undefined],
    ]);
    expect(status?.inventory?.entries).toEqual([{ id: "apps_app__ConfigMap", v: "v1" }]);
    await client.delete(HelmRelease, { namespace: NAMESPACE, name: "app" });
    await toolkit.gone();
    expect(await toolkit.data()).toBeUndefined();
    expect(await toolkit.records()).toEqual([]);
  });

  test("rolls back what fails, and stalls when its retries are used up", async () => {
    await using toolkit = await startHelmToolkit();
    await toolkit.publish("1.0.0");
    await toolkit.start();
    await toolkit.create({ upgrade: { remediation: { retries: 1 } } });
    await toolkit.ready("True");
    await toolkit.patch({ spec: { values: { bad: true, msg: "two" } } });
    const { status } = await toolkit.observed();
    expect(status?.conditions?.find(({ type }) => type === "Stalled")?.message).toBe(
      "Failed to upgrade after 2 attempt(s)",
    );
    expect(await toolkit.data()).toMatchObject({ msg: "hello" });
    expect(status).toMatchObject({ failures: 2, upgradeFailures: 2 });
    expect(states(await toolkit.records())).toEqual([
      "1 superseded",
      "2 failed",
      "3 superseded",
      "4 failed",
      "5 deployed",
    ]);
    const events = await toolkit.events();
    expect(events.some((event) => event.includes("Last Helm logs:"))).toBe(true);
  });

  test("is not Ready while its tests fail, and is once they are ignored", async () => {
    await using toolkit = await startHelmToolkit();
    await toolkit.publish("1.0.0", { ...CONFIG, ...TEST_POD });
    await toolkit.start();
    await toolkit.create({ test: { enable: true }, values: { test: "failed" } });
    await toolkit.ready("False", "TestFailed");
    await toolkit.patch({ spec: { values: { test: "ready" } } });
    expect((await toolkit.ready("True", "TestSucceeded")).message).toContain(
      "1 test hook completed successfully",
    );
  });

  test("waits for a dependency, and is woken by it", async () => {
    await using toolkit = await startHelmToolkit({ requeueDependencyMs: 600_000 });
    const { client } = toolkit.cluster;
    await toolkit.publish("1.0.0");
    await toolkit.start();
    await toolkit.create({ dependsOn: [{ name: "database" }] });
    expect((await toolkit.ready("False", "DependencyNotReady")).message).toBe(
      `unable to get 'apps/database' dependency: helmreleases.helm.toolkit.fluxcd.io "database" not found`,
    );
    await client.create(HelmRelease, {
      metadata: { namespace: NAMESPACE, name: "database" },
      spec: { interval: "10m", chartRef: { kind: "HelmChart", name: "demo" } },
    });
    await toolkit.ready("True", "InstallSucceeded");
  });

  test("undoes changes by others, or tells of them alone", async () => {
    await using toolkit = await startHelmToolkit();
    const { client } = toolkit.cluster;
    const key = { namespace: NAMESPACE, name: "app" };
    await toolkit.publish("1.0.0");
    await toolkit.start();
    await toolkit.create({ driftDetection: { mode: "warn" } });
    await toolkit.ready("True");
    await client.patch(ConfigMap, key, { type: "merge", patch: { data: { msg: "changed" } } });
    await toolkit.patch({ metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } } });
    await vi.waitFor(
      async () => {
        const { status } = await toolkit.get();
        const drifted = status?.conditions?.find(({ type }) => type === "Drifted");
        expect(drifted?.message).toBe(
          "Cluster state of release apps/app.v1 has drifted from the desired state:\nConfigMap/apps/app changed (0 additions, 1 changes, 0 removals)",
        );
      },
      { timeout: 60_000 },
    );
    expect(await toolkit.data()).toMatchObject({ msg: "changed" });
    await toolkit.patch({ spec: { driftDetection: { mode: "enabled" } } });
    await vi.waitFor(async () => expect(await toolkit.data()).toMatchObject({ msg: "hello" }), {
      timeout: 60_000,
    });
    expect(await toolkit.events()).toContain(
      "Normal DriftCorrected Cluster state of release apps/app.v1 has been corrected:\nConfigMap/apps/app configured",
    );
  });

  test("undoes a change by others when it happens, without a request", async () => {
    await using toolkit = await startHelmToolkit();
    const { client } = toolkit.cluster;
    const key = { namespace: NAMESPACE, name: "app" };
    await toolkit.publish("1.0.0");
    await toolkit.start();
    await toolkit.create({ interval: "10h", driftDetection: { mode: "enabled" } });
    await toolkit.ready("True");
    await toolkit.observed();
    await client.patch(ConfigMap, key, { type: "merge", patch: { data: { msg: "changed" } } });
    await vi.waitFor(async () => expect(await toolkit.data()).toMatchObject({ msg: "hello" }), {
      timeout: 60_000,
    });
    await client.delete(ConfigMap, key);
    await vi.waitFor(async () => expect(await toolkit.data()).toMatchObject({ msg: "hello" }), {
      timeout: 60_000,
    });
  });

  test("keeps the values of the revision before, those of its chart too, where it preserves them", async () => {
    await using toolkit = await startHelmToolkit();
    const templates = {
      "config.yaml":
        CONFIG["config.yaml"]?.replace(
          "\ndata:\n",
          "\ndata:\n  rest: {{ .Values.a }}-{{ .Values.b }}-{{ .Values.c }}\n",
        ) ?? "",
    };
    await toolkit.publish("1.0.0", templates, "msg: old default\na: 1\nb: 1\n");
    await toolkit.start();
    await toolkit.create({ upgrade: { preserveValues: true }, values: { a: 2 } });
    await toolkit.ready("True");
    expect(await toolkit.data()).toEqual({ msg: "old default", rest: "2-1-", revision: "1" });
    await toolkit.publish("2.0.0", templates, "msg: new default\na: 3\nb: 3\nc: 3\n");
    await toolkit.patch({ spec: { values: { a: null, b: 4 } } });
    await toolkit.ready("True", "UpgradeSucceeded");
    await vi.waitFor(
      async () => expect((await toolkit.records()).at(-1)?.chart?.metadata?.version).toBe("2.0.0"),
      {
        timeout: 60_000,
      },
    );
    await toolkit.ready("True", "UpgradeSucceeded");
    expect(await toolkit.data()).toMatchObject({ msg: "old default", rest: "2-4-" });
    const last = (await toolkit.records()).at(-1);
    expect(last?.config).toEqual({ a: 2, b: 4 });
    expect(last?.chart?.values).toMatchObject({ msg: "old default", a: 2, b: 1 });
  });

  test("is released to the cluster of a ConfigMap, by the tokens of the account in it", async () => {
    await using toolkit = await startHelmToolkit(
      { objectLevelWorkloadIdentity: true },
      { authorization: "RBAC", listen: {} },
    );
    const { client, endpoint, certificateAuthority } = toolkit.cluster;
    const writeAccess = (data: Readonly<Record<string, string>>): Promise<unknown> => {
      const labels = { "reconcile.fluxcd.io/watch": "Enabled" };
      const metadata = { namespace: NAMESPACE, name: "other", labels };
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
      return client.apply(ConfigMap, object, { fieldManager: "test", force: true });
    };
    const metadata = { namespace: NAMESPACE, name: "deployer" };
    await client.create(ServiceAccount, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    await toolkit.publish("1.0.0");
    await toolkit.start();
    await toolkit.create({ kubeConfig: { configMapRef: { name: "other" } } });
    expect((await toolkit.ready("False", "RESTClientError")).message).toBe(
      'failed to get configmap apps/other: configmaps "other" not found',
    );
    await writeAccess({ provider: "aws", cluster: "arn:aws:eks:::cluster/c" });
    expect((await toolkit.ready("False", "FeatureGateDisabled")).message).toBe(
      "spec.kubeConfig.configMapRef: provider 'aws' is not supported yet",
    );
    await writeAccess({
      provider: "generic",
      address: endpoint?.url ?? "",
      "ca.crt": certificateAuthority,
      audiences: "https://kubernetes.default.svc",
      serviceAccountName: "deployer",
    });
    expect((await toolkit.ready("False", "StateError")).message).toContain(
      'User "system:serviceaccount:apps:deployer" cannot list resource "secrets"',
    );
    await client.create(ClusterRoleBinding, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "deployer" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", ...metadata }],
    });
    await toolkit.ready("True", "InstallSucceeded");
    await client.delete(HelmRelease, { namespace: NAMESPACE, name: "app" });
    await toolkit.gone();
    expect(await toolkit.data()).toBeUndefined();
  });

  test("acts as the account that it names", async () => {
    await using toolkit = await startHelmToolkit({}, { authorization: "RBAC" });
    await toolkit.publish("1.0.0");
    await toolkit.start();
    await toolkit.create({ serviceAccountName: "tenant" });
    expect((await toolkit.ready("False", "StateError")).message).toContain(
      'User "system:serviceaccount:apps:tenant" cannot list resource "secrets"',
    );
  });
});
