import type { HelmValues } from "../values/helm-values.ts";

/** One file of a chart. */
export interface ChartFile {
  /** Path from the folder of the chart that holds the file, with `/`: `templates/deployment.yaml`. */
  readonly name: string;
  /** The bytes without a leading byte order mark. Callers do not change them. */
  readonly data: Uint8Array;
}

/** A person or team in Chart.yaml. */
export interface ChartMaintainer {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

/** One import of values from a subchart: a table of its `exports` by name, or a table of it under a key of the parent. */
export type ImportValue = string | { readonly child: string; readonly parent: string };

/** An entry of `dependencies` in Chart.yaml (requirements.yaml for apiVersion v1). */
export interface ChartDependency {
  /** Name of the subchart; once dependencies are processed, its alias where it has one. */
  readonly name: string;
  /** A version or a range of versions. */
  readonly version: string;
  readonly repository: string;
  /** Paths into the values, with commas: the first that holds a boolean decides. */
  readonly condition: string;
  readonly tags: readonly string[];
  /** What conditions and tags decided; false until dependencies are processed. */
  readonly enabled: boolean;
  /** What the parent takes over; once dependencies are processed, all of the form with two paths. */
  readonly importValues: readonly ImportValue[];
  readonly alias: string;
}

/** What Chart.yaml says, cleaned as helm cleans it. Texts that are not given are empty. */
export interface ChartMetadata {
  readonly name: string;
  readonly home: string;
  readonly sources: readonly string[];
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly maintainers: readonly ChartMaintainer[];
  readonly icon: string;
  /** `v1` where Chart.yaml has none. */
  readonly apiVersion: string;
  readonly condition: string;
  readonly tags: string;
  readonly appVersion: string;
  readonly deprecated: boolean;
  readonly annotations: ReadonlyMap<string, string> | undefined;
  readonly kubeVersion: string;
  /** Without the field, helm looks at no dependency of the chart, nor of the charts below it. */
  readonly dependencies: readonly ChartDependency[] | undefined;
  readonly type: string;
}

/** Chart.lock (requirements.lock for apiVersion v1). */
export interface ChartLock {
  readonly generated: string;
  /** `sha256:…` over the dependencies of Chart.yaml and the locked ones. */
  readonly digest: string;
  readonly dependencies: readonly ChartDependency[];
}

/**
 * A chart with the charts below it: an immutable value, the same whichever of folder, archive or registry it came from.
 *
 * A chart does not know its parent: `walkCharts` tells where each one stands.
 */
export interface Chart {
  readonly metadata: ChartMetadata;
  readonly lock: ChartLock | undefined;
  /** Everything below `templates/`, in the order in which the files were found. */
  readonly templates: readonly ChartFile[];
  /** Default values: of values.yaml, and once dependencies are processed with those imported from subcharts. */
  readonly values: HelmValues;
  /** Bytes of values.schema.json. */
  readonly schema: Uint8Array | undefined;
  /** What belongs to nothing else: what `.Files` sees, `crds/` included. */
  readonly files: readonly ChartFile[];
  /** The charts below `charts/`, by the names of their folders and archives. */
  readonly subcharts: readonly Chart[];
  /** Every file as it was found, values.yaml with its comments and the files of subcharts included. */
  readonly raw: readonly ChartFile[];
}

/** A chart and its place below the chart that is rendered. */
export interface PlacedChart {
  readonly chart: Chart;
  /** helm's full path: `parent/charts/child`; a chart at the root is its name. */
  readonly fullPath: string;
  readonly isRoot: boolean;
}

/** A file of custom resource definitions: never a template, created before everything else. */
export interface ChartCrd {
  /** Path from the folder of its chart: `crds/widget.yaml`. */
  readonly name: string;
  /** Path from the folder above the root chart: `parent/charts/child/crds/widget.yaml`. */
  readonly fullPath: string;
  readonly data: Uint8Array;
}

/** A chart, then each of its subcharts with all that is below it, in order. */
export function* walkCharts(root: Chart, parentPath?: string): Generator<PlacedChart> {
  const { name } = root.metadata;
  const fullPath = parentPath === undefined ? name : `${parentPath}/charts/${name}`;
  yield { chart: root, fullPath, isRoot: parentPath === undefined };
  for (const subchart of root.subcharts) yield* walkCharts(subchart, fullPath);
}

/** The files below `crds/` with the extension of a manifest, of the chart and then of its subcharts. */
export function chartCrds(root: Chart): readonly ChartCrd[] {
  return Array.from(walkCharts(root)).flatMap(({ chart, fullPath }) =>
    chart.files
      .filter(({ name }) => name.startsWith("crds/") && /\.(?:yaml|yml|json)$/i.test(name))
      .map(({ name, data }) => ({ name, fullPath: `${fullPath}/${name}`, data })),
  );
}

/** Whether a chart only lends its named templates: nothing of it is rendered. */
export function isLibraryChart(chart: Chart): boolean {
  return chart.metadata.type.toLowerCase() === "library";
}
