import { joinTreePath, type Tree } from "@weir/core";
import { ConstraintError, parseConstraint, parseStrictSemver, SemverError, tryParseSemver } from "@weir/text";
import type { Chart, ChartDependency } from "../chart/chart.ts";
import { ChartError } from "../chart/chart-error.ts";
import { loadChartArchive, loadChartFolder } from "../chart/load-chart.ts";

/** What helm says of a dependency's presence. */
export type DependencyStatus =
  | "ok"
  | "unpacked"
  | "missing"
  | "wrong version"
  | "invalid version"
  | "misnamed"
  | "corrupt"
  | "too many matches";

/** One line of `helm dependency list`. */
export interface ListedDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly status: DependencyStatus;
}

/** What `helm dependency list` shows. */
export interface DependencyList {
  readonly dependencies: readonly ListedDependency[];
  /** What is below `charts/` and not in Chart.yaml, or no chart; without helm's `WARNING: `. */
  readonly warnings: readonly string[];
}

/**
 * Looks at which dependencies of the chart in a folder are there. `path` is what warnings call the folder.
 * Throws `ChartError` where the chart does not load.
 */
export function listDependencies(tree: Tree, folder = "", path = folder): DependencyList {
  const chart = loadChartFolder(tree, folder, { path });
  const { dependencies } = chart.metadata;
  if (dependencies === undefined)
    return { dependencies: [], warnings: [`no dependencies at ${path}/charts`] };
  const listed = dependencies.map((dependency) => ({
    name: dependency.name,
    version: dependency.version,
    repository: dependency.repository,
    status: statusOf(tree, folder, { chart, dependency }),
  }));
  return { dependencies: listed, warnings: strangers(tree, folder, { path, dependencies }) };
}

function statusOf(
  tree: Tree,
  folder: string,
  { chart, dependency }: { readonly chart: Chart; readonly dependency: ChartDependency },
): DependencyStatus {
  const archives = archivesOf(tree, folder, dependency.name);
  const named =
    archives.length > 1
      ? archives.filter((file) => isStrict(file.slice(dependency.name.length + 1, -".tgz".length)))
      : archives;
  if (named.length > 1) return "too many matches";
  const [archive] = named;
  if (archive !== undefined) return archiveStatus(tree.read(chartsPath(folder, archive)), dependency);
  const subchart = chart.subcharts.findLast(({ metadata }) => metadata.name === dependency.name);
  if (subchart === undefined) return "missing";
  return versionStatus(subchart.metadata.version, dependency.version) ?? "unpacked";
}

function chartsPath(folder: string, name: string): string {
  return joinTreePath(folder, `charts/${name}`);
}

function archivesOf(tree: Tree, folder: string, name: string): readonly string[] {
  const entries = tree.list(joinTreePath(folder, "charts")) ?? [];
  return entries
    .map((entry) => entry.name)
    .filter((file) => file.startsWith(`${name}-`) && file.endsWith(".tgz"));
}

function isStrict(version: string): boolean {
  try {
    parseStrictSemver(version);
    return true;
  } catch (error) {
    if (error instanceof SemverError) return false;
    throw error;
  }
}

function archiveStatus(
  archive: Uint8Array | undefined,
  { name, version }: ChartDependency,
): DependencyStatus {
  const chart = archive === undefined ? undefined : tryLoad(() => loadChartArchive(archive));
  if (chart === undefined) return "corrupt";
  if (chart.metadata.name !== name) return "misnamed";
  return versionStatus(chart.metadata.version, version) ?? "ok";
}

function versionStatus(version: string, range: string): DependencyStatus | undefined {
  if (version === range) return undefined;
  const parsed = tryParseSemver(version);
  try {
    const constraint = parseConstraint(range);
    if (parsed === undefined) return "invalid version";
    return constraint.check(parsed) ? undefined : "wrong version";
  } catch (error) {
    if (error instanceof ConstraintError) return "invalid version";
    throw error;
  }
}

function tryLoad(load: () => Chart): Chart | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof ChartError) return undefined;
    throw error;
  }
}

interface Declared {
  readonly path: string;
  readonly dependencies: readonly ChartDependency[];
}

function strangers(tree: Tree, folder: string, { path, dependencies }: Declared): readonly string[] {
  const entries = tree.list(joinTreePath(folder, "charts")) ?? [];
  return entries.flatMap(({ name, kind }) => {
    if (kind === "file" && !name.endsWith(".tgz")) return [];
    const at = chartsPath(folder, name);
    const chart = tryLoad(() =>
      kind === "directory" ? loadChartFolder(tree, at) : loadChartArchive(tree.read(at) ?? new Uint8Array()),
    );
    const shown = JSON.stringify(`${path}/charts/${name}`);
    if (chart === undefined) return [`${shown} is not a chart.`];
    const isDeclared = dependencies.some((dependency) => dependency.name === chart.metadata.name);
    return isDeclared ? [] : [`${shown} is not in Chart.yaml.`];
  });
}

/** The list as helm prints it: columns padded, with tabs between them. */
export function formatDependencyList({ dependencies, warnings }: DependencyList): string {
  const lines = warnings.map((warning) => `WARNING: ${warning}\n`).join("");
  if (dependencies.length === 0) return lines;
  const rows = [
    ["NAME", "VERSION", "REPOSITORY", "STATUS"],
    ...dependencies.map(({ name, version, repository, status }) => [name, version, repository, status]),
  ].map((row) => row.map(shortened));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("\t"));
  return `${table.join("\n")}\n\n${lines}`;
}

const MAX_COLUMN = 80;

function shortened(cell: string): string {
  return cell.length <= MAX_COLUMN ? cell : `${cell.slice(0, MAX_COLUMN - 3)}...`;
}
