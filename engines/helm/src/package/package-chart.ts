import { gzipSync } from "node:zlib";
import { JsonDepthError, JsonSyntaxError, parseJson } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { type Chart, type ChartFile } from "../chart/chart.ts";
import { ChartError } from "../chart/chart-error.ts";
import { lockJson, metadataJson } from "./metadata-json.ts";
import { type TarFile, writeTar } from "./write-tar.ts";

/** How a chart is packaged. */
export interface PackageOptions {
  /** Takes the place of the version in Chart.yaml. */
  readonly version?: string;
  /** Takes the place of the appVersion in Chart.yaml. */
  readonly appVersion?: string;
  /** The time of every file, in seconds since 1970. Default 0. */
  readonly modifiedAt?: number;
}

/** A packaged chart. */
export interface PackagedChart {
  /** helm's name of the file: `NAME-VERSION.tgz`. */
  readonly fileName: string;
  readonly archive: Uint8Array;
}

/** Position of the byte that says on which system a gzip was made. */
const GZIP_SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;

/**
 * Packages a chart as `helm package` does, but the same chart always gives the same bytes: its files in a fixed order,
 * with one time, Chart.yaml and Chart.lock written anew, subcharts unpacked below `charts/`.
 *
 * Throws `ChartError` for a schema that is no JSON.
 */
export function packageChart(chart: Chart, options: PackageOptions = {}): PackagedChart {
  const { metadata } = chart;
  const { version = metadata.version, appVersion = metadata.appVersion, modifiedAt = 0 } = options;
  const files = filesOf({ ...chart, metadata: { ...metadata, version, appVersion } }, "");
  const archive = gzipSync(writeTar(files, modifiedAt), { level: 9 });
  archive[GZIP_SYSTEM] = UNKNOWN_SYSTEM;
  return { fileName: `${metadata.name}-${version}.tgz`, archive };
}

function filesOf(chart: Chart, parent: string): readonly TarFile[] {
  const { metadata, lock, schema, templates, files, subcharts, raw } = chart;
  const base = `${parent}${metadata.name}/`;
  const placed = ({ name, data }: ChartFile): TarFile => ({ name: `${base}${name}`, data });
  const written = (name: string, text: string): TarFile => ({
    name: `${base}${name}`,
    data: Buffer.from(text),
  });
  if (schema !== undefined) checkSchema(schema);
  return [
    written("Chart.yaml", emitYaml(metadataJson(metadata))),
    ...(lock === undefined || metadata.apiVersion !== "v2"
      ? []
      : [written("Chart.lock", emitYaml(lockJson(lock)))]),
    ...raw.filter(({ name }) => name === "values.yaml").map(placed),
    ...(schema === undefined ? [] : [placed({ name: "values.schema.json", data: schema })]),
    ...templates.map(placed),
    ...files.map(placed),
    ...subcharts.flatMap((subchart) => filesOf(subchart, `${base}charts/`)),
  ];
}

function checkSchema(schema: Uint8Array): void {
  try {
    parseJson(Buffer.from(schema).toString("utf8"));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) && !(error instanceof JsonDepthError)) throw error;
    throw new ChartError("invalid JSON in values.schema.json");
  }
}
