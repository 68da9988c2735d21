import { join } from "node:path";
import { fluxResources, GitRepository, Kustomization } from "@weir/api";
import type { Kind, KubeClient } from "@weir/client";
import { type JsonObject, systemClock } from "@weir/core";
import { findCondition, gvkOf, isConditionTrue, type KubeObject } from "@weir/objects";
import { createNodeSender, pushChart, RegistryClient, type RegistryServer } from "@weir/oci";
import {
  chartArchive,
  chartRepositoryFiles,
  type ChartRepositoryServer,
  startChartRepository,
  startRegistry,
  startToolkit,
  type Toolkit,
} from "@weir/testkit";
import { foreignDefinitions, referredSecrets } from "./foreign-kinds.ts";
import { objectAt, type RepositoryTree, readRepositoryTree, type WantedChart } from "./repository-tree.ts";

/** A public repository and what a cluster syncs of it. */
export interface PublicRepository {
  readonly name: string;
  /** Its folder in the recorded data. */
  readonly folder: string;
  /** The Kustomizations that its cluster begins with, each depending on those named. */
  readonly roots: readonly { readonly name: string; readonly path: string; readonly dependsOn?: string }[];
}

const NAMESPACE = "flux-system";
const PATIENCE_MS = 300_000;
const LOOK_AGAIN_MS = 250;
const QUIET_MS = 5_000;
const LONG_MS = 2 ** 30;
const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";
const Namespace: Kind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  scope: "Cluster",
};

/** Syncs a public repository to an embedded cluster; says what is not Ready in the end, and nothing where all is. */
export async function syncRepository({ folder, roots }: PublicRepository): Promise<string | undefined> {
  await using running = new AsyncDisposableStack();
  // Waits keep no process alive, and here nothing else may be under way.
  const alive = setInterval(() => {}, LONG_MS);
  running.defer(() => clearInterval(alive));
  const registry = running.use(await startRegistry({ faults: {} }));
  const repositories = running.use(await startChartRepository({ faults: {} }));
  const hosts = { registry: registry.registry, repositories: repositories.url };
  const tree = readRepositoryTree(join(folder, "tree"), hosts);
  await provideCharts(tree.charts, registry, repositories);
  const toolkit = running.use(await startToolkit({ searchPath }));
  const { client } = toolkit;
  for (const object of await foreignDefinitions(tree.objects, client)) await apply(client, object);
  await commit(toolkit, tree);
  await apply(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  await apply(client, sourceOf(`${toolkit.git.url}/fleet.git`));
  for (const root of roots) await apply(client, rootOf(root));
  return await untilReady(client, tree);
}

async function provideCharts(
  charts: readonly WantedChart[],
  { registry }: RegistryServer,
  repositories: ChartRepositoryServer,
): Promise<void> {
  using sender = createNodeSender();
  const client = new RegistryClient({ sender, access: "plain" });
  for (const { kind, path, name, version } of charts) {
    const archive = chartArchive({ name, version: version.replace(/^v/, "") });
    if (kind === "repository") {
      for (const [file, content] of chartRepositoryFiles(path, [archive])) repositories.put(file, content);
      continue;
    }
    const parent = { registry, path: path.split("/").slice(0, -1).join("/") };
    const { reference } = await pushChart(client, { parent, archive });
    // Some name their tags otherwise than helm does.
    const { bytes, descriptor } = await client.fetchManifest(reference);
    const tagged = { ...reference, tag: version };
    await client.pushManifest({ reference: tagged, mediaType: descriptor.mediaType, bytes });
  }
}

async function commit({ git }: Toolkit, { files }: RepositoryTree): Promise<void> {
  const repository = await git.repository("fleet");
  await repository.commit({ branch: "main", message: "all", files });
}

function sourceOf(url: string): JsonObject {
  return {
    apiVersion: `${GitRepository.group}/${GitRepository.version}`,
    kind: GitRepository.kind,
    metadata: { name: NAMESPACE, namespace: NAMESPACE },
    spec: { interval: "1h", url, ref: { branch: "main" } },
  };
}

function rootOf({ name, path, dependsOn }: PublicRepository["roots"][number]): JsonObject {
  return {
    apiVersion: `${Kustomization.group}/${Kustomization.version}`,
    kind: Kustomization.kind,
    metadata: { name, namespace: NAMESPACE },
    spec: {
      interval: "1h",
      retryInterval: "5s",
      path,
      prune: true,
      wait: dependsOn !== undefined,
      sourceRef: { kind: GitRepository.kind, name: NAMESPACE },
      ...(dependsOn === undefined ? {} : { dependsOn: [{ name: dependsOn }] }),
    },
  };
}

async function apply(client: KubeClient, object: JsonObject): Promise<void> {
  const kubeObject = object as unknown as KubeObject;
  await client.apply(gvkOf(kubeObject), kubeObject, { fieldManager: "test", force: true });
}

/** All is Ready once nothing is left to wait for, and nothing new has come for a while. */
async function untilReady(client: KubeClient, tree: RepositoryTree): Promise<string | undefined> {
  const end = systemClock.monotonic() + PATIENCE_MS;
  let settled = { count: 0, sinceMs: systemClock.monotonic() };
  for (;;) {
    await provideSecrets(client, tree);
    const { unready, count } = await look(client);
    const now = systemClock.monotonic();
    if (unready.length > 0 || count !== settled.count) settled = { count, sinceMs: now };
    if (now - settled.sinceMs > QUIET_MS) return undefined;
    if (now > end) return unready.join("\n");
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}

interface Look {
  readonly unready: readonly string[];
  /** How many Flux objects there are. */
  readonly count: number;
}

async function look(client: KubeClient): Promise<Look> {
  const lists = await Promise.all(
    fluxResources.map((resource) => client.list(resource as unknown as Kind<KubeObject>)),
  );
  const objects = lists.flatMap(({ items }, index) =>
    items.map((item) => ({ ...item, kind: fluxResources[index]?.kind ?? "" })),
  );
  return { unready: objects.flatMap(problemOf), count: objects.length };
}

function problemOf(object: KubeObject): readonly string[] {
  const { kind, metadata } = object;
  const { conditions, observedGeneration } = objectAt(object["status"] as JsonObject | undefined) as {
    readonly conditions?: Parameters<typeof findCondition>[0];
    readonly observedGeneration?: number;
  };
  if (isConditionTrue(conditions, "Ready") && observedGeneration === metadata.generation) return [];
  const message = findCondition(conditions, "Ready")?.message ?? "not looked at";
  return [`${kind} ${metadata.namespace ?? ""}/${metadata.name ?? ""}: ${message}`];
}

/** What a controller of the repository would have made out of its vault. */
async function provideSecrets(client: KubeClient, { objects, files }: RepositoryTree): Promise<void> {
  const names = referredSecrets(objects);
  if (names.length === 0) return;
  const variables = Object.values(files).flatMap((text) => [...text.matchAll(/\$\{([A-Z][A-Z0-9_]*)\}/g)]);
  const stringData = Object.fromEntries(variables.map(([, name = ""]) => [name, "value"]));
  const { items } = await client.list(Namespace as Kind<KubeObject>);
  for (const { metadata } of items) {
    for (const name of names) {
      const target = { name, namespace: metadata.name ?? "" };
      await apply(client, { apiVersion: "v1", kind: "Secret", metadata: target, stringData });
    }
  }
}
