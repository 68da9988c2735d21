import { type Clock, compareUtf8, cleanPath, type Tree } from "@weir/core";
import { ConstraintError, parseConstraint, quoteGo } from "@weir/text";
import { emitYaml } from "@weir/yaml";
import type { Chart, ChartDependency, ChartLock } from "../chart/chart.ts";
import { ChartError } from "../chart/chart-error.ts";
import type { Notify } from "../chart/chart-notice.ts";
import { loadChartArchive, loadChartFolder } from "../chart/load-chart.ts";
import type { ChartLimits } from "../chart/unpack-archive.ts";
import { lockJson } from "../package/metadata-json.ts";
import { DependencyFetcher, type FetchedChart } from "./dependency-fetcher.ts";
import type { DependencySources } from "./dependency-sources.ts";
import { helm2LockDigest, lockDigest } from "./lock-digest.ts";
import { DependencyError } from "./repository-error.ts";

/** How dependencies are built. */
export interface BuildDependenciesOptions {
  /** The chart's folder in the tree; the root by default. */
  readonly folder?: string;
  readonly sources: DependencySources;
  /** `update` works the versions out anew though there is a lock file. Default `build`. */
  readonly mode?: "build" | "update";
  /** The time in a lock file that is written. */
  readonly clock: Clock;
  readonly limits?: ChartLimits;
  readonly notify?: Notify;
}

/** What has to change in a chart's folder so that its dependencies are there. */
export interface BuiltDependencies {
  /** Archives by their paths: `charts/NAME-VERSION.tgz`. */
  readonly archives: ReadonlyMap<string, Uint8Array>;
  /** Archives of charts that are no longer depended on. */
  readonly outdated: readonly string[];
  /** The lock file that is to be written, if it changed: path and text. */
  readonly lock: { readonly path: string; readonly text: string } | undefined;
}

/**
 * Fetches the charts that a chart depends on, as `helm dependency build` does: the locked versions where there is a
 * lock file that fits Chart.yaml, else the highest that lie in the ranges. Nothing is written.
 *
 * Throws `DependencyError`, `RepositoryError` and `ChartError` in helm's words, and what the sources throw.
 */
export async function buildDependencies(
  tree: Tree,
  options: BuildDependenciesOptions,
): Promise<BuiltDependencies> {
  const { folder = "", mode = "build", sources, limits, notify = () => undefined } = options;
  const chart = loadChartFolder(tree, folder, { ...(limits === undefined ? {} : { limits }), notify });
  const { dependencies } = chart.metadata;
  if (dependencies === undefined) return { archives: new Map(), outdated: [], lock: undefined };
  const fetcher = new DependencyFetcher({ tree, folder, sources, limits, notify });
  const required = dependencies.map((dependency) => fetcher.withUrl(dependency));
  const lock = mode === "build" ? chart.lock : undefined;
  if (lock !== undefined) checkLock(chart, required, lock);
  const wanted = lock === undefined ? await resolveAll(fetcher, required) : lock.dependencies;
  const fetched = await fetchAll(fetcher, wanted);
  const archives = archivesOf(fetched);
  return {
    archives,
    outdated: outdatedArchives(tree, folder, { archives, local: localNames(wanted) }),
    lock: lock === undefined ? newLock(chart, { required, wanted, fetched }, options.clock) : undefined,
  };
}

interface Resolved {
  readonly required: readonly ChartDependency[];
  readonly wanted: readonly ChartDependency[];
  readonly fetched: readonly (FetchedChart | undefined)[];
}

/** The lock file of what was fetched; undefined where the chart has that already. */
function newLock(
  { metadata, lock }: Chart,
  { required, wanted, fetched }: Resolved,
  clock: Clock,
): BuiltDependencies["lock"] {
  const dependencies = wanted.map((dependency, index) => ({
    ...dependency,
    version: fetched[index]?.version ?? dependency.version,
  }));
  const digest = lockDigest(required, dependencies);
  if (digest === lock?.digest) return undefined;
  const generated = new Date(clock.now()).toISOString();
  const path = metadata.apiVersion === "v1" ? "requirements.lock" : "Chart.lock";
  return { path, text: emitYaml(lockJson({ generated, digest, dependencies })) };
}

