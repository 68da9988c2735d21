import { parseConstraint, tryParseSemver } from "@weir/text";
import type { Chart } from "../chart/chart.ts";
import type { Notify } from "../chart/chart-notice.ts";
import { coalesceValues } from "../values/coalesce.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { lookUpTable, lookUpValue } from "../values/look-up.ts";
import { type Table, tableOf } from "../values/table.ts";
import { aliasNode, type ChartNode, chartOf, type DependencyNode, nodeOf } from "./chart-node.ts";
import { importValues } from "./import-values.ts";

/**
 * Works out which subcharts take part, under which names, and what their parents import from them.
 *
 * Subcharts that tags and conditions switch off are removed, with what Chart.yaml says of them; an alias is a chart of
 * its own. Charts below `charts/` that Chart.yaml does not name always take part. Throws `ChartValuesError` where the
 * values have something else than a table for a subchart.
 */
export function processDependencies(chart: Chart, values: HelmValues, notify: Notify): Chart {
  const root = nodeOf(chart);
  selectEnabled(root, tableOf(values), "", notify);
  importAll(root, notify);
  return chartOf(root);
}

function importAll(node: ChartNode, notify: Notify): void {
  for (const child of node.children) importAll(child, notify);
  importValues(node, notify);
}

/** Whether a version lies in a range; not where either is malformed. */
export function isCompatibleRange(range: string, version: string): boolean {
  const parsed = tryParseSemver(version);
  if (parsed === undefined) return false;
  try {
    return parseConstraint(range).check(parsed);
  } catch {
    return false;
  }
}

function selectEnabled(node: ChartNode, values: Table, path: string, notify: Notify): void {
  const { dependencies } = node.metadata;
  if (dependencies === undefined) return;
  node.children = [...undeclared(node, dependencies), ...declared(node, dependencies)];
  for (const dependency of dependencies) dependency.enabled = true;
  const coalesced = coalesceValues(node, values, "coalesce", notify);
  const tags = lookUpTable(coalesced, "tags");
  for (const dependency of dependencies) {
    if (tags !== undefined) applyTags(dependency, tags, notify);
    applyCondition(dependency, coalesced, path, notify);
  }
  const disabled = new Set(dependencies.filter(({ enabled }) => !enabled).map(({ name }) => name));
  const children = node.children.filter(({ name }) => !disabled.has(name));
  for (const child of children) selectEnabled(child, coalesced, `${path}${child.name}.`, notify);
  node.metadata.dependencies = orNone(dependencies.filter(({ name }) => !disabled.has(name)));
  node.children = children;
}

/** helm forgets the difference between no dependency left and none declared. */
function orNone(dependencies: DependencyNode[]): DependencyNode[] | undefined {
  return dependencies.length === 0 ? undefined : dependencies;
}

function undeclared(node: ChartNode, dependencies: readonly DependencyNode[]): ChartNode[] {
  return node.children.filter((child) => !dependencies.some((dependency) => isChartFor(child, dependency)));
}

function declared(node: ChartNode, dependencies: readonly DependencyNode[]): ChartNode[] {
  return dependencies.flatMap((dependency) => {
    const child = node.children.find((candidate) => isChartFor(candidate, dependency));
    const { alias } = dependency.declared;
    if (alias !== "") dependency.name = alias;
    return child === undefined ? [] : [aliasNode(child, alias)];
  });
}

function isChartFor(child: ChartNode, { name, declared: { version } }: DependencyNode): boolean {
  return child.name === name && isCompatibleRange(version, child.chart.metadata.version);
}

/** One tag that is true switches a chart on, else one that is false switches it off. */
function applyTags(dependency: DependencyNode, tags: ReadonlyMap<string, unknown>, notify: Notify): void {
  const given = dependency.declared.tags.filter((tag) => tags.has(tag));
  for (const tag of given) {
    if (typeof tags.get(tag) !== "boolean") {
      warn(notify, "returned non-bool value", ["tag", tag], ["chart", dependency.name]);
    }
  }
  const isOff = given.some((tag) => tags.get(tag) === false);
  dependency.enabled = !isOff || given.some((tag) => tags.get(tag) === true);
}

/** The first path that leads to a boolean decides, whatever the tags say. */
function applyCondition(dependency: DependencyNode, values: Table, prefix: string, notify: Notify): void {
  for (const path of dependency.declared.condition.trim().split(",")) {
    if (path === "") continue;
    const value = lookUpValue(values, `${prefix}${path}`);
    if (typeof value === "boolean") {
      dependency.enabled = value;
      return;
    }
    if (value !== undefined) {
      warn(notify, "returned non-bool value", ["path", path], ["chart", dependency.name]);
    }
  }
}

function warn(notify: Notify, message: string, ...fields: readonly (readonly [string, string])[]): void {
  notify({ level: "WARN", message, fields });
}
