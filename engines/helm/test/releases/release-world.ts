import { type Cluster, startCluster } from "@weir/cluster";
import { createClient, type KubeClient, type Transport } from "@weir/client";
import { systemClock } from "@weir/core";
import {
  createReleaseStore,
  loadChartFiles,
  prepareChart,
  type Release,
  type ReleaseContext,
  releaseManifest,
  type ReleaseLogLine,
  type ReleaseStore,
  type RenderRelease,
  renderPrepared,
  storedChartOf,
  type StoreWrite,
} from "../../src/index.ts";
import { filesOf } from "../chart-of.ts";

export const NAMESPACE = "apps";

/** What a test of releases works with. */
export interface ReleaseWorld extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly context: ReleaseContext;
  readonly store: ReleaseStore;
  readonly lines: ReleaseLogLine[];
  readonly writes: StoreWrite[];
}

/** A cluster with the namespace of the releases. */
export async function startWorld(options: { readonly listen?: boolean } = {}): Promise<ReleaseWorld> {
  const cluster = await startCluster({
    loops: { workloads: "status-only", namespaces: "finalizer-only" },
    ...(options.listen === true ? { listen: {} } : {}),
  });
  await createNamespace(cluster.client);
  return worldOf(cluster, cluster.client);
}

export async function createNamespace(client: KubeClient, name = NAMESPACE): Promise<void> {
  const kind = {
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    scope: "Cluster",
  } as const;
  await client.create(kind, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
}

/** The same cluster through another client. */
export function worldOf(cluster: Cluster, client: KubeClient): ReleaseWorld {
  const lines: ReleaseLogLine[] = [];
  const writes: StoreWrite[] = [];
  const store = createReleaseStore(client, {
    namespace: NAMESPACE,
    clock: systemClock,
    observe: (write) => writes.push(write),
  });
  const context: ReleaseContext = {
    client,
    store,
    clock: systemClock,
    fieldManager: "helm",
    log: (line) => lines.push(line),
  };
  return {
    cluster,
    client,
    context,
    store,
    lines,
    writes,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

/** A client over a transport, as the administrator. */
export function clientOver(transport: Transport): KubeClient {
  return createClient({ transport, clock: systemClock });
}

/** A render of a chart `c` of some templates. */
export function renderOf(
  templates: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string | number>> = {},
): RenderRelease {
  const files = Object.entries(templates).map(([name, text]) => [`templates/${name}`, text] as const);
  return async ({ name, namespace, revision, isUpgrade }) => {
    const chart = loadChartFiles(filesOf(Object.fromEntries(files)));
    const prepared = prepareChart(chart, values, { releaseName: name });
    const rendered = renderPrepared(prepared, { release: { name, namespace, revision, isUpgrade } });
    return {
      chart: storedChartOf(prepared.chart),
      config: values,
      manifest: releaseManifest(rendered),
      hooks: rendered.hooks,
      notes: rendered.notes,
    };
  };
}

/** A ConfigMap of a value. */
export function configMap(name: string, value = "{{ .Values.value }}"): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: "${value}"\n`;
}

/** A Job that is a hook. */
export function hookJob(
  name: string,
  event: string,
  annotations: Readonly<Record<string, string>> = {},
): string {
  const all = Object.entries({ "helm.sh/hook": event, ...annotations });
  const lines = all.map(([key, value]) => `    ${key}: "${value}"`).join("\n");
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations:
${lines}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: run, image: "example.com/run:1"}]
`;
}

/** States of the revisions, the oldest first. */
export async function statesOf(store: ReleaseStore, name: string): Promise<readonly string[]> {
  return (await store.history(name)).map(({ version, info }: Release) => `${version} ${info.status}`);
}
