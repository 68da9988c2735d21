import type { JsonObject, JsonValue } from "@weir/core";
import { KustomizeError } from "../error.ts";

/** What is wrong with a value, as the JSON decoders of upstream say it. */
type Check = (value: JsonValue) => string | undefined;

/**
 * Requires the file of a field `crds` to be what upstream decodes: a map of OpenAPI definitions, each with a schema and
 * the names of others. Null is nothing anywhere; what comes first in the file is told of.
 */
export function checkDefinitions(document: JsonValue): void {
  const problem = definitionsProblem(document);
  if (problem !== undefined) throw new KustomizeError(problem);
}

function definitionsProblem(document: JsonValue): string | undefined {
  if (document === null) return undefined;
  if (!isObject(document)) return goProblem(document, "value of type accumulator.nameToApiMap");
  return first(Object.values(document), definitionProblem);
}

function definitionProblem(definition: JsonValue): string | undefined {
  if (definition === null) return undefined;
  if (!isObject(definition)) return goProblem(definition, "value of type accumulator.OpenAPIDefinition");
  return first(Object.entries(definition), ([field, value]) => {
    // Go's own decoder takes fields in any case.
    if (/^schema$/i.test(field)) return schema(value);
    return /^dependencies$/i.test(field) ? dependenciesProblem(value) : undefined;
  });
}

function dependenciesProblem(value: JsonValue): string | undefined {
  const field = "struct field OpenAPIDefinition.Dependencies of type";
  if (value === null) return undefined;
  if (!Array.isArray(value)) return goProblem(value, `${field} []string`);
  return first(value as readonly JsonValue[], (item) =>
    item === null || typeof item === "string" ? undefined : goProblem(item, `${field} string`),
  );
}

/** In the words of encoding/json. */
function goProblem(value: JsonValue, into: string): string {
  const kind = typeof value === "boolean" ? "bool" : jsonKind(value);
  return `json: cannot unmarshal ${kind} into Go ${into}`;
}

function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  if (value === null || typeof value === "boolean") return String(value);
  return typeof value === "bigint" ? "number" : typeof value;
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function first<Item>(items: Iterable<Item>, check: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** In the words of the decoder that schemas have for themselves. */
function wrong(value: JsonValue, type: string): string {
  const kind = typeof value === "boolean" ? "boolean" : jsonKind(value);
  return `json: cannot unmarshal JSON ${kind} into Go value of type ${type}`;
}

function within(type: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `json: cannot unmarshal Go value of type ${type}: ${problem}`;
}

function plain(type: string, fits: (value: JsonValue) => boolean): Check {
  return (value) => (value === null || fits(value) ? undefined : wrong(value, type));
}

const isNumber = (value: JsonValue): boolean => typeof value === "number" || typeof value === "bigint";
const text = plain("string", (value) => typeof value === "string");
const bool = plain("bool", (value) => typeof value === "boolean");
const float = plain("float64", isNumber);

function integer(value: JsonValue): string | undefined {
  if (typeof value !== "number" || Number.isInteger(value)) return plain("int64", isNumber)(value);
  return `${wrong(value, "int64")}: cannot parse "${value}" as signed integer: invalid syntax`;
}

function list(type: string, item: Check): Check {
  return (value) => {
    if (value === null) return undefined;
    return Array.isArray(value) ? first(value as readonly JsonValue[], item) : wrong(value, type);
  };
}

function map(type: string, item: Check): Check {
  return (value) => {
    if (value === null) return undefined;
    return isObject(value) ? first(Object.values(value), item) : wrong(value, type);
  };
}

const SCHEMA = "struct { spec.Extensions; spec.SchemaProps; spec.SwaggerSchemaProps }";

function schema(value: JsonValue): string | undefined {
  if (value === null) return undefined;
  if (!isObject(value)) return within("spec.Schema", wrong(value, SCHEMA));
  const problem = first(Object.entries(value), ([field, inner]) => FIELDS.get(field)?.(inner));
  return within("spec.Schema", problem);
}

const texts = list("[]string", text);
const schemas = list("[]spec.Schema", schema);

function stringOrArray(value: JsonValue): string | undefined {
  if (value === null || typeof value === "string") return undefined;
  const problem = Array.isArray(value) ? texts(value) : `expected string or array, not '${jsonKind(value)}'`;
  return within("spec.StringOrArray", problem);
}

function schemaOrBool(value: JsonValue): string | undefined {
  if (value === null || typeof value === "boolean") return undefined;
  const problem = isObject(value) ? schema(value) : `expected object or bool, not '${jsonKind(value)}'`;
  return within("spec.SchemaOrBool", problem);
}

function externalDocs(value: JsonValue): string | undefined {
  if (value === null) return undefined;
  if (!isObject(value)) return wrong(value, "spec.ExternalDocumentation");
  return first(Object.entries(value), ([field, inner]) =>
    field === "description" || field === "url" ? text(inner) : undefined,
  );
}

/** A schema or a list; anything else is passed over. */
function schemaOr(type: string, other: Check): Check {
  return (value) => {
    if (isObject(value)) return within(type, schema(value));
    return Array.isArray(value) ? within(type, other(value)) : undefined;
  };
}

/** The fields of a schema that have a type; all others are extensions of any. */
const FIELDS: ReadonlyMap<string, Check> = new Map([
  ...["id", "description", "format", "title", "pattern", "discriminator"].map((field): [string, Check] => [
    field,
    text,
  ]),
  ...["nullable", "exclusiveMaximum", "exclusiveMinimum", "uniqueItems", "readOnly"].map(
    (field): [string, Check] => [field, bool],
  ),
  ...["maximum", "minimum", "multipleOf"].map((field): [string, Check] => [field, float]),
  ...["maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"].map(
    (field): [string, Check] => [field, integer],
  ),
  ...["allOf", "oneOf", "anyOf"].map((field): [string, Check] => [field, schemas]),
  ...["properties", "patternProperties"].map((field): [string, Check] => [
    field,
    map("map[string]spec.Schema", schema),
  ]),
  ...["additionalProperties", "additionalItems"].map((field): [string, Check] => [field, schemaOrBool]),
  ["type", stringOrArray],
  ["enum", list("[]interface {}", () => undefined)],
  ["required", texts],
  ["not", schema],
  ["externalDocs", externalDocs],
  ["items", schemaOr("spec.SchemaOrArray", schemas)],
  ["dependencies", map("spec.Dependencies", schemaOr("spec.SchemaOrStringArray", texts))],
  ["definitions", map("spec.Definitions", schema)],
]);
