import { createHash } from "node:crypto";
import { fluxResources, HelmChart, HelmRelease } from "@weir/api";
import { createClient, type Kind, type Transport } from "@weir/client";
import { type Cluster, type ClusterOptions, startCluster } from "@weir/cluster";
import { createWorkerPool, type JsonObject, systemClock, type WorkerPool } from "@weir/core";
import { createReleaseStore, loadChartFiles, packageChart, type Release } from "@weir/helm";
import { type Condition, formatTime, type KubeObject } from "@weir/objects";
import { createManager, kind, type Manager } from "@weir/sdk";
import { expect, vi } from "vitest";
import { helmReleaseController, type HelmReleaseControllerOptions } from "../src/index.ts";

export const NAMESPACE = "apps";
export const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });
const Event = kind("v1", "Event", { plural: "events", scope: "Namespaced" });
const CustomResourceDefinition: Kind = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
};

/** Templates of a chart, by file name. */
export type Templates = Readonly<Record<string, string>>;

/** A ConfigMap with one value. */
export const CONFIG: Templates = {
  "config.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  msg: {{ .Values.msg | default "hello" | quote }}
  revision: {{ .Release.Revision | quote }}
{{- if .Values.bad }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-bad
spec:
  ports: [{port: 99999}]
{{- end }}
`,
};

/** A cluster with HelmReleases, and charts that a test publishes by itself. */
export interface HelmToolkit extends AsyncDisposable {
  readonly cluster: Cluster;
  /** Starts a controller; it dies with the toolkit or before. */
  start(transport?: (inner: Transport) => Transport): Promise<Manager>;
  /** Gives the HelmChart `demo` an artifact of these templates, with this values.yaml. */
  publish(version: string, templates?: Templates, values?: string): Promise<void>;
  create(spec?: Partial<HelmRelease["spec"]>): Promise<void>;
  patch(patch: JsonObject): Promise<void>;
  get(): Promise<HelmRelease>;
  /** Waits until Ready has this status and reason. */
  ready(status: Condition["status"], reason?: string): Promise<Condition>;
  /** Waits until the last generation was seen through. */
  observed(): Promise<HelmRelease>;
  gone(): Promise<void>;
  records(): Promise<readonly Release[]>;
  events(): Promise<readonly string[]>;
  data(): Promise<Readonly<Record<string, string>> | undefined>;
}

/** Starts a cluster; workloads are ready at once. */
export async function startHelmToolkit(
  options: HelmReleaseControllerOptions = {},
  {
    workers,
    ...clusterOptions
  }: Pick<ClusterOptions, "authorization" | "listen"> & { readonly workers?: WorkerPool } = {},
): Promise<HelmToolkit> {
  const stack = new AsyncDisposableStack();
  const cluster = stack.use(
    await startCluster({
      loops: { garbage: false, accounts: false, rootCertificate: false, workloads: "status-only" },
      statusAnnotation: "test.local/status",
      ...clusterOptions,
    }),
  );
  const pool = workers ?? stack.use(createWorkerPool({ size: 1 }));
  const { client } = cluster;
  for (const resource of fluxResources) {
    await client.create(CustomResourceDefinition, resource.crd() as unknown as KubeObject);
  }
  await client.create(kind("v1", "Namespace"), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE },
  });
  const archives = new Map<string, Uint8Array>();
  const start = async (wrap: (inner: Transport) => Transport = (inner) => inner): Promise<Manager> => {
    const controller = helmReleaseController({
      workers: pool,
      clock: systemClock,
      fetch: (url) => Promise.resolve(answer(archives.get(url))),
      options: { backoff: { baseMs: 10, maxMs: 100 }, requeueDependencyMs: 1_000, ...options },
    });
    const own = createClient({ transport: wrap(cluster.transport) });
    const manager = stack.use(createManager({ client: own, controllers: [controller], gracefulStopMs: 200 }));
    await manager.start();
    return manager;
  };
  return {
    ...actions(cluster, archives),
    cluster,
    start,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const KEY = { namespace: NAMESPACE, name: "app" };
const CHART = { namespace: NAMESPACE, name: "demo" };
/** For a machine that is busy with other tests; what comes, comes within moments. */
const PATIENCE = { timeout: 60_000, interval: 20 };

function actions(
  { client }: Cluster,
  archives: Map<string, Uint8Array>,
): Omit<HelmToolkit, "cluster" | "start" | typeof Symbol.asyncDispose> {
  const get = async (): Promise<HelmRelease> => {
    const found = await client.get(HelmRelease, KEY);
    if (found === undefined) expect.fail("the HelmRelease is gone");
    return found;
  };
  const store = createReleaseStore(client, { namespace: NAMESPACE, clock: systemClock });
  return {
    get,
    publish: async (version, templates = CONFIG, values = "") => {
      const archive = chartOf(version, templates, values);
      const digest = `sha256:${createHash("sha256").update(archive).digest("hex")}`;
      const url = `http://charts/${digest}`;
      archives.set(url, archive);
      if ((await client.get(HelmChart, CHART)) === undefined) {
        const sourceRef = { kind: "HelmRepository", name: "main" } as const;
        await client.create(HelmChart, {
          metadata: CHART,
          spec: { chart: "demo", interval: "10m", sourceRef },
        });
      }
      const artifact = {
        url,
        digest,
        revision: version,
        path: "demo",
        lastUpdateTime: formatTime(systemClock.now()),
      };
      const patch = { status: { artifact, observedGeneration: 1 } };
      await client.patch(HelmChart, CHART, { type: "merge", patch }, { subresource: "status" });
    },
    create: async (spec = {}) => {
      const chartRef = { kind: "HelmChart", name: "demo" } as const;
      await client.create(HelmRelease, {
        metadata: KEY,
        spec: { interval: "10m", timeout: "5s", chartRef, ...spec },
      });
    },
    patch: async (patch) => {
      await client.patch(HelmRelease, KEY, { type: "merge", patch });
    },
    ready: (status, reason) =>
      vi.waitFor(async () => {
        const { status: found, metadata } = await get();
        const ready = found?.conditions?.find(({ type }) => type === "Ready");
        const wanted = { status, observedGeneration: metadata.generation };
        expect(ready, JSON.stringify(found)).toMatchObject(
          reason === undefined ? wanted : { ...wanted, reason },
        );
        return ready as Condition;
      }, PATIENCE),
    observed: () =>
      vi.waitFor(async () => {
        const found = await get();
        expect(found.status?.observedGeneration, JSON.stringify(found.status)).toBe(
          found.metadata.generation,
        );
        return found;
      }, PATIENCE),
    gone: () => vi.waitFor(async () => expect(await client.get(HelmRelease, KEY)).toBeUndefined(), PATIENCE),
    records: () => store.history("app"),
    events: async () => {
      const { items } = await client.list(Event, { namespace: NAMESPACE });
      return items.map((event) => {
        const { type, reason, message } = event as unknown as Record<string, string>;
        return `${type} ${reason} ${message}`;
      });
    },
    data: async () => {
      const found = await client.get(ConfigMap, KEY);
      return found?.["data"] as Readonly<Record<string, string>> | undefined;
    },
  };
}

function chartOf(version: string, templates: Templates, values: string): Uint8Array {
  const file = (name: string, text: string) => ({ name, data: Buffer.from(text) });
  const chart = loadChartFiles([
    file("Chart.yaml", `apiVersion: v2\nname: demo\nversion: ${version}\n`),
    file("values.yaml", values),
    ...Object.entries(templates).map(([name, text]) => file(`templates/${name}`, text)),
  ]);
  return packageChart(chart).archive;
}

function answer(bytes: Uint8Array | undefined): Response {
  return bytes === undefined ? new Response("", { status: 404 }) : new Response(Buffer.from(bytes));
}
