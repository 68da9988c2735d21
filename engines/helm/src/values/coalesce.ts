import type { Notify } from "../chart/chart-notice.ts";
import { ChartValuesError } from "./chart-values-error.ts";
import { goText } from "./go-text.ts";
import { copyTable, copyValue, type Table, type TableValue } from "./table.ts";

/** What coalescing needs to know of a chart. */
export interface ValuesNode {
  readonly name: string;
  readonly values: ReadonlyMap<string, TableValue>;
  readonly children: readonly ValuesNode[];
}

/**
 * How defaults meet values: `coalesce` lets a null remove the default below it and drops the nulls of defaults;
 * `merge` keeps every null, because the result is still to be coalesced.
 */
export type Coalescing = "coalesce" | "merge";

const GLOBAL = "global";

interface Work {
  readonly mode: Coalescing;
  readonly notify: Notify;
}

/**
 * Lays values over the defaults of a chart and, below their names, of its subcharts; globals go down to every one of
 * them. Neither the values nor the defaults are changed, but the result shares with the values what no default touches.
 *
 * Throws `ChartValuesError` where the values have something else than a table for a subchart.
 */
export function coalesceValues(
  chart: ValuesNode,
  values: ReadonlyMap<string, TableValue>,
  mode: Coalescing,
  notify: Notify,
): Table {
  const dest = copyTouched(chart, values);
  coalesceChart(chart, dest, "", { mode, notify });
  return dest;
}

/** Copies what coalescing may change: a chart with many subcharts hands all its values down to each of them. */
function copyTouched(chart: ValuesNode, values: ReadonlyMap<string, TableValue>): Table {
  const touched = new Set([GLOBAL, ...chart.values.keys(), ...chart.children.map(({ name }) => name)]);
  const dest: Table = new Map(values);
  for (const key of touched) {
    const value = values.get(key);
    if (value !== undefined) dest.set(key, copyValue(value));
  }
  return dest;
}

function coalesceChart(chart: ValuesNode, dest: Table, prefix: string, work: Work): void {
  coalesceDefaults(chart, dest, prefix, work);
  for (const child of chart.children) {
    const present = dest.get(child.name);
    if (present !== undefined && !(present instanceof Map)) {
      throw new ChartValuesError(`type mismatch on ${child.name}: ${goText(present, "t")}`);
    }
    const table: Table = present ?? new Map();
    dest.set(child.name, table);
    const path = joinKeys(prefix, chart.name);
    coalesceGlobals(table, dest, path, work);
    coalesceChart(child, table, path, work);
  }
}

function joinKeys(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}.${key}`;
}

/** Lays the values at hand over the chart's own defaults. */
function coalesceDefaults(chart: ValuesNode, dest: Table, prefix: string, work: Work): void {
  const path = joinKeys(prefix, chart.name);
  for (const [key, fallback] of copyTable(chart.values)) {
    const present = dest.get(key);
    if (present === undefined) addDefault(dest, key, fallback, work);
    else if (present === null && work.mode === "coalesce") dest.delete(key);
    else if (present instanceof Map) overlayDefault({ chart, key, path }, present, fallback, work);
  }
}

function addDefault(dest: Table, key: string, fallback: TableValue, { mode }: Work): void {
  if (mode === "coalesce") {
    if (fallback === null) return;
    if (fallback instanceof Map) dropNulls(fallback);
  }
  dest.set(key, fallback);
}

interface KeyOfChart {
  readonly chart: ValuesNode;
  readonly key: string;
  readonly path: string;
}

function overlayDefault(
  { chart, key, path }: KeyOfChart,
  present: Table,
  fallback: TableValue,
  work: Work,
): void {
  if (fallback === null) return;
  if (!(fallback instanceof Map)) {
    inform(work, `warning: skipped value for ${path}.${key}: Not a table.`);
    return;
  }
  // Nulls for a subchart are kept, because they count where its own defaults are met.
  const forChild = chart.children.some(({ name }) => name === key);
  const mode = forChild ? "merge" : work.mode;
  if (mode === "coalesce") dropNulls(fallback);
  overlayTables(present, fallback, joinKeys(path, key), { ...work, mode });
}

/** Hands the globals of a chart to a subchart; those win over its own. */
function coalesceGlobals(dest: Table, source: Table, prefix: string, work: Work): void {
  const down = source.get(GLOBAL) ?? (source.has(GLOBAL) ? null : new Map());
  const own = dest.get(GLOBAL) ?? (dest.has(GLOBAL) ? null : new Map());
  if (!(own instanceof Map)) {
    inform(work, `warning: skipping globals because destination ${GLOBAL} is not a table.`);
    return;
  }
  if (!(down instanceof Map)) {
    inform(work, `warning: skipping globals because source ${GLOBAL} is not a table.`);
    return;
  }
  for (const [key, value] of down) coalesceGlobal({ own, key, prefix }, value, work);
  dest.set(GLOBAL, own);
}

interface GlobalKey {
  readonly own: Table;
  readonly key: string;
  readonly prefix: string;
}

function coalesceGlobal({ own, key, prefix }: GlobalKey, value: TableValue, work: Work): void {
  const present = own.get(key);
  if (!(value instanceof Map)) {
    if (present instanceof Map) inform(work, `key ${key} is table. Skipping`);
    else own.set(key, value);
    return;
  }
  if (present !== undefined && !(present instanceof Map)) {
    inform(work, `Conflict: cannot merge map onto non-map for ${JSON.stringify(key)}. Skipping.`);
    return;
  }
  // helm copies one level only: what is below stays shared with the parent, and a subchart's globals get into it.
  const shared = new Map(value);
  if (present !== undefined)
    overlayTables(shared, present, joinKeys(prefix, key), { ...work, mode: "merge" });
  own.set(key, shared);
}

/** Lays `dest` over `source` in place, and returns it; `source` is of no use afterwards. */
export function overlayTables(dest: Table, source: Table, prefix: string, work: Work): Table {
  const given = new Set(source.keys().filter((key) => source.get(key) !== null));
  for (const [key, value] of dest) if (value === null) source.set(key, null);
  for (const [key, value] of source) {
    const present = dest.get(key);
    if (present === undefined) dest.set(key, value);
    else if (present === null && work.mode === "coalesce" && given.has(key)) dest.delete(key);
    else overlayValue(present, value, joinKeys(prefix, key), work);
  }
  return dest;
}

function overlayValue(present: TableValue, value: TableValue, path: string, work: Work): void {
  if (value instanceof Map) {
    if (present instanceof Map) overlayTables(present, value, path, work);
    else inform(work, `warning: cannot overwrite table with non table for ${path} (${goText(value)})`);
  } else if (present instanceof Map && value !== null) {
    inform(work, `warning: destination for ${path} is a table. Ignoring non-table value (${goText(value)})`);
  }
}

function inform({ notify }: Work, message: string): void {
  notify({ level: "INFO", message, fields: [] });
}

function dropNulls(table: Table): void {
  for (const [key, value] of table) {
    if (value === null) table.delete(key);
    else if (value instanceof Map) dropNulls(value);
  }
}
