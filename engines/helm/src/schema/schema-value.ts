import { compareUtf8, JsonSyntaxError, parseJson } from "@weir/core";
import { SchemaError } from "./schema-error.ts";

/** A number of a schema as it is written there, because that is how errors show it. */
export class SchemaNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A table of a schema or of values; own keys only. */
export type SchemaTable = { readonly [key: string]: SchemaValue };

/** What a schema is checked against: values, or a schema that its metaschema is checked against. */
export type SchemaValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | SchemaNumber
  | readonly SchemaValue[]
  | SchemaTable;

/** The type of a JSON value, as `type` names it. */
export type SchemaType = "null" | "boolean" | "number" | "string" | "array" | "object";

export function typeOfValue(value: SchemaValue): SchemaType {
  if (value === null) return "null";
  if (isNumber(value)) return "number";
  if (isList(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    default:
      return "object";
  }
}

export function isNumber(value: SchemaValue): value is number | bigint | SchemaNumber {
  return typeof value === "number" || typeof value === "bigint" || value instanceof SchemaNumber;
}

export function isList(value: SchemaValue): value is readonly SchemaValue[] {
  return Array.isArray(value);
}

export function isTable(value: SchemaValue): value is SchemaTable {
  return typeOfValue(value) === "object";
}

/** An own entry of a table. */
export function entry(table: SchemaTable, key: string): SchemaValue | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The keys in the order of their bytes: helm goes through them at random, we do not. */
export function sortedKeys(table: SchemaTable): string[] {
  return Object.keys(table).sort(compareUtf8);
}

/** Reads the text of a schema. Throws `SchemaError` in Go's words. */
export function parseSchemaText(bytes: Uint8Array): SchemaValue {
  const text = Buffer.from(bytes).toString("utf8");
  if (text.trim() === "") throw new SchemaError("EOF");
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new SchemaError(problemOf(error, text.length));
  }
  const parse = JSON.parse as (text: string, reviver: Reviver) => SchemaValue;
  return parse(text, (_key, value, { source }) =>
    typeof value === "number" ? new SchemaNumber(source ?? String(value)) : value,
  );
}

type Reviver = (key: string, value: SchemaValue, context: { readonly source?: string }) => SchemaValue;

/** A decoder of streams says some things in other words than one of whole texts. */
function problemOf({ problem, offset }: JsonSyntaxError, length: number): string {
  if (offset >= length) return "unexpected EOF";
  return problem.endsWith("after top-level value") ? "invalid character after top-level value" : problem;
}
