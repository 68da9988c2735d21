import { gunzipSync } from "node:zlib";
import type { KubeClient } from "@weir/client";
import { type JsonObject, systemClock } from "@weir/core";
import {
  createReleaseStore,
  installRelease,
  type ReleaseContext,
  type RenderRelease,
  reuseValues,
  rollbackRelease,
  testRelease,
  uninstallRelease,
  upgradeRelease,
} from "@weir/helm";
import type { KubeObject } from "@weir/objects";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool } from "../../src/index.ts";
import {
  chartOf,
  type HelmClient,
  helmClusters,
  openHelm,
  renderChart,
  renderChartOf,
} from "./helm-client.ts";

const SECRETS = { group: "", version: "v1", kind: "Secret" };
const CONFIG_MAPS = { group: "", version: "v1", kind: "ConfigMap" };
const DEPLOYMENTS = { group: "apps", version: "v1", kind: "Deployment" };

const CHART: Readonly<Record<string, string>> = {
  "Chart.yaml": `apiVersion: v2
name: demo
version: 1.2.3
appVersion: "9"
description: A <demo> & more
keywords: [b, a]
maintainers: [{name: x, email: x@example.com}]
annotations: {z: "1", a: "2"}
type: application
kubeVersion: ">=1.20.0-0"
`,
  "values.yaml": "value: one\nbig: 12345678901\nnested: {b: 1, a: [1, 2.5]}\nnothing: null\nextra: false\n",
  "values.schema.json": '{"type": "object"}',
  "README.md": "hello <world>\n",
  "templates/config.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
data:
  value: {{ .Values.value | quote }}
  {{- if .Values.extra }}
  extra: "yes"
  {{- end }}
`,
  "templates/extra.yaml": `{{- if .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-extra
{{- end }}
`,
  "templates/kept.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-kept
  annotations:
    helm.sh/resource-policy: keep
`,
  "templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: 2
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers:
        - name: web
          image: example.com/web:{{ .Values.value }}
          env:
            - {name: VALUE, value: {{ .Values.value }}}
            {{- if .Values.extra }}
            - {name: EXTRA, value: "yes"}
            {{- end }}
`,
  "templates/hook.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-hook
  annotations:
    helm.sh/hook: pre-install,post-upgrade,pre-rollback,pre-delete
    helm.sh/hook-weight: "-5"
data:
  value: {{ .Values.value | quote }}
`,
  "templates/NOTES.txt": "value {{ .Values.value }}\n",
};

const TEST_JOB = `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-test
  annotations: {helm.sh/hook: test}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: run, image: "example.com/run:1"}]
`;

function render(values: JsonObject): RenderRelease {
  return renderChartOf(CHART, values);
}

const tool = await findTool("helm");

if (tool.kind === "absent") test.skip(`helm's own view of releases: ${tool.reason}`);

describe.skipIf(tool.kind === "absent").each(helmClusters())("helm 4.2.3 on $name", ({ kubeconfig }) => {
  let helm: HelmClient;
  let folder: string;

  beforeAll(async () => {
    helm = await openHelm(tool.kind === "found" ? tool.path : "", kubeconfig);
    folder = await helm.chart("demo", CHART);
  });
  afterAll(() => helm?.[Symbol.asyncDispose]());

  /** A namespace of its own, and what acts on it. */
  async function world(): Promise<World> {
    const namespace = await helm.namespace();
    const store = createReleaseStore(helm.client, { namespace, clock: systemClock });
    const context = { client: helm.client, store, clock: systemClock, fieldManager: "helm" };
    return { namespace, context, in: ["-n", namespace] };
  }

  interface World {
    readonly namespace: string;
    readonly context: ReleaseContext;
    /** The flags that name the namespace. */
    readonly in: readonly string[];
  }

  async function ourInstall({ context, namespace }: World, name: string, values: JsonObject): Promise<void> {
    await installRelease(context, {
      name,
      namespace,
      render: render(values),
      waitStrategy: "hookOnly",
    });
  }

  test("writes the record that helm writes", async () => {
    const here = await world();
    await helm.helm("install", "app", folder, ...here.in, "--set", "value=two");
    const theirs = await recordOf(helm.client, here.namespace, 1);
    const there = await world();
    await ourInstall(there, "app", { value: "two" });
    const ours = await recordOf(helm.client, there.namespace, 1);
    expect(ours.text).toBe(theirs.text.replaceAll(here.namespace, there.namespace));
    expect(ours.type).toBe(theirs.type);
    expect(Object.keys(ours.labels).sort()).toEqual(Object.keys(theirs.labels).sort());
  });

  test("shows helm a release of ours as its own", async () => {
    const here = await world();
    await ourInstall(here, "app", { value: "two" });
    await upgradeRelease(here.context, {
      name: "app",
      render: render({ value: "three" }),
      waitStrategy: "hookOnly",
    });
    expect(await helm.helmJson("list", ...here.in)).toMatchObject([
      { name: "app", revision: "2", status: "deployed", chart: "demo-1.2.3", app_version: "9" },
    ]);
    expect(await helm.helmJson("history", "app", ...here.in)).toMatchObject([
      { revision: 1, status: "superseded", description: "Install complete" },
      { revision: 2, status: "deployed", description: "Upgrade complete" },
    ]);
    expect(await helm.helmJson("status", "app", ...here.in)).toMatchObject({ name: "app", version: 2 });
    expect(await helm.helmJson("get", "values", "app", ...here.in)).toEqual({ value: "three" });
    expect(await helm.helmJson("get", "values", "app", "--all", ...here.in)).toMatchObject({
      value: "three",
      big: 12345678901,
    });
    expect(await helm.helm("get", "notes", "app", ...here.in)).toBe("NOTES:\nvalue three\n\n");
    expect(await helm.helm("get", "hooks", "app", ...here.in)).toContain("name: app-hook");
    const args = [
      "template",
      "app",
      folder,
      ...here.in,
      "--set",
      "value=three",
      "--no-hooks",
      "--is-upgrade",
    ];
    const manifest = await helm.helm("get", "manifest", "app", ...here.in);
    expect(manifest.trim()).toBe((await helm.helm(...args)).trim());
  });

  test("lets helm roll back, upgrade and uninstall a release of ours", async () => {
    const here = await world();
    await ourInstall(here, "app", { value: "two" });
    await upgradeRelease(here.context, {
      name: "app",
      render: render({ value: "three", extra: true }),
      waitStrategy: "hookOnly",
    });
    await helm.helm("rollback", "app", "1", ...here.in);
    expect(await valueOf(helm.client, here.namespace)).toEqual({ value: "two" });
    expect(await find(helm.client, here.namespace, "app-extra")).toBeUndefined();
    await helm.helm("upgrade", "app", folder, ...here.in, "--set", "value=four");
    expect(await valueOf(helm.client, here.namespace)).toEqual({ value: "four" });
    expect(await statesOf(here.context)).toEqual([
      "1 superseded",
      "2 superseded",
      "3 superseded",
      "4 deployed",
    ]);
    expect(await helm.helm("uninstall", "app", ...here.in)).toContain("[ConfigMap] app-kept");
    expect(await find(helm.client, here.namespace, "app-config")).toBeUndefined();
    expect(await find(helm.client, here.namespace, "app-kept")).toBeDefined();
    expect(await statesOf(here.context)).toEqual([]);
  });

  test("upgrades, rolls back and uninstalls a release of helm's", async () => {
    const here = await world();
    await helm.helm("install", "app", folder, ...here.in, "--set", "value=two,extra=true");
    await upgradeRelease(here.context, {
      name: "app",
      render: render({ value: "three" }),
      waitStrategy: "hookOnly",
    });
    expect(await valueOf(helm.client, here.namespace)).toEqual({ value: "three" });
    expect(await find(helm.client, here.namespace, "app-extra")).toBeUndefined();
    expect(await envOf(helm.client, here.namespace)).toEqual(["VALUE=three"]);
    await rollbackRelease(here.context, { name: "app", waitStrategy: "hookOnly" });
    expect(await valueOf(helm.client, here.namespace)).toEqual({ value: "two", extra: "yes" });
    expect(await helm.helmJson("history", "app", ...here.in)).toMatchObject([
      { status: "superseded" },
      { status: "superseded" },
      { revision: 3, status: "deployed", description: "Rollback to 1" },
    ]);
    const { info } = await uninstallRelease(here.context, { name: "app" });
    expect(info).toBe("These resources were kept due to the resource policy:\n[ConfigMap] app-kept\n");
    expect(await helm.helmJson("list", ...here.in)).toEqual([]);
    expect(await find(helm.client, here.namespace, "app-config")).toBeUndefined();
  });

  test("reuses values as helm does", async () => {
    const values = "value: new\nnested: {b: 2, c: 3}\nextra: false\n";
    const next = { ...CHART, "Chart.yaml": CHART["Chart.yaml"] ?? "", "values.yaml": values };
    const flags = ["--set", "value=two,nested.a=null,other=1"];
    const here = await world();
    await helm.helm("install", "app", folder, ...here.in, ...flags);
    const path = await helm.chart("demo", next);
    await helm.helm("upgrade", "app", path, ...here.in, "--reuse-values", "--set", "other=null,nested.b=5");
    const there = await world();
    await helm.helm("install", "app", folder, ...there.in, ...flags);
    await upgradeRelease(there.context, {
      name: "app",
      waitStrategy: "hookOnly",
      reuseValues: "all",
      render: (facts) => {
        const { current } = facts;
        const given = { chart: chartOf(next), values: { other: null, nested: { b: 5 } } };
        const reused = current === undefined ? given : reuseValues(current, given);
        return renderChart(reused.chart, reused.values)(facts);
      },
    });
    const theirs = await recordOf(helm.client, here.namespace, 2);
    const ours = await recordOf(helm.client, there.namespace, 2);
    expect(ours.text).toBe(theirs.text.replaceAll(here.namespace, there.namespace));
  });

  // Nobody completes Jobs beside a kube-apiserver alone.
  test.runIf(kubeconfig === undefined)("runs tests that helm runs, and records them alike", async () => {
    const files = { ...CHART, "templates/test.yaml": TEST_JOB };
    const here = await world();
    const install = { name: "app", namespace: here.namespace, render: renderChartOf(files, {}) };
    await installRelease(here.context, { ...install, waitStrategy: "hookOnly" });
    expect(await helm.helm("test", "app", ...here.in)).toMatch(/TEST SUITE: +app-test[^]*Phase: +Succeeded/);
    const theirs = await recordOf(helm.client, here.namespace, 1);
    await testRelease(here.context, { name: "app" });
    const ours = await recordOf(helm.client, here.namespace, 1);
    expect(ours).toEqual(theirs);
    await helm.helm("uninstall", "app", ...here.in);
  });

  test.each([
    { mode: "auto", method: "csa" },
    { mode: "true", method: "ssa" },
  ] as const)("goes on with a release that was made client-side, by $mode", async ({ mode, method }) => {
    const here = await world();
    const flags = ["--server-side=false", "--set", "value=two,extra=true"];
    await helm.helm("install", "app", folder, ...here.in, ...flags);
    await addForeignData(helm.client, here.namespace);
    const upgraded = await upgradeRelease(here.context, {
      name: "app",
      render: render({ value: "three" }),
      waitStrategy: "hookOnly",
      serverSideApply: mode,
      forceConflicts: true,
    });
    expect(upgraded.applyMethod).toBe(method);
    expect(await valueOf(helm.client, here.namespace)).toEqual({ value: "three", foreign: "stays" });
    expect(await envOf(helm.client, here.namespace)).toEqual(["VALUE=three"]);
    expect(await find(helm.client, here.namespace, "app-extra")).toBeUndefined();
    await helm.helm("upgrade", "app", folder, ...here.in, "--set", "value=four");
    expect(await valueOf(helm.client, here.namespace)).toEqual({ value: "four", foreign: "stays" });
  });
});

interface StoredRecord {
  readonly text: string;
  readonly type: unknown;
  readonly labels: Readonly<Record<string, string>>;
}

const MOMENT = /"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)"/g;

/** The JSON of a record without moments, which differ from run to run, and without times of files. */
async function recordOf(client: KubeClient, namespace: string, version: number): Promise<StoredRecord> {
  const secret = await client.get<KubeObject>(SECRETS, {
    namespace,
    name: `sh.helm.release.v1.app.v${version}`,
  });
  const { release } = (secret?.["data"] ?? { release: "" }) as { readonly release: string };
  const text = gunzipSync(Buffer.from(Buffer.from(release, "base64").toString(), "base64")).toString();
  const record = JSON.parse(text.replaceAll(MOMENT, '"<time>"')) as {
    readonly chart: { readonly templates: readonly { readonly name: string }[] };
  };
  const plain = JSON.stringify(record, (key, value: unknown) =>
    key === "modtime" ? undefined : key === "templates" ? byName(value as readonly NamedFile[]) : value,
  );
  return { text: plain, type: secret?.["type"], labels: secret?.metadata.labels ?? {} };
}

interface NamedFile {
  readonly name: string;
}

function byName(files: readonly NamedFile[]): readonly NamedFile[] {
  return files.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

async function statesOf({ store }: ReleaseContext): Promise<readonly string[]> {
  return (await store.history("app")).map(({ version, info }) => `${version} ${info.status}`);
}

function find(client: KubeClient, namespace: string, name: string): Promise<KubeObject | undefined> {
  return client.get<KubeObject>(CONFIG_MAPS, { namespace, name });
}

async function valueOf(client: KubeClient, namespace: string): Promise<unknown> {
  return (await find(client, namespace, "app-config"))?.["data"];
}

async function envOf(client: KubeClient, namespace: string): Promise<readonly string[]> {
  const live = await client.get<Deployment>(DEPLOYMENTS, { namespace, name: "app-web" });
  const env = live?.spec.template.spec.containers[0]?.env ?? [];
  return env.map(({ name, value }) => `${name}=${value}`);
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly env: readonly NamedValue[] }[] };
    };
  };
}

interface NamedValue {
  readonly name: string;
  readonly value: string;
}

async function addForeignData(client: KubeClient, namespace: string): Promise<void> {
  const patch = { type: "merge", patch: { data: { foreign: "stays" } } } as const;
  await client.patch(CONFIG_MAPS, { namespace, name: "app-config" }, patch, { fieldManager: "someone" });
}
