import { Kustomization } from "@weir/api";
import { findCondition } from "@weir/objects";
import type { CaseResult, Suite } from "../../src/suite.ts";
import { clusterEntries } from "../../src/sync/cluster-entry.ts";
import { readCorpusRepository } from "../../src/sync/corpus-repository.ts";
import { differenceOnCluster, expectedObjects } from "../../src/sync/expected-object.ts";
import { syncCluster, type SyncedCluster } from "../../src/sync/sync-cluster.ts";
import type { SyncedKustomization } from "../../src/sync/synced-kustomization.ts";

async function judge(
  name: string,
  kustomization: SyncedKustomization,
  cluster: SyncedCluster,
): Promise<CaseResult> {
  const problems = (await whyNotReady(kustomization, cluster)) ?? (await differences(kustomization, cluster));
  return problems === "" ? { name, verdict: "pass" } : { name, verdict: "fail", detail: problems };
}

async function whyNotReady(
  { namespace, name }: SyncedKustomization,
  { client }: SyncedCluster,
): Promise<string | undefined> {
  const found = await client.get(Kustomization, { namespace, name });
  if (found === undefined) return "it is not on the cluster";
  const ready = findCondition(found.status?.conditions ?? [], "Ready");
  if (ready === undefined) return "it has no Ready condition";
  return ready.status === "True" ? undefined : `not Ready: ${ready.reason}: ${ready.message}`;
}

async function differences(
  kustomization: SyncedKustomization,
  { client, sources }: SyncedCluster,
): Promise<string> {
  if (kustomization.output === undefined) return "the corpus does not have what it builds";
  const expected = expectedObjects(kustomization, sources);
  const found = await Promise.all(expected.map((object) => differenceOnCluster(client, object)));
  return found.filter((difference) => difference !== undefined).join("\n");
}

export const suite: Suite = {
  name: "sync/repositories",
  isTimed: true,
  async *run(corpus, only) {
    for (const entry of clusterEntries) {
      const prefix = `${entry.repository}/${entry.cluster}`;
      if (only !== undefined && !only.startsWith(`${prefix}/`)) continue;
      await using cluster = await syncCluster(readCorpusRepository(corpus, entry.repository), entry);
      for (const kustomization of cluster.kustomizations) {
        const name = `${prefix}/${kustomization.namespace}/${kustomization.name}`;
        if (only === undefined || only === name) yield await judge(name, kustomization, cluster);
      }
    }
  },
};
