import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemClock } from "@weir/core";
import { buildDependencies, type Notify } from "@weir/helm";

import { CommandError } from "../cli-error.ts";
import { chartFolder } from "./chart-folder.ts";

/** Largest index or archive that is fetched. */
const MOST_BYTES = 128 * 1024 * 1024;

/** Fetches what a chart's folder depends on into its `charts/`, with the lock file, as `helm dependency update` does. */
export async function updateDependencies(folder: string, notify: Notify): Promise<void> {
  const { archives, outdated, lock } = await buildDependencies(chartFolder(folder), {
    mode: "update",
    clock: systemClock,
    notify,
    sources: { folder: (path) => chartFolder(resolve(folder, path)), fetch: fetchFile },
  });
  for (const name of outdated) await rm(resolve(folder, name), { force: true });
  for (const [path, data] of archives) {
    await mkdir(dirname(resolve(folder, path)), { recursive: true });
    await writeFile(resolve(folder, path), data);
  }
  if (lock !== undefined) await writeFile(resolve(folder, lock.path), lock.text);
}

async function fetchFile(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`;
    throw new CommandError("DependencyUnreachable", `failed to fetch ${url} : ${status}`);
  }
  const content = new Uint8Array(await response.arrayBuffer());
  if (content.byteLength > MOST_BYTES) throw new CommandError("DependencyTooLarge", `${url} is too large`);
  return content;
}