/** A lock file counts only as long as it was made from what Chart.yaml says. */
function checkLock({ metadata }: Chart, required: readonly ChartDependency[], lock: ChartLock): void {
  if (lockDigest(required, lock.dependencies) === lock.digest) return;
  if (metadata.apiVersion !== "v1") {
    throw new DependencyError(
      "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies with 'helm dependency update'",
    );
  }
  if (helm2LockDigest(metadata.dependencies) === lock.digest) return;
  throw new DependencyError(
    "the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies",
  );
}

/** The version of each dependency, as a lock file has it. */
async function resolveAll(
  fetcher: DependencyFetcher,
  required: readonly ChartDependency[],
): Promise<readonly ChartDependency[]> {
  const locked: ChartDependency[] = [];
  const missing: string[] = [];
  for (const dependency of required) {
    const { name, repository, version } = dependency;
    checkRange(dependency);
    // One after the other: two charts of one repository share its index.
    // oxlint-disable-next-line no-await-in-loop
    const found = await fetcher.resolve(dependency);
    if (found === undefined) {
      missing.push(`${quoteGo(name)} (repository ${quoteGo(repository)}, version ${quoteGo(version)})`);
    } else locked.push(lockedDependency(name, repository, found));
  }
  if (missing.length === 0) return locked;
  throw new DependencyError(
    `can't get a valid version for ${missing.length} subchart(s): ${missing.join(", ")}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml`,
  );
}

function checkRange({ name, version }: ChartDependency): void {
  try {
    parseConstraint(version);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new DependencyError(
      `dependency ${quoteGo(name)} has an invalid version/constraint format: ${error.message}`,
    );
  }
}

function lockedDependency(name: string, repository: string, version: string): ChartDependency {
  return { name, version, repository, condition: "", tags: [], enabled: false, importValues: [], alias: "" };
}

async function fetchAll(
  fetcher: DependencyFetcher,
  wanted: readonly ChartDependency[],
): Promise<readonly (FetchedChart | undefined)[]> {
  const fetched: (FetchedChart | undefined)[] = [];
  for (const dependency of wanted) {
    // oxlint-disable-next-line no-await-in-loop -- one archive in memory more than is kept is enough
    fetched.push(await fetcher.fetch(dependency));
  }
  return fetched;
}

function archivesOf(fetched: readonly (FetchedChart | undefined)[]): ReadonlyMap<string, Uint8Array> {
  const archives = new Map<string, Uint8Array>();
  for (const chart of fetched) {
    if (chart?.archive !== undefined) archives.set(`charts/${chart.fileName}`, chart.archive);
  }
  return archives;
}

function localNames(wanted: readonly ChartDependency[]): ReadonlySet<string> {
  return new Set(wanted.filter(({ repository }) => repository === "").map(({ name }) => name));
}

interface Kept {
  readonly archives: ReadonlyMap<string, Uint8Array>;
  readonly local: ReadonlySet<string>;
}

/** Archives below `charts/` that are charts, and not among those that were fetched. */
function outdatedArchives(tree: Tree, folder: string, { archives, local }: Kept): readonly string[] {
  const charts = cleanPath(`${folder === "" ? "." : folder}/charts`);
  const outdated = (tree.list(charts) ?? []).filter(({ name, kind }) => {
    if (kind !== "file" || archives.has(`charts/${name}`)) return false;
    const chart = tryLoadArchive(tree.read(`${charts}/${name}`));
    return chart !== undefined && !local.has(chart.metadata.name);
  });
  return outdated.map(({ name }) => `charts/${name}`).sort(compareUtf8);
}

function tryLoadArchive(archive: Uint8Array | undefined): Chart | undefined {
  try {
    return archive === undefined ? undefined : loadChartArchive(archive);
  } catch (error) {
    if (error instanceof ChartError) return undefined;
    throw error;
  }
}
