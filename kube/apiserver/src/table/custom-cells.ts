import type { JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { PrinterColumn } from "../crd/definition.ts";
import { asJson } from "../resources/draft-access.ts";
import type { Column } from "../resources/resource.ts";
import { humanAge } from "./age.ts";
import { compileJsonPath, type JsonPath } from "./json-path-query.ts";

/** The columns of a CRD, after the name. */
export function customColumns(columns: readonly PrinterColumn[]): readonly Column[] {
  const name = {
    name: "Name",
    type: "string",
    format: "name",
    priority: 0,
    description: "Name of the object, unique among its kind in a namespace.",
  };
  return [
    name,
    ...columns.map(({ name: title, type, format, priority, description, jsonPath }) => ({
      name: title,
      type,
      format,
      priority,
      description:
        description === ""
          ? `Custom resource definition column (in JSONPath format): ${jsonPath}`
          : description,
    })),
  ];
}

/** Prints the cells of a CRD's columns. */
export function customCells(
  columns: readonly PrinterColumn[],
): (object: KubeObject, now: number) => readonly JsonValue[] {
  const compiled = columns.map((column) => ({ column, path: compileJsonPath(column.jsonPath) }));
  return (object, now) => [
    object.metadata.name ?? "",
    ...compiled.map(({ column, path }) => cell(object, { column, path, now })),
  ];
}

interface CellInput {
  readonly column: PrinterColumn;
  readonly path: JsonPath | undefined;
  readonly now: number;
}

/** The first match, as the column's type prints it; null where there is none or it has another type. */
function cell(object: KubeObject, { column, path, now }: CellInput): JsonValue {
  const matches = path?.(asJson(object)) ?? [];
  const [first] = matches;
  if (first === null) return column.type === "string" ? "<no value>" : null;
  if (first === undefined) return null;
  const print = Object.hasOwn(printers, column.type) ? printers[column.type] : undefined;
  if (print !== undefined) return print(first, now);
  return matches.length === 1 || column.type === "string" ? plain(first) : null;
}

/** An age, or word of a text that is no time. */
function dateText(value: string, now: number): string {
  return Number.isNaN(Date.parse(value)) ? "<invalid>" : humanAge(value, now);
}

/** How a type prints a value; null where the value has another type. */
const printers: Readonly<Record<string, (value: JsonValue, now: number) => JsonValue>> = {
  integer: (value) =>
    typeof value === "number" ? Math.trunc(value) : typeof value === "bigint" ? value : null,
  number: (value) => (typeof value === "number" || typeof value === "bigint" ? value : null),
  boolean: (value) => (typeof value === "boolean" ? value : null),
  date: (value, now) => (typeof value === "string" ? dateText(value, now) : null),
};

function plain(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object") return value === null ? null : String(value);
  return JSON.stringify(value);
}
