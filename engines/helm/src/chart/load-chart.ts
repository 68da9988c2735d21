import type { Tree } from "@weir/core";
import { cleanPath, compareUtf8, joinTreePath } from "@weir/core";
import { loadValues } from "../values/load-values.ts";
import type { HelmValues } from "../values/helm-values.ts";
import type { Chart, ChartFile, ChartLock } from "./chart.ts";
import { ChartBudgetError, ChartError } from "./chart-error.ts";
import type { Notify } from "./chart-notice.ts";
import { type Decoded, decodeGoStruct } from "./decode-go-struct.ts";
import { chartBaseShape } from "./go-shape.ts";
import { parseHelmignore } from "./parse-helmignore.ts";
import { decodeLock, decodeMetadata, validateMetadata } from "./read-metadata.ts";
import { ChartBudget, type ChartLimits, GzipHeaderError, unpackArchive } from "./unpack-archive.ts";
import { withoutMark } from "./without-mark.ts";

/** How a chart is loaded. */
export interface LoadOptions {
  /** What errors call the folder or the archive; for a folder the whole path, `/charts/web`. */
  readonly path?: string;
  readonly limits?: ChartLimits;
  /** Gets what helm logs. */
  readonly notify?: Notify;
  /** Whether a folder is read whatever apiVersion Chart.yaml gives, as helm's linter does. */
  readonly isAnyVersion?: boolean;
}

/** helm has no limit; charts nest three deep in practice. */
const MAX_NESTING = 32;

interface Loading {
  readonly budget: ChartBudget;
  readonly notify: Notify;
}

function startLoading({ limits, notify }: LoadOptions): Loading {
  return { budget: new ChartBudget(limits), notify: notify ?? (() => undefined) };
}

/**
 * Loads the chart in a folder of a tree, the root by default, as helm loads a folder: what .helmignore names is left
 * out. Throws `ChartError` in helm's words and `ChartBudgetError`.
 */
export function loadChartFolder(tree: Tree, folder = "", options: LoadOptions = {}): Chart {
  const loading = startLoading(options);
  const path = `${options.path ?? cleanPath(folder)}/Chart.yaml`;
  const chartYaml = tree.read(joinTreePath(folder, "Chart.yaml"));
  if (chartYaml === undefined) {
    throw new ChartError(`unable to detect chart at ${path}: open ${path}: no such file or directory`);
  }
  if (options.isAnyVersion !== true) checkApiVersion(chartYaml);
  return loadFiles(filesOfFolder(tree, folder, loading.budget), loading, 0);
}

/**
 * Loads a packaged chart (`.tgz`, or the layer of an OCI artifact). Throws `ChartError` in the words that helm's
 * library has for a stream, and `ChartBudgetError`.
 */
export function loadChartArchive(archive: Uint8Array, options: LoadOptions = {}): Chart {
  const loading = startLoading(options);
  const files = unpackFor(archive, loading.budget, options.path);
  const chartYaml = files.find(({ name }) => name === "Chart.yaml");
  if (chartYaml === undefined) throw new ChartError("unable to detect chart version, no Chart.yaml found");
  checkApiVersion(chartYaml.data);
  return loadFiles(files, loading, 0);
}

/** The files of a chart's archive by their paths in the chart. Throws `ChartError` in helm's words. */
export function readChartArchive(archive: Uint8Array, options: LoadOptions = {}): readonly ChartFile[] {
  return unpackFor(archive, startLoading(options).budget, options.path);
}

/** Loads a chart from its files. Throws `ChartError` in helm's words. */
export function loadChartFiles(files: readonly ChartFile[], options: LoadOptions = {}): Chart {
  return loadFiles(files, startLoading(options), 0);
}

function unpackFor(archive: Uint8Array, budget: ChartBudget, path: string | undefined): readonly ChartFile[] {
  try {
    return unpackArchive(archive, budget);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    if (error instanceof GzipHeaderError) {
      const what = path === undefined ? "stream" : `file '${path}'`;
      throw new ChartError(`${what} does not appear to be a valid chart file (details: ${error.message})`);
    }
    throw error.within("unable to load chart archive");
  }
}

/** The first look at Chart.yaml decides which loader reads the chart; helm's experimental v3 cannot be installed. */
function checkApiVersion(chartYaml: Uint8Array): void {
  const base = within("cannot load Chart.yaml", () => decodeGoStruct(chartYaml, chartBaseShape));
  const apiVersion = base.get("apiVersion") ?? "";
  if (apiVersion === "v3") throw new ChartError("invalid chart apiVersion");
  if (apiVersion !== "" && apiVersion !== "v1" && apiVersion !== "v2") {
    throw new ChartError("unsupported chart version");
  }
}

/** Every file that .helmignore leaves, in the order in which helm meets them. */
function filesOfFolder(tree: Tree, folder: string, budget: ChartBudget): readonly ChartFile[] {
  const ignoreFile = tree.read(joinTreePath(folder, ".helmignore"));
  const isIgnored = parseHelmignore(
    ignoreFile === undefined ? undefined : Buffer.from(ignoreFile).toString("utf8"),
  );
  const files: ChartFile[] = [];
  const waiting = [{ name: "", kind: "directory" }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { name, kind } = at;
    if (name !== "" && isIgnored(name, kind === "directory")) continue;
    if (kind === "directory") {
      const entries = tree.list(joinTreePath(folder, name)) ?? [];
      waiting.push(
        ...entries.map((entry) => ({ name: joinTreePath(name, entry.name), kind: entry.kind })).reverse(),
      );
      continue;
    }
    const data = tree.read(joinTreePath(folder, name)) ?? new Uint8Array();
    if (data.length > budget.file) {
      const base = name.slice(name.lastIndexOf("/") + 1);
      throw new ChartError(
        `chart file ${JSON.stringify(base)} is larger than the maximum file size ${budget.file}`,
      );
    }
    budget.take(name, data.length);
    files.push({ name, data: withoutMark(data) });
  }
  return files;
}

