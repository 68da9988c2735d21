import type { Table, TableValue } from "./table.ts";

/** The table at a path with dots; undefined where there is none on the way. */
export function lookUpTable(values: Table, path: string): Table | undefined {
  let table = values;
  for (const key of path.split(".")) {
    const next = table.get(key);
    if (!(next instanceof Map)) return undefined;
    table = next;
  }
  return table;
}

/** The value at a path with dots, if there is one and it is no table. */
export function lookUpValue(values: Table, path: string): Exclude<TableValue, Table> | undefined {
  const last = path.lastIndexOf(".");
  const table = last === -1 ? values : lookUpTable(values, path.slice(0, last));
  const value = table?.get(path.slice(last + 1));
  return value instanceof Map ? undefined : value;
}
