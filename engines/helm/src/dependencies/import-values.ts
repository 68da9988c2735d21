import { WeirError } from "@weir/core";
import { quoteGo } from "@weir/text";
import type { ImportValue } from "../chart/chart.ts";
import type { Notify } from "../chart/chart-notice.ts";
import { coalesceValues, overlayTables } from "../values/coalesce.ts";
import { lookUpTable } from "../values/look-up.ts";
import { copyTable, type Table } from "../values/table.ts";
import type { ChartNode, DependencyNode } from "./chart-node.ts";

/** A parent's path of `import-values` makes more tables within each other than any use has. */
export class ImportValuesError extends WeirError {
  override readonly name = "ImportValuesError";
  readonly reason = "InvalidChart";
  readonly retry = "never";
}

const MAX_PATH_DEPTH = 30;

interface Import {
  readonly child: string;
  readonly parent: string;
  /** Given by its name in `exports`. */
  readonly isExport: boolean;
}

/**
 * Lays the tables that a chart imports from its subcharts under its own defaults, which come to hold those of all its
 * subcharts, too.
 */
export function importValues(node: ChartNode, notify: Notify): void {
  const { dependencies } = node.metadata;
  if (dependencies === undefined) return;
  const defaults = coalesceValues(node, new Map(), "merge", notify);
  const imported: Table = new Map();
  for (const dependency of dependencies) {
    const imports = dependency.imports.map(readImport);
    for (const each of imports) importTable({ dependency, defaults, imported }, each, notify);
    dependency.imports = imports.map(({ child, parent }) => ({ child, parent }));
  }
  // A copy, because what was imported shares tables with the defaults.
  node.values = overlayTables(copyTable(defaults), imported, "", { mode: "merge", notify });
}

function readImport(value: ImportValue): Import {
  if (typeof value !== "string") return { ...value, isExport: false };
  return { child: `exports.${value}`, parent: ".", isExport: true };
}

interface Importing {
  readonly dependency: DependencyNode;
  readonly defaults: Table;
  readonly imported: Table;
}

function importTable(
  { dependency, defaults, imported }: Importing,
  { child, parent, isExport }: Import,
  notify: Notify,
): void {
  const path = `${dependency.name}.${child}`;
  const table = lookUpTable(defaults, path);
  if (table === undefined) {
    const error: readonly [string, string] = [
      "error",
      `${quoteGo(missingKey(defaults, path))} is not a table`,
    ];
    notify({
      level: "WARN",
      message: isExport ? "ImportValues missing table" : "ImportValues missing table from chart",
      fields: isExport ? [error] : [["chart", dependency.name], error],
    });
    return;
  }
  overlayTables(imported, tableAt(parent, table), "", { mode: "merge", notify });
}

/** The first key of a path that holds no table. */
function missingKey(defaults: Table, path: string): string {
  const keys = path.split(".");
  const at = keys.findIndex(
    (_key, index) => lookUpTable(defaults, keys.slice(0, index + 1).join(".")) === undefined,
  );
  return keys[at] ?? "";
}

function tableAt(path: string, table: Table): Table {
  if (path === ".") return table;
  const keys = path.split(".");
  if (keys.length > MAX_PATH_DEPTH) {
    throw new ImportValuesError(`import-values names a parent of more than ${MAX_PATH_DEPTH} levels`);
  }
  return keys.reduceRight<Table>((inner, key) => new Map([[key, inner]]), table);
}