/** What is gathered from the files of one chart. */
interface Gathered {
  metadata: Decoded | undefined;
  lock: ChartLock | undefined;
  values: HelmValues;
  schema: Uint8Array | undefined;
  readonly templates: ChartFile[];
  readonly files: ChartFile[];
  readonly subcharts: Map<string, ChartFile[]>;
}

function loadFiles(raw: readonly ChartFile[], loading: Loading, depth: number): Chart {
  if (depth > MAX_NESTING) {
    throw new ChartBudgetError("depth", `charts nest deeper than ${MAX_NESTING} levels`);
  }
  const gathered: Gathered = {
    metadata: undefined,
    lock: undefined,
    values: {},
    schema: undefined,
    templates: [],
    files: [],
    subcharts: new Map(),
  };
  for (const file of raw) {
    if (file.name === "Chart.yaml") gathered.metadata = readChartYaml(file, gathered.metadata);
  }
  for (const file of raw) gather(gathered, file, loading.notify);
  if (gathered.metadata === undefined) throw new ChartError("Chart.yaml file is missing");
  const metadata = validateMetadata(gathered.metadata);
  const { lock, values, schema, templates, files } = gathered;
  const subcharts = loadSubcharts(gathered.subcharts, metadata.name, loading, depth + 1);
  return { metadata, lock, values, schema, templates, files, subcharts, raw };
}

/** Helm 2 knew no apiVersion, so that a chart without one is of v1. */
function readChartYaml({ data }: ChartFile, base: Decoded | undefined): Decoded {
  const decoded = within("cannot load Chart.yaml", () => decodeMetadata(data, base));
  const apiVersion = decoded.get("apiVersion") ?? "";
  return apiVersion === "" ? new Map([...decoded, ["apiVersion", "v1"]]) : decoded;
}

function gather(gathered: Gathered, file: ChartFile, notify: Notify): void {
  const { name, data } = file;
  switch (name) {
    case "Chart.yaml":
      return;
    case "Chart.lock":
      gathered.lock = within("cannot load Chart.lock", () => decodeLock(data));
      return;
    case "values.yaml":
      gathered.values = within("cannot load values.yaml", () => loadValues(data));
      return;
    case "values.schema.json":
      gathered.schema = data;
      return;
    case "requirements.yaml":
      gatherRequirements(gathered, file, notify);
      return;
    case "requirements.lock":
      gatherRequirementsLock(gathered, file, notify);
      return;
    default:
      gatherByFolder(gathered, file);
  }
}

function gatherByFolder({ templates, files, subcharts }: Gathered, file: ChartFile): void {
  const { name, data } = file;
  if (name.startsWith("templates/")) templates.push(file);
  else if (!name.startsWith("charts/") || name.endsWith(".prov")) files.push(file);
  else {
    const below = name.slice("charts/".length);
    const chart = below.split("/", 1)[0] ?? below;
    const group = subcharts.get(chart);
    if (group === undefined) subcharts.set(chart, [{ name: below, data }]);
    else group.push({ name: below, data });
  }
}

function gatherRequirements(gathered: Gathered, file: ChartFile, notify: Notify): void {
  const isV1 = gathered.metadata?.get("apiVersion") === "v1";
  if (!isV1) {
    log(
      notify,
      'Warning: Dependencies are handled in Chart.yaml since apiVersion "v2". We recommend migrating dependencies to Chart.yaml.',
    );
  }
  gathered.metadata = within("cannot load requirements.yaml", () =>
    decodeMetadata(file.data, gathered.metadata),
  );
  if (isV1) gathered.files.push(file);
}

function gatherRequirementsLock(gathered: Gathered, file: ChartFile, notify: Notify): void {
  gathered.lock = within("cannot load requirements.lock", () => decodeLock(file.data));
  gathered.metadata ??= new Map();
  const isV1 = gathered.metadata.get("apiVersion") === "v1";
  if (isV1) gathered.files.push(file);
  else {
    log(
      notify,
      'Warning: Dependency locking is handled in Chart.lock since apiVersion "v2". We recommend migrating to Chart.lock.',
    );
  }
}

function log(notify: Notify, message: string): void {
  notify({ level: "INFO", message, fields: [] });
}

function loadSubcharts(
  groups: ReadonlyMap<string, readonly ChartFile[]>,
  parent: string,
  loading: Loading,
  depth: number,
): readonly Chart[] {
  const names = [...groups.keys()].filter((name) => !/^[_.]/.test(name)).sort(compareUtf8);
  return names.map((name) =>
    within(`error unpacking subchart ${name} in ${parent}`, () =>
      loadSubchart(name, groups.get(name) ?? [], { parent, loading, depth }),
    ),
  );
}

interface SubchartPlace {
  readonly parent: string;
  readonly loading: Loading;
  readonly depth: number;
}

function loadSubchart(name: string, files: readonly ChartFile[], { loading, depth }: SubchartPlace): Chart {
  const [first] = files;
  if (name.endsWith(".tgz") && first?.name === name) {
    return loadFiles(unpackArchive(first.data, loading.budget), loading, depth);
  }
  // A file right below charts/ is no chart, but helm takes its name for one.
  const below = files.flatMap((file) => {
    const slash = file.name.indexOf("/");
    return slash === -1 ? [] : [{ name: file.name.slice(slash + 1), data: file.data }];
  });
  return loadFiles(below, loading, depth);
}

function within<Result>(context: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof ChartError ? error.within(context) : error;
  }
}
