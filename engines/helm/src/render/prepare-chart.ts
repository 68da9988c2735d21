import { WeirError } from "@weir/core";
import { GoInt, type GoValue, quoteGo } from "@weir/text";

import type { Chart } from "../chart/chart.ts";
import type { ChartNotice, Notify } from "../chart/chart-notice.ts";
import { checkReleaseName } from "../context/release-name.ts";
import { nodeOf } from "../dependencies/chart-node.ts";
import { processDependencies } from "../dependencies/process-dependencies.ts";
import { hasSchema, type SchemaCache, validateValues } from "../schema/validate-values.ts";
import { coalesceValues } from "../values/coalesce.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { type Table, tableOf, type TableValue, valuesOf } from "../values/table.ts";

/** A chart and the values that its templates see; the values are changed by the templates, and serve one render. */
export interface PreparedChart {
  /** Without the subcharts that are switched off. */
  readonly chart: Chart;
  readonly values: Map<string, GoValue>;
  readonly warnings: readonly ChartNotice[];
}

/** A release cannot be called this, or the chart's dependencies and the values do not fit; the message is Helm's. */
export class ChartPreparationError extends WeirError {
  override readonly name = "ChartPreparationError";
  readonly reason = "ChartPreparationFailed";
  readonly retry = "never";
}

/** What is checked before any template is looked at. */
export interface PrepareOptions {
  readonly releaseName: string;
  readonly skipSchemaValidation?: boolean | undefined;
  /** Kept between renders of the same charts, it saves compiling their schemas again. */
  readonly schemas?: SchemaCache | undefined;
  /** Told what helm logs, as it comes up: before an error, too. */
  readonly notify?: Notify | undefined;
}

/**
 * Works out which subcharts take part and which values each of them sees, and checks these against the charts' schemas.
 * Throws what these steps throw, in Helm's words.
 */
export function prepareChart(chart: Chart, values: HelmValues, options: PrepareOptions): PreparedChart {
  const warnings: ChartNotice[] = [];
  const notify: Notify = (notice) => {
    warnings.push(notice);
    options.notify?.(notice);
  };
  const { releaseName } = options;
  logged("release name check failed", notify, () => {
    within(`release name ${quoteGo(releaseName)}`, () => checkReleaseName(releaseName));
  });
  const processed = logged("chart dependencies processing failed", notify, () =>
    processDependencies(chart, values, notify),
  );
  const coalesced = coalesceValues(nodeOf(processed), tableOf(values), "coalesce", notify);
  if (options.skipSchemaValidation !== true && hasSchema(processed)) {
    validateValues(processed, valuesOf(coalesced), { notify, cache: options.schemas });
  }
  return { chart: processed, values: goTable(coalesced), warnings };
}

/** Helm logs these failures besides giving them back. */
function logged<Result>(doing: string, notify: Notify, act: () => Result): Result {
  return within(doing, act, (message) =>
    notify({ level: "ERROR", message: doing, fields: [["error", message]] }),
  );
}

function within<Result>(doing: string, act: () => Result, tell?: (message: string) => void): Result {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof WeirError)) throw cause;
    tell?.(cause.message);
    throw new ChartPreparationError(`${doing}: ${cause.message}`, { cause });
  }
}

/** The table itself, with Go's integers in place of bigints: charts share parts of it, and must go on sharing them. */
export function goTable(table: Table, done = new Set<object>()): Map<string, GoValue> {
  const entries = table as Map<string, GoValue>;
  if (done.has(table)) return entries;
  done.add(table);
  for (const [key, value] of table) {
    if (typeof value === "bigint") entries.set(key, new GoInt("int64", value));
    else goInside(value, done);
  }
  return entries;
}

function goInside(value: TableValue, done: Set<object>): void {
  if (value instanceof Map) goTable(value, done);
  if (!Array.isArray(value) || done.has(value)) return;
  done.add(value);
  const items = value as GoValue[];
  for (const [at, item] of value.entries()) {
    if (typeof item === "bigint") items[at] = new GoInt("int64", item);
    else goInside(item, done);
  }
}
