import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { KubeClient } from "@weir/client";
import { systemClock } from "@weir/core";
import {
  createReleaseStore,
  installRelease,
  loadChartArchive,
  prepareChart,
  releaseManifest,
  renderPrepared,
  storedChartOf,
} from "@weir/helm";

const INSTALL = /^helm install (\S+) (\S+\.tgz) -n <namespace>$/;

/** Where a command of a recording is run. */
export interface HelmPlace {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The folder with the recorded charts. */
  readonly charts: string;
}

/**
 * Does what a recorded `helm install` did, with the engine in helm's place: that the two leave the same is for the suites of
 * the engine to show. Gives a problem where the command is another one.
 */
export async function runHelmInstall(
  command: string,
  { client, namespace, charts }: HelmPlace,
): Promise<string | undefined> {
  const [, name, archive] = INSTALL.exec(command) ?? [];
  if (name === undefined || archive === undefined) return `the runner does not know ${command}`;
  const chart = loadChartArchive(await readFile(join(charts, basename(archive))));
  const prepared = prepareChart(chart, {}, { releaseName: name });
  const rendered = renderPrepared(prepared, { release: { name, namespace } });
  const { hooks, notes } = rendered;
  const stored = storedChartOf(prepared.chart);
  const render = { chart: stored, config: {}, manifest: releaseManifest(rendered), hooks, notes };
  const store = createReleaseStore(client, { namespace, clock: systemClock });
  await installRelease(
    { client, store, clock: systemClock, fieldManager: "helm" },
    { name, namespace, render },
  );
  return undefined;
}
