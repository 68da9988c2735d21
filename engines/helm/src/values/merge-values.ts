import type { HelmValues } from "./helm-values.ts";
import { mergeTables, tableOf, valuesOf } from "./table.ts";

/** Values laid over others as helm lays one values file over the one before: tables are merged, all else is replaced. */
export function mergeValues(base: HelmValues, over: HelmValues): HelmValues {
  const table = tableOf(base);
  mergeTables(table, tableOf(over));
  return valuesOf(table);
}
