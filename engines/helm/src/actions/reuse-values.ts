import type { Chart } from "../chart/chart.ts";
import type { Notify } from "../chart/chart-notice.ts";
import type { Release } from "../release/release.ts";
import { coalesceValues, overlayTables } from "../values/coalesce.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { tableOf, valuesOf } from "../values/table.ts";

/** A chart and the values that it is rendered with. */
export interface ChartWithValues {
  readonly chart: Chart;
  readonly values: HelmValues;
}

/**
 * What `helm upgrade --reuse-values` renders: values over those of the revision before, and a chart whose defaults are what
 * the old chart and the old values came to. Its own new defaults count for nothing.
 *
 * Throws `ChartValuesError` where the old values do not fit the old chart.
 */
export function reuseValues(
  current: Pick<Release, "chart" | "config">,
  { chart, values }: ChartWithValues,
  notify: Notify = () => {},
): ChartWithValues {
  const { metadata = null, values: defaults = null } = current.chart ?? {};
  const before = { name: metadata?.name ?? "", values: tableOf(defaults ?? {}), children: [] };
  const old = valuesOf(coalesceValues(before, tableOf(current.config), "coalesce", notify));
  const merged = overlayTables(tableOf(values), tableOf(current.config), "", { mode: "coalesce", notify });
  return { chart: { ...chart, values: old }, values: valuesOf(merged) };
}
