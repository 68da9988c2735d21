import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { ClusterKind, Suite } from "./suite.ts";

/** A suite and the file of its lists. */
export interface FoundSuite {
  readonly suite: Suite;
  readonly listsPath: string;
}

/**
 * Loads the suites whose name is, or lies under, one of the given names; all of them when none is given. Those that cannot
 * run against the cluster are left out; each cluster but the embedded one has lists of its own.
 */
export async function findSuites(
  root: string,
  wanted: readonly string[],
  cluster: ClusterKind = "embedded",
): Promise<readonly FoundSuite[]> {
  const lists = cluster === "embedded" ? ".cases.json" : `.${cluster}.cases.json`;
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const found: FoundSuite[] = [];
  for (const file of files) {
    const name = relative(root, file).split(sep).join("/").slice(0, -".ts".length);
    if (wanted.length > 0 && !wanted.some((want) => name === want || name.startsWith(`${want}/`))) continue;
    const loaded = (await import(pathToFileURL(file).href)) as { readonly suite?: Suite };
    const { clusters = ["embedded"] } = loaded.suite ?? {};
    if (loaded.suite === undefined || !clusters.includes(cluster)) continue;
    found.push({ suite: loaded.suite, listsPath: file.replace(/\.ts$/, lists) });
  }
  return found;
}
