import type { JsonValue } from "@weir/core";
import type { HelmValues } from "./helm-values.ts";

/** A value while it is worked on. Tables and lists are changed in place, as Go changes its maps. */
export type TableValue = null | boolean | number | bigint | string | TableValue[] | Table;

/** A map of values while it is worked on; every key is plain data, `__proto__` as well. */
export type Table = Map<string, TableValue>;

/** Copies values into a table that nothing else refers to. */
export function tableOf(values: HelmValues): Table {
  const table: Table = new Map();
  for (const key of Object.keys(values)) table.set(key, valueOf(values[key] ?? null));
  return table;
}

function valueOf(value: JsonValue): TableValue {
  if (value === null || typeof value !== "object") return value;
  return isJsonList(value) ? value.map(valueOf) : tableOf(value);
}

function isJsonList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Copies a table with all that is below it. */
export function copyTable(table: ReadonlyMap<string, TableValue>): Table {
  const copy: Table = new Map();
  for (const [key, value] of table) copy.set(key, copyValue(value));
  return copy;
}

/** Copies a value with all that is below it. */
export function copyValue(value: TableValue): TableValue {
  if (value instanceof Map) return copyTable(value);
  return Array.isArray(value) ? value.map(copyValue) : value;
}

/** The values of a table as plain objects, which share nothing with it. */
export function valuesOf(table: ReadonlyMap<string, TableValue>): HelmValues {
  const values: Record<string, JsonValue> = {};
  for (const [key, value] of table) {
    // An assignment to `__proto__` would set the prototype.
    if (key === "__proto__") {
      const descriptor = { value: jsonOf(value), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(values, key, descriptor);
    } else values[key] = jsonOf(value);
  }
  return values;
}

function jsonOf(value: TableValue): JsonValue {
  if (value instanceof Map) return valuesOf(value);
  return Array.isArray(value) ? value.map(jsonOf) : value;
}

/**
 * Lays values over others as helm lays one values file over the one before: tables are merged, everything else is
 * replaced, null included.
 */
export function mergeTables(base: Table, over: ReadonlyMap<string, TableValue>): void {
  for (const [key, value] of over) {
    const present = base.get(key);
    if (value instanceof Map && present instanceof Map) mergeTables(present, value);
    else base.set(key, value);
  }
}

/** The type of a value as Go's `%T` prints it. */
export function goTypeOfValue(value: TableValue): string {
  if (value === null) return "<nil>";
  if (value instanceof Map) return "map[string]interface {}";
  if (Array.isArray(value)) return "[]interface {}";
  switch (typeof value) {
    case "number":
      return "float64";
    case "bigint":
      return "int64";
    case "boolean":
      return "bool";
    default:
      return "string";
  }
}
