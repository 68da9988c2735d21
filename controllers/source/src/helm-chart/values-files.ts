import { cleanPath } from "@weir/core";
import { type Chart, type ChartFile, ChartError, type HelmValues, loadValues, mergeValues } from "@weir/helm";
import { emitYaml } from "@weir/yaml";

const VALUES_FILE = "values.yaml";

/** Which values files make the defaults of a chart. */
export interface ValuesFiles {
  readonly paths: readonly string[];
  readonly ignoresMissing: boolean;
}

/** The values of files laid over each other, and which files there were. */
export interface MergedValues {
  readonly values: HelmValues;
  readonly used: readonly string[];
}

/** The files of a spec that change a chart: `values.yaml` alone is what it has anyway. */
export function changingValuesFiles(paths: readonly string[] = []): readonly string[] {
  const [first = ""] = paths;
  return paths.length === 1 && cleanPath(first) === VALUES_FILE ? [] : paths;
}

/** Merges files of a chart. Throws `ChartError` in Flux's words. */
export function mergeChartValues(chart: Chart, { paths, ignoresMissing }: ValuesFiles): MergedValues {
  return mergeFiles(paths, (path) => {
    const name = cleanPath(path);
    if (name === VALUES_FILE) return chart.values;
    const file = chart.files.find((candidate) => candidate.name === name);
    if (file !== undefined) return readValues(path, file.data);
    if (ignoresMissing) return undefined;
    throw new ChartError(`no values file found at path '${path}'`);
  });
}

/** Merges files that `read` finds. Throws `ChartError` in Flux's words. */
export function mergeFileValues(
  { paths, ignoresMissing }: ValuesFiles,
  read: (path: string) => { readonly shown: string; readonly data: Uint8Array | undefined },
): MergedValues {
  return mergeFiles(paths, (path) => {
    const { shown, data } = read(path);
    if (data !== undefined) return readValues(path, data);
    if (ignoresMissing) return undefined;
    throw new ChartError(`no values file found at path '${shown}' (reference '${path}')`);
  });
}

function mergeFiles(paths: readonly string[], read: (path: string) => HelmValues | undefined): MergedValues {
  let values: HelmValues = {};
  const used: string[] = [];
  for (const path of paths) {
    const over = read(path);
    if (over === undefined) continue;
    values = mergeValues(values, over);
    used.push(path);
  }
  return { values, used };
}

function readValues(path: string, data: Uint8Array): HelmValues {
  try {
    return loadValues(data);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    const problem = error.message.replace(/^cannot unmarshal yaml document: /, "");
    throw new ChartError(`unmarshaling values from '${path}' failed: ${problem}`);
  }
}

/**
 * A chart whose defaults are the given values; the chart itself where they are its defaults already. Throws `ChartError`
 * where it has no values.yaml.
 */
export function withDefaultValues(chart: Chart, values: HelmValues): Chart {
  const text = Object.keys(values).length === 0 ? "" : emitYaml(values);
  const data = Buffer.from(text);
  const file = chart.raw.find(({ name }) => name === VALUES_FILE);
  if (file === undefined) throw new ChartError(`failed to locate values file: ${VALUES_FILE}`);
  if (data.equals(file.data)) return chart;
  const replaced = (files: readonly ChartFile[]): readonly ChartFile[] =>
    files.map((each) => (each.name === VALUES_FILE ? { name: each.name, data } : each));
  return { ...chart, values, raw: replaced(chart.raw), files: replaced(chart.files) };
}
