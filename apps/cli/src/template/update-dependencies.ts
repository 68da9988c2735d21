import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemClock } from "@weir/core";
import { buildDependencies, type Notify } from "@weir/helm";

import { chartFolder } from "./chart-folder.ts";
import type { ChartSource } from "./chart-source.ts";

/** Fetches what a chart's folder depends on into its `charts/`, with the lock file, as `helm dependency update` does. */
export async function updateDependencies(folder: string, source: ChartSource, notify: Notify): Promise<void> {
  const { archives, outdated, lock } = await buildDependencies(chartFolder(folder), {
    mode: "update",
    clock: systemClock,
    notify,
    sources: {
      folder: (path) => chartFolder(resolve(folder, path)),
      fetch: (url) => source.fetch(url),
      ...source.registryCharts,
    },
  });
  for (const name of outdated) await rm(resolve(folder, name), { force: true });
  for (const [path, data] of archives) {
    await mkdir(dirname(resolve(folder, path)), { recursive: true });
    await writeFile(resolve(folder, path), data);
  }
  if (lock !== undefined) await writeFile(resolve(folder, lock.path), lock.text);
}
