import type { Chart } from "../chart/chart.ts";
import type { Notify } from "../chart/chart-notice.ts";
import type { HelmValues } from "../values/helm-values.ts";
import { failureLines } from "./failure.ts";
import { MetaschemaCompiler, SchemaCompiler } from "./schema-compiler.ts";
import { ChartSchemaError, SchemaError } from "./schema-error.ts";
import type { SchemaNode } from "./schema-node.ts";
import { SchemaRun } from "./schema-run.ts";
import { isTable, parseSchemaText, type SchemaValue, typeOfValue } from "./schema-value.ts";

/** Compiled schemas of charts, for as long as the charts live; share one between renders of the same charts. */
export class SchemaCache {
  readonly #metaschemas = new MetaschemaCompiler();
  readonly #compiled = new WeakMap<Uint8Array, SchemaNode>();

  /** Throws `SchemaError` for what is no schema. */
  compiled(schema: Uint8Array, notify: Notify): SchemaNode {
    const present = this.#compiled.get(schema);
    if (present !== undefined) return present;
    const compiler = new SchemaCompiler(notify, this.#metaschemas);
    const node = compiler.compile(SCHEMA_URL, parseSchemaText(schema));
    this.#compiled.set(schema, node);
    return node;
  }
}

/** What helm calls the schema of a chart in errors. */
const SCHEMA_URL = "file:///values.schema.json";

/** How values are checked. */
export interface ValidateOptions {
  readonly cache?: SchemaCache | undefined;
  readonly notify?: Notify | undefined;
}

/** Options with every default filled in. */
export interface Settled {
  readonly cache: SchemaCache;
  readonly notify: Notify;
}

/** Whether a chart or one of its subcharts has a schema. */
export function hasSchema(chart: Chart): boolean {
  return chart.schema !== undefined || chart.subcharts.some(hasSchema);
}

/**
 * Checks coalesced values against the schemas of a chart and of its subcharts.
 *
 * Nothing is loaded: a reference to a file or a URL is an error, one to a URN is met by everything. Throws
 * `ChartSchemaError` in helm's words, with a line for each failure, and `SchemaBudgetError`.
 */
export function validateValues(chart: Chart, values: HelmValues, options: ValidateOptions = {}): void {
  const { cache = new SchemaCache(), notify = () => undefined } = options;
  const text = problemsOf(chart, values, { cache, notify });
  if (text === "") return;
  throw new ChartSchemaError(
    `values don't meet the specifications of the schema(s) in the following chart(s):\n${text}`,
  );
}

function problemsOf(chart: Chart, values: SchemaValue, options: Settled): string {
  const { metadata, schema, subcharts } = chart;
  const own = schema === undefined ? "" : schemaProblem(schema, values, options);
  const below = subcharts.map((subchart) => {
    const { name } = subchart.metadata;
    const given = isTable(values) && Object.hasOwn(values, name) ? (values[name] ?? null) : null;
    if (given === null) return "";
    if (isTable(given)) return problemsOf(subchart, given, options);
    return `${name}:\ninvalid type for values: expected object (map), got ${goType(given)}\n`;
  });
  return `${own === "" ? "" : `${metadata.name}:\n${own}`}${below.join("")}`;
}

/** What one schema has against values, with a line for each failure; empty if nothing. */
export function schemaProblem(schema: Uint8Array, values: SchemaValue, { cache, notify }: Settled): string {
  try {
    const failures = new SchemaRun().validate(cache.compiled(schema, notify), values);
    return failures.length === 0 ? "" : `${failureLines(failures)}\n`;
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
}

function goType(value: SchemaValue): string {
  if (typeof value === "bigint") return "int64";
  const type = typeOfValue(value);
  if (type === "number") return "float64";
  if (type === "array") return "[]interface {}";
  return type === "boolean" ? "bool" : "string";
}
