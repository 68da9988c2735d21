import {
  type Chart,
  ChartBudgetError,
  ChartError,
  type ChartLimits,
  loadArchiveMetadata,
  loadChartArchive,
  packageChart,
} from "@weir/helm";
import { mergeChartValues, type ValuesFiles, withDefaultValues } from "./values-files.ts";

/** An archive, or the step that failed and why: what is thrown in a worker is not the same behind it. */
export type ChartTaskResult =
  | { readonly kind: "done"; readonly archive: Uint8Array; readonly used: readonly string[] }
  | { readonly kind: "failed"; readonly step: "pull" | "values" | "package"; readonly message: string };

/** What a pulled archive becomes. */
export interface RepackInput {
  readonly archive: Uint8Array;
  readonly version: string;
  readonly valuesFiles: ValuesFiles;
  readonly limits: ChartLimits;
}

/** Checks that an archive is a chart's; it is passed on as it is. */
export function inspectArchive({
  archive,
  limits,
}: Pick<RepackInput, "archive" | "limits">): ChartTaskResult {
  return asResult("pull", () => {
    within("failed to load chart metadata from written chart", () => loadArchiveMetadata(archive, limits));
    return { kind: "done", archive, used: [] };
  });
}

/** Packs the chart of an archive with other defaults and another version. */
export function repackArchive({ archive, version, valuesFiles, limits }: RepackInput): ChartTaskResult {
  let chart: Chart | undefined;
  const loaded = asResult("package", () => {
    chart = within("failed to load downloaded chart", () => loadChartArchive(archive, { limits }));
    return { kind: "done", archive, used: [] };
  });
  if (chart === undefined) return loaded;
  return repackChart({ chart, version, valuesFiles });
}

function repackChart({
  chart,
  version,
  valuesFiles,
}: {
  readonly chart: Chart;
  readonly version: string;
  readonly valuesFiles: ValuesFiles;
}): ChartTaskResult {
  return asResult("values", () => {
    const { values, used } = within("failed to merge chart values", () =>
      mergeChartValues(chart, valuesFiles),
    );
    const changed = withDefaultValues(chart, values);
    const packed = packChart({ chart: changed, version });
    return packed.kind === "failed" ? packed : { ...packed, used: changed === chart ? [] : used };
  });
}

/** Packs a chart under a version. */
export function packChart({
  chart,
  version,
}: {
  readonly chart: Chart;
  readonly version: string;
}): ChartTaskResult {
  return asResult("package", () => ({
    kind: "done",
    archive: packageChart(chart, { version }).archive,
    used: [],
  }));
}

function asResult(step: "pull" | "values" | "package", run: () => ChartTaskResult): ChartTaskResult {
  try {
    return run();
  } catch (error) {
    if (!isOfChart(error)) throw error;
    return { kind: "failed", step, message: error.message };
  }
}

function within<Value>(what: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (isOfChart(error)) throw new ChartError(`${what}: ${error.message}`);
    throw error;
  }
}

function isOfChart(error: unknown): error is ChartError | ChartBudgetError {
  return error instanceof ChartError || error instanceof ChartBudgetError;
}
