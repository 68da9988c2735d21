import type { JsonObject } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { KustomizeError, withPrefix } from "../error.ts";
import type { Loader } from "../file/loader.ts";
import { isMap, type YamlMap } from "../node/node.ts";
import { parseAnyDocument, parseResources } from "../node/parse.ts";
import { fromJson, mapToJson } from "../node/to-json.ts";
import { mergeStrategically } from "../patch/merge.ts";
import { cleanPath } from "../resource/origin.ts";
import { distinct } from "../resource/distinct.ts";
import { Resource } from "../resource/resource.ts";
import type { Schemas } from "../resource/schemas.ts";
import {
  type ChartArgs,
  type ChartInflation,
  chartKey,
  ChartNeededError,
  type ChartReference,
  type ChartSourceFile,
} from "./chart-request.ts";

const DEFAULT_HOME = "charts";
const MERGE_MODES: readonly string[] = ["merge", "override", "replace"];

/** What inflating charts takes from the build. */
export interface ChartContext {
  readonly loader: Loader;
  readonly schemas: Schemas;
  readonly charts: ChartInflation | undefined;
}

/**
 * Reads the configuration of a chart as kustomize's HelmChartInflationGenerator does, and gives what generates its
 * resources. Refused where charts are not handed in.
 */
export function chartGenerator(args: ChartArgs, context: ChartContext): () => readonly Resource[] {
  const { loader, schemas, charts } = context;
  if (charts === undefined) throw new KustomizeError("must specify --enable-helm");
  const { name = "", additionalValuesFiles = [], valuesMerge = "" } = args;
  if (name === "") throw new KustomizeError("chart name cannot be empty");
  const additional = additionalValuesFiles.map((file) =>
    withPrefix("could not load additionalValuesFile", () => loader.load(file)),
  );
  const mode = valuesMerge === "" ? "override" : valuesMerge;
  if (!MERGE_MODES.includes(mode)) {
    throw new KustomizeError(`valuesMerge must be one of [${MERGE_MODES.join(" ")}]`);
  }
  return () => {
    const chart = chartOf(args, name, { loader, charts });
    const values = valuesOf(args, mode, () => chart.load(args.valuesFile));
    const text = charts.inflate({
      name,
      releaseName: args.releaseName ?? "",
      nameTemplate: args.nameTemplate ?? "",
      namespace: args.namespace ?? "",
      files: chart.files,
      values: [values, ...additional],
      includeCrds: args.includeCRDs === true,
      skipHooks: args.skipHooks === true,
      skipTests: args.skipTests === true,
      apiVersions: nonEmpty(args.apiVersions) ?? charts.apiVersions ?? [],
      kubeVersion: nonEmpty(args.kubeVersion) ?? charts.kubeVersion ?? "",
    });
    const resources = parseResources(text).map((root) => new Resource(root, schemas));
    for (const resource of resources) resource.isOfChart = true;
    return distinct(resources);
  };
}

function nonEmpty<Value extends { readonly length: number }>(value: Value | undefined): Value | undefined {
  return value === undefined || value.length === 0 ? undefined : value;
}

interface OpenedChart {
  readonly files: readonly ChartSourceFile[];
  /** A file of values that the kustomization names; the chart's own by default. */
  readonly load: (valuesFile: string | undefined) => Uint8Array;
}

/** A chart of a version from a repository has a folder of its own. */
function chartOf(
  args: ChartArgs,
  name: string,
  { loader, charts }: { readonly loader: Loader; readonly charts: ChartInflation },
): OpenedChart {
  const { version = "", repo = "", devel = false } = args;
  const home = nonEmpty(args.chartHome) ?? DEFAULT_HOME;
  const versioned = version !== "" && repo !== "" ? `${home}/${name}-${version}` : home;
  const folder = cleanPath(`${versioned}/${name}`);
  const local = loader.folder(folder);
  if (local !== undefined) {
    return { files: local, load: (file) => loader.load(nonEmpty(file) ?? `${folder}/values.yaml`) };
  }
  if (repo === "") throw new KustomizeError("no repo specified for pull, no chart found at ''");
  const reference: ChartReference = { repo, name, version, devel };
  const files = charts.pulled.get(chartKey(reference));
  if (files === undefined) throw new ChartNeededError(reference);
  const own = (): Uint8Array => {
    const found = files.find(({ path }) => path === "values.yaml");
    if (found !== undefined) return found.data;
    throw new KustomizeError(`the chart '${name}' of '${repo}' has no values.yaml`);
  };
  return { files, load: (file) => (nonEmpty(file) === undefined ? own() : loader.load(file ?? "")) };
}

/** The values of a file, with those that stand inline laid over or under them. */
function valuesOf(args: ChartArgs, mode: string, load: () => Uint8Array): Uint8Array {
  const { valuesInline = {} } = args;
  if (Object.keys(valuesInline).length === 0) return load();
  return Buffer.from(emitYaml(mode === "replace" ? valuesInline : merged(valuesInline, mode, load())));
}

function merged(inline: JsonObject, mode: string, file: Uint8Array): JsonObject {
  const ofFile = withPrefix("could not parse values file into rnode", () => mapOf(file));
  const ofInline = fromJson(inline) as YamlMap;
  const [target, patch] = mode === "override" ? [ofFile, ofInline] : [ofInline, ofFile];
  const result = withPrefix("could not merge values", () =>
    mergeStrategically(target, patch, () => undefined),
  );
  if (result === undefined) throw new KustomizeError("could not parse merged values into map: EOF");
  return mapToJson(result);
}

function mapOf(file: Uint8Array): YamlMap {
  const root = parseAnyDocument(Buffer.from(file).toString("utf8"));
  if (root === undefined) throw new KustomizeError("EOF");
  if (!isMap(root)) throw new KustomizeError("the values are no mapping");
  return root;
}
