import { joinTreePath, type Tree, WeirError } from "@weir/core";
import { utf8Text } from "@weir/text";
import { loadYaml, YamlError } from "@weir/yaml";
import { type Chart, chartCrds } from "../chart/chart.ts";
import type { ChartNotice, Notify } from "../chart/chart-notice.ts";
import { ChartError } from "../chart/chart-error.ts";
import { jsonKind } from "../chart/json-kind.ts";
import { loadChartFolder } from "../chart/load-chart.ts";
import { DEFAULT_KUBE_VERSION, type KubeVersion } from "../context/capabilities.ts";
import { SchemaCache, schemaProblem } from "../schema/validate-values.ts";
import { overlayTables } from "../values/coalesce.ts";
import { decodedValue } from "../values/go-json.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { type Table, tableOf, valuesOf } from "../values/table.ts";
import { lintChartYaml } from "./lint-chart-yaml.ts";
import { lintedObjects } from "./lint-documents.ts";
import { type LintFinding, LintFindings } from "./lint-finding.ts";
import { lintTemplates } from "./lint-templates.ts";

/** How a chart is linted. */
export interface LintOptions {
  /** The chart's folder in the tree; the root by default. */
  readonly folder?: string;
  /** What findings about the whole chart call the folder: the whole path. */
  readonly path?: string;
  readonly values?: HelmValues;
  readonly namespace?: string;
  readonly kubeVersion?: KubeVersion;
  readonly skipSchemaValidation?: boolean;
  /** Told what helm logs meanwhile, as often as helm does: it loads a chart anew for each group of rules. */
  readonly notify?: Notify;
  /** Told the values that helm lints the next chart with: below keys that were given, this chart's own have got into them. */
  readonly onValues?: (values: HelmValues) => void;
}

/**
 * What `helm lint` finds in a chart, in its order and words. Throws `ChartError` where there is no Chart.yaml.
 */
export function lintChart(tree: Tree, options: LintOptions = {}): readonly LintFinding[] {
  const { folder = "", path = folder, values = {}, namespace = "default" } = options;
  const { kubeVersion = DEFAULT_KUBE_VERSION, skipSchemaValidation = false } = options;
  const { notify = () => undefined, onValues = () => undefined } = options;
  const findings = new LintFindings();
  lintChartFile(findings, tree, { folder, path });
  const filled = lintValues(findings, tree, { folder, values, skipSchemaValidation, notify });
  onValues(filled);
  const load = loaderOf(tree, { folder, path, notify });
  lintTemplateFolder(findings, tree, { folder, load }, (loaded) =>
    lintTemplates(findings, loaded, { values: filled, namespace, kubeVersion, skipSchemaValidation, notify }),
  );
  lintDependencies(findings, load(), path);
  lintCrds(findings, tree, { folder, load });
  return findings.list;
}

interface ChartPlace {
  readonly folder: string;
  readonly path: string;
}

function lintChartFile(findings: LintFindings, tree: Tree, { folder, path }: ChartPlace): void {
  const file = joinTreePath(folder, "Chart.yaml");
  const text = tree.read(file);
  if (text !== undefined) {
    lintChartYaml(findings, text);
    return;
  }
  const full = `${path}/Chart.yaml`;
  if (tree.list(file) === undefined) {
    throw new ChartError(`unable to check Chart.yaml file in chart: stat ${full}: no such file or directory`);
  }
  findings.add("ERROR", "Chart.yaml", "should be a file, not a directory");
  findings.add("ERROR", "Chart.yaml", `unable to parse YAML\n\tread ${full}: is a directory`);
}

/** Gives the chart or what is wrong with it, and what is odd about it each time. */
function loaderOf(
  tree: Tree,
  { folder, path, notify }: ChartPlace & { readonly notify: Notify },
): () => Chart | string {
  const notices: ChartNotice[] = [];
  let chart: Chart | string | undefined;
  return () => {
    chart ??= tryLoad(tree, { folder, path }, (notice) => notices.push(notice));
    for (const notice of notices) notify(notice);
    return chart;
  };
}

/** The chart, or what is wrong with it. */
function tryLoad(tree: Tree, { folder, path }: ChartPlace, notify: Notify): Chart | string {
  try {
    return loadChartFolder(tree, folder, { path, isAnyVersion: true, notify });
  } catch (error) {
    if (error instanceof WeirError) return error.message;
    throw error;
  }
}

interface ValuesLint {
  readonly folder: string;
  readonly values: HelmValues;
  readonly skipSchemaValidation: boolean;
  readonly notify: Notify;
}

