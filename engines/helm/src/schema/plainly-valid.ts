import { type Draft, draftAt } from "./draft.ts";
import { isList, isNumber, isTable, type SchemaTable, type SchemaValue } from "./schema-value.ts";

/** What a plain check needs to know of the place where a schema stands. */
interface Place {
  readonly draft: Draft;
  /** Whether a text is a regular expression. */
  readonly isPattern: (text: string) => boolean;
}

type Check = (value: SchemaValue, place: Place) => boolean;

/**
 * Whether a schema surely meets the metaschema of its draft: common keywords with common values do. One for which this is
 * false may meet it as well: only its metaschema can tell, and say what is wrong.
 */
export function isPlainlyValid(schema: SchemaValue, place: Place): boolean {
  if (!isTable(schema)) return false;
  const { $schema, ...keywords } = schema;
  if ($schema !== undefined && !(typeof $schema === "string" && names($schema, place.draft))) return false;
  return isPlainTable(keywords, place);
}

function names(url: string, draft: Draft): boolean {
  return /^https?:/.test(url) && draftAt(url)?.version === draft.version;
}

function isPlainTable(schema: SchemaTable, place: Place): boolean {
  for (const keyword of Object.keys(schema)) {
    const check = CHECKS.get(keyword) ?? anything;
    if (!check(schema[keyword] ?? null, place)) return false;
  }
  return true;
}

const anything: Check = () => true;
/** What is left to the metaschema: rare keywords, and those that differ from draft to draft. */
const rare: Check = () => false;
const isText: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => isNumber(value) && /^[0-9]{1,9}$/.test(numberText(value));
const isSigned: Check = (value) => isNumber(value);
const isPositive: Check = (value) => isNumber(value) && /^[1-9][0-9]{0,9}$/.test(numberText(value));
const isPattern: Check = (value, place) => typeof value === "string" && place.isPattern(value);
const isLocalReference: Check = (value) => typeof value === "string" && /^#[A-Za-z0-9_$./-]*$/.test(value);

function numberText(value: number | bigint | { readonly text: string }): string {
  return typeof value === "object" ? value.text : String(value);
}

const isSchema: Check = (value, place) =>
  isTable(value) ? isPlainTable(value, place) : typeof value === "boolean" && place.draft.version >= 6;

const isSchemaOrBoolean: Check = (value, place) => typeof value === "boolean" || isSchema(value, place);

const isSchemaMap: Check = (value, place) =>
  isTable(value) && Object.keys(value).every((key) => isSchema(value[key] ?? null, place));

const isPatternMap: Check = (value, place) =>
  isSchemaMap(value, place) && Object.keys(value as SchemaTable).every((key) => place.isPattern(key));

const isSchemaList: Check = (value, place) =>
  isList(value) && value.length > 0 && value.every((item) => isSchema(item, place));

const isItems: Check = (value, place) =>
  isSchema(value, place) || (place.draft.version < 2020 && isSchemaList(value, place));

const isTexts: Check = (value, place) =>
  isList(value) &&
  value.every((item) => typeof item === "string") &&
  new Set(value).size === value.length &&
  (value.length > 0 || place.draft.version > 4);

const isEnum: Check = (value) =>
  isList(value) &&
  value.length > 0 &&
  value.every((item) => item === null || typeof item === "string" || typeof item === "boolean") &&
  new Set(value).size === value.length;

const TYPES = new Set<SchemaValue>(["null", "boolean", "number", "integer", "string", "array", "object"]);

const isType: Check = (value) => {
  if (!isList(value)) return TYPES.has(value);
  return value.length > 0 && value.every((type) => TYPES.has(type)) && new Set(value).size === value.length;
};

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...each(isText, ["title", "description", "$comment", "format", "contentEncoding", "contentMediaType"]),
  ...each(isBoolean, ["uniqueItems", "readOnly", "writeOnly", "deprecated"]),
  ...each(isCount, ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]),
  ...each(isSigned, ["minimum", "maximum"]),
  ["multipleOf", isPositive],
  ["pattern", isPattern],
  ["$ref", isLocalReference],
  ["type", isType],
  ["enum", isEnum],
  ["required", isTexts],
  ["examples", isList],
  ...each(isSchema, ["not", "if", "then", "else", "contains", "propertyNames"]),
  ...each(isSchemaOrBoolean, ["additionalProperties", "additionalItems"]),
  ["items", isItems],
  ...each(isSchemaList, ["allOf", "anyOf", "oneOf"]),
  ...each(isSchemaMap, ["properties", "definitions", "$defs"]),
  ["patternProperties", isPatternMap],
  ...each(rare, [
    "$schema",
    "$id",
    "id",
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "contentSchema",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxContains",
    "minContains",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
  ]),
]);

function each(check: Check, keywords: readonly string[]): readonly (readonly [string, Check])[] {
  return keywords.map((keyword) => [keyword, check]);
}
