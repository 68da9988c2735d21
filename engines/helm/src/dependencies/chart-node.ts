import type { Chart, ChartDependency } from "../chart/chart.ts";
import { type Table, tableOf, valuesOf } from "../values/table.ts";

/** A dependency while helm works out which charts take part. */
export interface DependencyNode {
  name: string;
  enabled: boolean;
  readonly declared: ChartDependency;
  imports: ChartDependency["importValues"];
}

/** What helm calls the metadata of a chart; two aliases of one chart may share that of the charts below them. */
export interface NodeMetadata {
  name: string;
  dependencies: DependencyNode[] | undefined;
}

/** A chart while its dependencies are processed: the same objects are changed and shared as in helm. */
export interface ChartNode {
  readonly chart: Chart;
  readonly metadata: NodeMetadata;
  readonly name: string;
  values: Table;
  children: ChartNode[];
}

/** Starts work on a chart. */
export function nodeOf(chart: Chart): ChartNode {
  const metadata: NodeMetadata = {
    name: chart.metadata.name,
    dependencies: chart.metadata.dependencies?.map((declared) => ({
      name: declared.name,
      enabled: declared.enabled,
      declared,
      imports: declared.importValues,
    })),
  };
  return makeNode(chart, metadata, tableOf(chart.values), chart.subcharts.map(nodeOf));
}

function makeNode(chart: Chart, metadata: NodeMetadata, values: Table, children: ChartNode[]): ChartNode {
  return {
    chart,
    metadata,
    values,
    children,
    get name() {
      return metadata.name;
    },
  };
}

/** The chart under an alias, with metadata and a list of subcharts of its own, but the same metadata below. */
export function aliasNode(node: ChartNode, alias: string): ChartNode {
  const metadata: NodeMetadata = {
    name: alias === "" ? node.metadata.name : alias,
    dependencies: node.metadata.dependencies?.map((dependency) => ({ ...dependency })),
  };
  const children = node.children.map((child) =>
    makeNode(child.chart, child.metadata, child.values, child.children),
  );
  return makeNode(node.chart, metadata, node.values, children);
}

/** The chart that came of the work. */
export function chartOf(node: ChartNode): Chart {
  const { chart, metadata } = node;
  const dependencies = metadata.dependencies?.map(({ name, enabled, declared, imports }) => ({
    ...declared,
    name,
    enabled,
    importValues: imports,
  }));
  return {
    ...chart,
    metadata: { ...chart.metadata, name: metadata.name, dependencies },
    values: valuesOf(node.values),
    subcharts: node.children.map(chartOf),
  };
}
