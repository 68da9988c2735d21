import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonValue, parseJson, writeJson } from "@weir/core";
import {
  type Chart,
  ChartError,
  type ChartFile,
  ChartValuesError,
  loadChartFiles,
  loadValues,
  processDependencies,
  renderValues,
} from "@weir/helm";
import { emitYaml } from "@weir/yaml";
import type { Suite } from "../../src/suite.ts";
import { canonicalJson } from "./canonical-json.ts";

interface RecordedChart {
  readonly name: string;
  readonly values: string;
  readonly dependencies?: readonly JsonValue[];
  readonly charts?: readonly RecordedChart[];
  readonly [field: string]: unknown;
}

interface RecordedCase {
  readonly name: string;
  readonly chart: RecordedChart;
  readonly user: string;
  readonly values?: JsonValue;
  readonly enabled?: JsonValue;
  readonly error?: string;
}

/** The fields of Chart.yaml that a recorded chart leaves to its reader. */
const defaults = { apiVersion: "v2", version: "1.2.3" };

function filesOf({ values, charts = [], ...chartYaml }: RecordedChart, folder: string): readonly ChartFile[] {
  const text = emitYaml({ ...defaults, ...chartYaml } as JsonValue);
  return [
    { name: `${folder}Chart.yaml`, data: Buffer.from(text) },
    { name: `${folder}values.yaml`, data: Buffer.from(values) },
    ...charts.flatMap((chart) => filesOf(chart, `${folder}charts/${chart.name}/`)),
  ];
}

function enabledOf({ metadata, subcharts }: Chart): JsonValue {
  const charts = subcharts.map(enabledOf).sort((left, right) => nameOf(left).localeCompare(nameOf(right)));
  return { name: metadata.name, ...(charts.length === 0 ? {} : { charts }) };
}

function nameOf(tree: JsonValue): string {
  return (tree as { readonly name: string }).name;
}

function replay({ chart, user }: RecordedCase): JsonValue {
  const ignore = (): void => undefined;
  try {
    const values = loadValues(Buffer.from(user));
    const processed = processDependencies(loadChartFiles(filesOf(chart, "")), values, ignore);
    return { values: renderValues(processed, values, ignore), enabled: enabledOf(processed) };
  } catch (error) {
    // The recording says which step failed.
    if (error instanceof ChartValuesError) return { error: `dependencies: ${error.message}` };
    if (error instanceof ChartError) return { error: error.message };
    throw error;
  }
}

/** Defaults, values and globals, with the dependencies that take part. */
export const suite: Suite = {
  name: "helm/values-merge",
  async *run(corpus) {
    const recording = parseJson(readFileSync(join(corpus, "helm/values-merge.json"), "utf8"));
    const { cases } = recording as unknown as { readonly cases: readonly RecordedCase[] };
    for (const recorded of cases) {
      const { name, values, enabled, error } = recorded;
      const recordedResult =
        error === undefined ? { values: values ?? null, enabled: enabled ?? null } : { error };
      const got = writeJson(canonicalJson(replay(recorded)));
      const want = writeJson(canonicalJson(recordedResult));
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
