import { HelmRelease, HelmRepository, ReconcileAnnotation } from "@weir/api";
import type { KubeClient } from "@weir/client";
import {
  chartArchive,
  chartRepositoryFiles,
  type ChartRepositoryServer,
  startChartRepository,
} from "@weir/testkit";
import { NAMESPACE } from "./fleet-toolkit.ts";
import { ReadyWatch } from "./ready-watch.ts";

/** The name of the repository of charts. */
const REPOSITORY = "charts";
const AT_ONCE = 16;

/** Three objects, as in the recorded figures of Flux. */
const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-cm}
data: {a: {{ .Values.a | quote }}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: {{ .Release.Name }}-sa}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}-svc}
spec: {selector: {app: x}, ports: [{port: 80}]}
`;

/** Serves the small chart. */
export function serveSmallChart(): Promise<ChartRepositoryServer> {
  const templates = { "all.yaml": TEMPLATE };
  const archive = chartArchive({ name: "small", version: "1.0.0", values: "a: '1'\n", templates });
  return startChartRepository({ files: chartRepositoryFiles("main", [archive]) });
}

/** How long releases may take: on a busy machine 500 of them take minutes. */
const PATIENCE_MS = 600_000;

/** Follows the releases of the scenario. */
export function watchReleases(client: KubeClient): ReadyWatch {
  return new ReadyWatch(client, HelmRelease, NAMESPACE, PATIENCE_MS);
}

/** Creates the repository of the chart and waits for its index. */
export async function createRepository(client: KubeClient, { url }: ChartRepositoryServer): Promise<void> {
  await using repositories = new ReadyWatch(client, HelmRepository, NAMESPACE);
  await client.create(HelmRepository, {
    metadata: { namespace: NAMESPACE, name: REPOSITORY },
    spec: { url: `${url}/main`, interval: "10m" },
  });
  await repositories.ready([REPOSITORY]);
}

/** So many names of releases. */
export function releaseNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `r${String(index).padStart(4, "0")}`);
}

/** Creates a release of the small chart. */
export async function createRelease(client: KubeClient, name: string): Promise<void> {
  await client.create(HelmRelease, {
    metadata: { namespace: NAMESPACE, name },
    spec: {
      interval: "10m",
      chart: {
        spec: { chart: "small", version: "1.0.0", sourceRef: { kind: "HelmRepository", name: REPOSITORY } },
      },
    },
  });
}

/** Asks for a reconcile of all of them, and waits until each has answered. */
export async function requestAll(
  client: KubeClient,
  names: readonly string[],
  { watch, at }: { readonly watch: ReadyWatch; readonly at: string },
): Promise<void> {
  const annotations = { [ReconcileAnnotation.requestedAt]: at };
  const waiting = [...names];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const patch = { type: "merge" as const, patch: { metadata: { annotations } } };
      await client.patch(HelmRelease, { namespace: NAMESPACE, name }, patch);
    }
  };
  const handled = watch.handled(names, at);
  await Promise.all([handled, ...Array.from({ length: AT_ONCE }, work)]);
}
