import type { Chart } from "../chart/chart.ts";
import type { Notify } from "../chart/chart-notice.ts";
import { coalesceValues, type ValuesNode } from "./coalesce.ts";
import type { HelmValues } from "./helm-values.ts";
import { tableOf, valuesOf } from "./table.ts";

/**
 * The values that templates of a chart see: the user's over the chart's defaults, and below their names those of its
 * subcharts. The dependencies of the chart are processed before.
 *
 * Throws `ChartValuesError` where the user gives something else than a table to a subchart.
 */
export function renderValues(chart: Chart, userValues: HelmValues, notify: Notify): HelmValues {
  return valuesOf(coalesceValues(valuesNodeOf(chart), tableOf(userValues), "coalesce", notify));
}

function valuesNodeOf(chart: Chart): ValuesNode {
  return {
    name: chart.metadata.name,
    values: tableOf(chart.values),
    children: chart.subcharts.map(valuesNodeOf),
  };
}
