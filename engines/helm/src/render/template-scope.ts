import { compareUtf8 } from "@weir/core";
import type { GoValue } from "@weir/text";

import { type Chart, isLibraryChart } from "../chart/chart.ts";
import { chartMap } from "../context/chart-map.ts";
import { filesOf } from "../context/files-object.ts";
import { tableOf, ValuesObject } from "../context/values-object.ts";
import { isPartial } from "../manifests/sort-manifests.ts";

/** A template of a chart and what it is executed with. */
export interface ScopedTemplate {
  /** Full path: `parent/charts/child/templates/service.yaml`. */
  readonly path: string;
  /** UTF-8, or bytes that stand for themselves. */
  readonly data: Uint8Array;
  /** What `.` is: shared by all templates of a chart, which may change it. */
  readonly scope: Map<string, GoValue>;
  /** The folder of the chart's templates: `.Template.BasePath`. */
  readonly basePath: string;
}

/** What all charts of a render see alike. */
export interface SharedScope {
  readonly release: Map<string, GoValue>;
  readonly capabilities: GoValue;
}

/**
 * All templates of a chart and its subcharts, the deepest first and then by name backwards: a definition that a parent
 * repeats comes last and so wins. Each chart sees its own part of the values, and a library chart lends its partials only.
 */
export function scopedTemplates(
  root: Chart,
  values: Map<string, GoValue>,
  shared: SharedScope,
): readonly ScopedTemplate[] {
  const templates = new Map<string, ScopedTemplate>();
  addChart(
    { chart: root, fullPath: root.metadata.name, values: new ValuesObject(values), isRoot: true },
    shared,
    templates,
  );
  return [...templates.values()].sort(byDepthBackwards);
}

interface ChartInScope {
  readonly chart: Chart;
  readonly fullPath: string;
  readonly values: ValuesObject;
  readonly isRoot: boolean;
}

function addChart(
  { chart, fullPath, values, isRoot }: ChartInScope,
  shared: SharedScope,
  templates: Map<string, ScopedTemplate>,
): Map<string, GoValue> {
  const subcharts = new Map<string, GoValue>();
  const scope = new Map<string, GoValue>([
    ["Chart", chartMap(chart.metadata, isRoot)],
    ["Files", filesOf(chart.files)],
    ["Release", shared.release],
    ["Capabilities", shared.capabilities],
    ["Values", values],
    ["Subcharts", subcharts],
  ]);
  for (const child of chart.subcharts) {
    const { name } = child.metadata;
    const placed = { chart: child, fullPath: `${fullPath}/charts/${name}`, isRoot: false };
    subcharts.set(name, addChart({ ...placed, values: valuesOf(name, scope) }, shared, templates));
  }
  const basePath = `${fullPath}/templates`;
  for (const { name, data } of chart.templates) {
    const path = `${fullPath}/${name}`;
    if (isLibraryChart(chart) && !isPartial(name)) continue;
    templates.set(path, { path, data, scope, basePath });
  }
  return scope;
}

/** The part of the values that a subchart sees: none where it is no table. A name may have dots, which are a path. */
function valuesOf(name: string, scope: Map<string, GoValue>): ValuesObject {
  let table: Map<string, GoValue> | undefined = scope;
  for (const key of `Values.${name}`.split(".")) table = table && tableOf(table.get(key) ?? null);
  return new ValuesObject(table ?? new Map());
}

function byDepthBackwards(left: ScopedTemplate, right: ScopedTemplate): number {
  return depthOf(right.path) - depthOf(left.path) || compareUtf8(right.path, left.path);
}

function depthOf(path: string): number {
  return path.split("/").length;
}
