import { describeError, type Tree, WeirError } from "@weir/core";
import {
  type Chart,
  type ChartDependency,
  type ChartLimits,
  ChartError,
  loadChartArchive,
  loadChartFolder,
} from "@weir/helm";
import { ConstraintError, parseConstraint, tryParseSemver } from "@weir/text";
import { buildFailed } from "./chart-build-error.ts";
import type { ChartRepository } from "./chart-repository.ts";
import { kindAt, pathInSource } from "./source-path.ts";

/** Opens the repository of a dependency by its URL. */
export type RepositoryFor = (url: string) => Promise<ChartRepository>;

/** What a chart may depend on. */
export interface DependencySource {
  readonly tree: Tree;
  /** The chart's folder. */
  readonly path: string;
  readonly limits: ChartLimits;
  readonly repositoryFor: RepositoryFor;
}

/**
 * Adds the charts that a chart depends on and does not hold, as Flux does: those of its lock file where it has one.
 * Throws a `SourceStepError`.
 */
export async function addDependencies(
  chart: Chart,
  source: DependencySource,
): Promise<{ readonly chart: Chart; readonly added: number }> {
  const required = chart.lock?.dependencies ?? chart.metadata.dependencies ?? [];
  const missing = missingOf(chart, required);
  const added: Chart[] = [];
  for (const dependency of missing) {
    const { alias } = dependency;
    // oxlint-disable-next-line no-await-in-loop -- dependencies of one repository share its index
    const subchart = await load(dependency, source);
    added.push(alias === "" ? subchart : { ...subchart, metadata: { ...subchart.metadata, name: alias } });
  }
  if (added.length === 0) return { chart, added: 0 };
  return { chart: { ...chart, subcharts: [...chart.subcharts, ...added] }, added: added.length };
}

function missingOf({ subcharts }: Chart, required: readonly ChartDependency[]): readonly ChartDependency[] {
  if (subcharts.length === required.length) return [];
  const present = new Set(subcharts.map(({ metadata }) => metadata.name));
  const missing = required.filter((dependency) => !present.has(nameOf(dependency)));
  return [...new Map(missing.map((dependency) => [nameOf(dependency), dependency])).values()];
}

function nameOf({ name, alias }: ChartDependency): string {
  return alias === "" ? name : alias;
}

async function load(dependency: ChartDependency, source: DependencySource): Promise<Chart> {
  const isLocal = dependency.repository === "" || dependency.repository.startsWith("file://");
  try {
    return isLocal ? loadLocal(dependency, source) : await loadRemote(dependency, source);
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    const what = `failed to add ${isLocal ? "local" : "remote"} dependency '${nameOf(dependency)}'`;
    throw buildFailed("dependencies", `${what}: ${describeError(error)}`);
  }
}

function loadLocal(dependency: ChartDependency, { tree, path, limits }: DependencySource): Chart {
  const { name, repository, version } = dependency;
  const below = repository === "" ? `charts/${name}` : repository.slice("file://".length);
  const at = pathInSource(path, below);
  const kind = kindAt(tree, at);
  if (kind === undefined) {
    throw new ChartError(`no chart found at '/${at}' (reference '${repository}')`);
  }
  const constraint = readRange(version);
  const chart = within(`failed to load chart from '/${at}' (reference '${repository}')`, () =>
    kind === "directory"
      ? loadChartFolder(tree, at, { limits })
      : loadChartArchive(tree.read(at) ?? new Uint8Array(), { limits }),
  );
  const found = tryParseSemver(chart.metadata.version);
  if (found !== undefined && constraint.check(found)) return chart;
  throw new ChartError(`can't get a valid version for constraint '${version}'`);
}

function readRange(version: string): ReturnType<typeof parseConstraint> {
  try {
    return parseConstraint(version);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new ChartError(`invalid version/constraint format '${version}': ${error.message}`);
  }
}

async function loadRemote(
  { name, version, repository }: ChartDependency,
  { repositoryFor, limits }: DependencySource,
): Promise<Chart> {
  checkUrl(repository);
  const charts = await asStep(`failed to get chart repository for URL '${repository}'`, () =>
    repositoryFor(repository),
  );
  const what = `failed to get chart '${name}' version '${version}' from '${repository}'`;
  const found = await asStep(what, () => charts.find(name, version));
  const archive = await asStep(`chart download of version '${found.version}' failed`, () =>
    charts.download(found),
  );
  return within(`failed to load downloaded archive of version '${found.version}'`, () =>
    loadChartArchive(archive, { limits }),
  );
}

function checkUrl(url: string): void {
  if (/^(?:oci|https?):\/\//.test(url)) return;
  throw new ChartError(
    url.startsWith("@")
      ? `aliased repository dependency is not supported: ${url}`
      : `invalid dependency repository URL: ${url}`,
  );
}

async function asStep<Value>(what: string, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    throw new ChartError(`${what}: ${describeError(error)}`);
  }
}

function within<Value>(what: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof ChartError) throw new ChartError(`${what}: ${error.message}`);
    throw error;
  }
}
