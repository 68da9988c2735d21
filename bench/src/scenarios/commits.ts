import { GitRepository, ReconcileAnnotation } from "@weir/api";
import type { KubeClient } from "@weir/client";
import { createKustomization, NAMESPACE, SOURCE, startFleet } from "./fleet-toolkit.ts";
import type { TimesFigures } from "./scenario.ts";
import { versionFiles, VersionWatch } from "./version-watch.ts";

/**
 * Commits again and again, asks the source to look (as a Receiver does) and waits until the object on the cluster shows
 * the commit. The time begins when the commit is in the repository.
 */
export async function runCommits(
  { count }: { readonly count: number },
  searchPath: string,
): Promise<TimesFigures> {
  await using fleet = await startFleet(versionFiles("v0"), searchPath);
  await createKustomization(fleet.client, "app", { path: "./app" });
  await fleet.kustomizations.ready(["app"]);
  using versions = new VersionWatch(fleet.client, NAMESPACE);
  const timesMs: number[] = [];
  for (let index = 1; index <= count; index += 1) {
    const version = `v${index}`;
    await fleet.repository.commit({ message: version, files: versionFiles(version) });
    const start = performance.now();
    await requestSync(fleet.client, version);
    await versions.reached(version);
    timesMs.push(performance.now() - start);
    await fleet.kustomizations.ready(["app"]);
  }
  return { timesMs };
}

async function requestSync(client: KubeClient, token: string): Promise<void> {
  const annotations = { [ReconcileAnnotation.requestedAt]: token };
  const patch = { type: "merge" as const, patch: { metadata: { annotations } } };
  await client.patch(GitRepository, { namespace: NAMESPACE, name: SOURCE }, patch);
}