function lintValues(
  findings: LintFindings,
  tree: Tree,
  { folder, values, skipSchemaValidation, notify }: ValuesLint,
): HelmValues {
  const file = "values.yaml";
  const text = tree.read(joinTreePath(folder, file));
  if (!findings.add("INFO", file, text === undefined ? "file does not exist" : undefined)) return values;
  const given = readValues(text ?? new Uint8Array());
  if (typeof given === "string") {
    findings.add("ERROR", file, `unable to parse YAML: ${given}`);
    return values;
  }
  const work = { mode: "coalesce", notify } as const;
  const coalesced = overlayTables(overlayTables(new Map(), tableOf(values), "", work), given, "", work);
  const schema = tree.read(joinTreePath(folder, "values.schema.json"));
  const filled = filledValues(values, coalesced);
  if (schema === undefined || schema.length === 0 || skipSchemaValidation) return filled;
  const problem = schemaProblem(schema, valuesOf(coalesced), {
    cache: new SchemaCache(),
    notify,
  });
  findings.add("ERROR", file, problem === "" ? undefined : problem);
  return filled;
}

/** Helm lays the chart's values under a copy of the given ones that shares their tables. */
function filledValues(values: HelmValues, coalesced: Table): HelmValues {
  const shared = new Map(
    [...coalesced].filter(([key, value]) => value instanceof Map && isTable(values, key)),
  );
  return { ...values, ...valuesOf(shared) };
}

function isTable(values: HelmValues, key: string): boolean {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The values of a file's first document, or what is wrong with it. */
function readValues(text: Uint8Array): Table | string {
  try {
    const value = loadYaml(text);
    if (value === null) return new Map();
    const table = decodedValue(value);
    if (table instanceof Map) return table;
    return `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type common.Values`;
  } catch (error) {
    if (error instanceof YamlError) return `error converting YAML to JSON: ${error.message}`;
    throw error;
  }
}

interface LoadedChart {
  readonly folder: string;
  readonly load: () => Chart | string;
}

function lintTemplateFolder(
  findings: LintFindings,
  tree: Tree,
  { folder, load }: LoadedChart,
  lint: (chart: Chart) => void,
): void {
  const at = joinTreePath(folder, "templates");
  const isFile = tree.read(at) !== undefined;
  const isThere = isFile || tree.list(at) !== undefined;
  if (!findings.add("WARNING", "templates/", isThere ? undefined : "directory does not exist")) return;
  if (!findings.add("ERROR", "templates/", isFile ? "not a directory" : undefined)) return;
  const chart = load();
  if (findings.add("ERROR", "templates/", typeof chart === "string" ? chart : undefined))
    lint(chart as Chart);
}

function lintDependencies(findings: LintFindings, chart: Chart | string, path: string): void {
  if (typeof chart === "string") {
    findings.add("ERROR", "", `unable to load chart\n\t${chart}`);
    return;
  }
  const declared = chart.metadata.dependencies ?? [];
  const present = chart.subcharts.map(({ metadata }) => metadata.name);
  const unknown = present.filter((name) => !declared.some((dependency) => dependency.name === name));
  findings.add("ERROR", path, listOf("chart metadata is missing these dependencies: ", unknown));
  const keys = declared.map(({ name, alias }) => (alias === "" ? name : alias));
  const repeated = keys.filter((key, index) => keys.indexOf(key) < index);
  findings.add("ERROR", path, listOf("multiple dependencies with name or alias: ", repeated));
  const absent = declared.map(({ name }) => name).filter((name) => !present.includes(name));
  findings.add("WARNING", path, listOf("chart directory is missing these dependencies: ", absent));
}

function listOf(what: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `${what}${names.join(",")}`;
}

function lintCrds(findings: LintFindings, tree: Tree, { folder, load }: LoadedChart): void {
  const at = joinTreePath(folder, "crds");
  const isFile = tree.read(at) !== undefined;
  if (!isFile && tree.list(at) === undefined) return;
  if (!findings.add("ERROR", "crds/", isFile ? "not a directory" : undefined)) return;
  const chart = load();
  if (typeof chart === "string") {
    findings.add("ERROR", "crds/", chart);
    return;
  }
  for (const { name, data } of chartCrds(chart)) {
    for (const object of lintedObjects(utf8Text(data))) {
      if (typeof object === "string") {
        findings.add("ERROR", name, object);
        return;
      }
      const isApi = object.apiVersion.startsWith("apiextensions.k8s.io");
      findings.add("ERROR", name, isApi ? undefined : "apiVersion is not in 'apiextensions.k8s.io'");
      const isCrd = object.kind === "CustomResourceDefinition";
      findings.add("ERROR", name, isCrd ? undefined : "object kind is not 'CustomResourceDefinition'");
    }
  }
}
