import { WeirError } from "@weir/core";

/** Values do not meet the schema of a chart or of one of its subcharts, or such a schema is none; in helm's words. */
export class ChartSchemaError extends WeirError {
  override readonly name = "ChartSchemaError";
  readonly reason = "InvalidValues";
  readonly retry = "never";
}

/** A values.schema.json is not a JSON schema, or refers to what is not there; in the words of helm's library. */
export class SchemaError extends WeirError {
  override readonly name = "SchemaError";
  readonly reason = "InvalidSchema";
  readonly retry = "never";
}

/** To check values against a schema costs more than it may. */
export class SchemaBudgetError extends WeirError {
  override readonly name = "SchemaBudgetError";
  readonly reason = "SchemaBudgetExceeded";
  readonly retry = "never";
}
