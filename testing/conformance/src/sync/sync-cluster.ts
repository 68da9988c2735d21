import { Kustomization } from "@weir/api";
import type { KubeClient } from "@weir/client";
import { type JsonObject, systemClock } from "@weir/core";
import { findCondition, gvkOf, type KubeObject } from "@weir/objects";
import { eventually, startToolkit, type Toolkit } from "@weir/testkit";
import type { ClusterEntry } from "./cluster-entry.ts";
import type { CorpusRepository } from "./corpus-repository.ts";
import { permissiveDefinitions } from "./foreign-kinds.ts";
import { fixtureFiles, type VariableSource, variableSources } from "./sync-fixture.ts";
import { ROOT, type SyncedKustomization, syncedKustomizations } from "./synced-kustomization.ts";

/** A cluster that has synced a repository as far as it goes. */
export interface SyncedCluster extends AsyncDisposable {
  readonly client: KubeClient;
  readonly kustomizations: readonly SyncedKustomization[];
  readonly sources: readonly VariableSource[];
}

/** No Kustomization's condition changes for so long: the sync is over. */
const QUIET_MS = 8_000;
const LONGEST_MS = 180_000;
const LOOK_EVERY_MS = 100;

/** Syncs a cluster of a repository on an embedded cluster in memory; resolves when nothing changes any more. */
export async function syncCluster(repository: CorpusRepository, entry: ClusterEntry): Promise<SyncedCluster> {
  await using starting = new AsyncDisposableStack();
  const toolkit = starting.use(await startToolkit({ searchPath: process.env["PATH"] ?? "/usr/bin:/bin" }));
  const { client } = toolkit;
  const served = await client.discover({ refresh: true });
  const kustomizations = syncedKustomizations(repository, entry, served);
  const objects = kustomizations.flatMap(({ output = [] }) => output);
  const definitions = permissiveDefinitions(objects, served);
  for (const definition of definitions) await put(client, definition);
  await untilServed(client, objects, definitions.length);
  const sources = variableSources(kustomizations);
  for (const { object, namespace } of sources) {
    await put(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await put(client, object);
  }
  const git = await toolkit.git.repository(repository.name);
  await git.commit({ files: { ...repository.files, ...fixtureFiles(entry, kustomizations, served) } });
  await bootstrap(toolkit, repository.name, kustomizations);
  await untilQuiet(client, kustomizations.length);
  const running = starting.move();
  return { client, kustomizations, sources, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function put(client: KubeClient, object: JsonObject): Promise<void> {
  await client.apply(gvkOf(object), object as unknown as KubeObject, {
    fieldManager: "fixture",
    force: true,
  });
}

async function untilServed(
  client: KubeClient,
  objects: readonly KubeObject[],
  definitions: number,
): Promise<void> {
  if (definitions === 0) return;
  await eventually(async () => {
    const served = await client.discover({ refresh: true });
    const known = new Set(served.map(({ group, version, kind }) => `${group}/${version}/${kind}`));
    const missing = objects.map(gvkOf).find((gvk) => !known.has(`${gvk.group}/${gvk.version}/${gvk.kind}`));
    if (missing !== undefined) throw new Error(`${missing.kind} of ${missing.group} is not served`);
  });
}

/** Creates what `flux bootstrap` creates. */
async function bootstrap(
  { client, git }: Toolkit,
  name: string,
  [root]: readonly SyncedKustomization[],
): Promise<void> {
  const metadata = { name: ROOT, namespace: ROOT };
  await put(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: ROOT } });
  await put(client, {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata,
    spec: { interval: "10m", url: `${git.url}/${name}.git`, ref: { branch: "main" } },
  });
  const spec = root?.spec as unknown as JsonObject;
  await put(client, {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata,
    spec,
  });
}

/** Waits until all are Ready, or until nothing has changed for a while. */
async function untilQuiet(client: KubeClient, count: number): Promise<void> {
  const end = systemClock.monotonic() + LONGEST_MS;
  let [last, since] = ["", systemClock.monotonic()];
  while (systemClock.monotonic() < end) {
    const { items } = await client.list(Kustomization);
    const conditions = items.map(({ status }) => findCondition(status?.conditions ?? [], "Ready"));
    if (items.length === count && conditions.every((condition) => condition?.status === "True")) return;
    const now = JSON.stringify(conditions);
    if (now !== last) [last, since] = [now, systemClock.monotonic()];
    if (systemClock.monotonic() - since > QUIET_MS) return;
    await systemClock.sleep(LOOK_EVERY_MS);
  }
}
