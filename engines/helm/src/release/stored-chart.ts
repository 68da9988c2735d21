import type { JsonObject } from "@weir/core";
import type { Chart, ChartFile, ChartMetadata } from "../chart/chart.ts";
import { dependencyJson, lockJson } from "../package/metadata-json.ts";
import type { StoredChart, StoredMetadata } from "./release.ts";

const ZERO_TIME = "0001-01-01T00:00:00Z";

/** The chart as helm puts it into a record: without its subcharts and without the raw files. */
export function storedChartOf(chart: Chart): StoredChart {
  const { metadata, lock, templates, values, schema, files } = chart;
  return {
    metadata: storedMetadata(metadata),
    lock: lock === undefined ? null : lockJson(lock),
    templates: templates.length === 0 ? null : templates.map(storedFile),
    values,
    schema: schema === undefined ? null : Buffer.from(schema).toString("base64"),
    schemamodtime: ZERO_TIME,
    files: files.length === 0 ? null : files.map(storedFile),
  };
}

function storedFile({ name, data }: ChartFile): JsonObject {
  return { name, data: Buffer.from(data).toString("base64") };
}

/** The fields in the order of helm's struct, empty ones left out. */
function storedMetadata(metadata: ChartMetadata): StoredMetadata {
  const { maintainers, annotations, dependencies = [] } = metadata;
  const fields: JsonObject = {
    name: metadata.name,
    home: metadata.home,
    sources: metadata.sources,
    version: metadata.version,
    description: metadata.description,
    keywords: metadata.keywords,
    maintainers: maintainers.map(({ name, email, url }) => withoutEmpty({ name, email, url })),
    icon: metadata.icon,
    apiVersion: metadata.apiVersion,
    condition: metadata.condition,
    tags: metadata.tags,
    appVersion: metadata.appVersion,
    deprecated: metadata.deprecated,
    annotations: annotations === undefined ? {} : Object.fromEntries(annotations),
    kubeVersion: metadata.kubeVersion,
    dependencies: dependencies.map(dependencyJson),
    type: metadata.type,
  };
  return withoutEmpty(fields);
}

/** Go's `omitempty`. */
function withoutEmpty(fields: JsonObject): JsonObject {
  const kept = Object.entries(fields).filter(([, value]) => {
    if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
    return value !== "" && value !== false;
  });
  return Object.fromEntries(kept);
}
