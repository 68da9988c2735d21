import {
  BOOL,
  BYTES,
  celFromJson,
  celJsonMap,
  type CelType,
  type CelValue,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  objectOf,
  STRING,
  TIMESTAMP,
  withListRules,
} from "@weir/cel";
import type { JsonObject, JsonValue } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { formattedText } from "./formatted-text.ts";
import { keyedRules, setRules } from "./list-values.ts";

const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);
const ESCAPES: Readonly<Record<string, string>> = {
  __: "__underscores__",
  ".": "__dot__",
  "-": "__dash__",
  "/": "__slash__",
};

/** The name by which rules read a property; undefined for one that they cannot name. */
export function escapedName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, (part) => ESCAPES[part] ?? part);
}

const METADATA: SchemaNode = {
  type: "object",
  properties: { name: { type: "string" }, generateName: { type: "string" } },
};

/** The schema that a rule at the root sees: the object's type and of its metadata the names. */
export function rootSchema(schema: SchemaNode): SchemaNode {
  const properties = {
    ...schema.properties,
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: METADATA,
  } as const;
  return { ...schema, properties };
}

/**
 * The type of what a schema describes; undefined where it says too little for rules to look in. Upstream names the type of an
 * object by the nanosecond in which it was made.
 */
export function typeOfSchema(schema: SchemaNode, name = "selfType0"): CelType | undefined {
  return typeWithin(schema, name, { around: [], hidesQuantities: false });
}

/** The type of a built-in kind as its published schema has it, which gives quantities none. */
export function typeOfKind(schema: SchemaNode, name: string): CelType | undefined {
  return typeWithin(schema, name, { around: [], hidesQuantities: true });
}

interface Within {
  /** The objects on the way to a schema: one within itself has no fields. */
  readonly around: readonly SchemaNode[];
  readonly hidesQuantities: boolean;
}

// oxlint-disable-next-line complexity -- one case for each type of a schema
function typeWithin(schema: SchemaNode, name: string, within: Within): CelType | undefined {
  const { around, hidesQuantities } = within;
  if (schema["x-kubernetes-int-or-string"] === true)
    return hidesQuantities && schema.format === "quantity" ? undefined : DYN;
  switch (schema.type) {
    case "object":
      return around.includes(schema) ? objectOf(name, new Map()) : objectType(schema, name, within);
    case "array": {
      const items = schema.items && typeWithin(schema.items, `${name}.@idx`, within);
      return items && listOf(items);
    }
    case "string":
      return stringType(schema.format);
    case "integer":
      return INT;
    case "number":
      return DOUBLE;
    case "boolean":
      return BOOL;
    default:
      return undefined;
  }
}

function objectType(schema: SchemaNode, name: string, outer: Within): CelType | undefined {
  const { additionalProperties } = schema;
  const within = { ...outer, around: [...outer.around, schema] };
  if (typeof additionalProperties === "object") {
    const values = typeWithin(additionalProperties, `${name}.@elem`, within);
    return values && mapOf(STRING, values);
  }
  const fields = new Map<string, CelType>();
  for (const [property, node] of Object.entries(wholeSchema(schema).properties ?? {})) {
    const escaped = escapedName(property);
    const type = typeWithin(node, `${name}.${property}`, within);
    if (escaped !== undefined && type !== undefined) fields.set(escaped, type);
  }
  return objectOf(name, fields);
}

/** What rules see of an object: of one with a kind of its own also its type and its metadata's names. */
function wholeSchema(schema: SchemaNode): SchemaNode {
  return schema["x-kubernetes-embedded-resource"] === true ? rootSchema(schema) : schema;
}

function stringType(format: string | undefined): CelType {
  switch (format) {
    case "byte":
      return BYTES;
    case "duration":
      return DURATION;
    case "date":
    case "date-time":
      return TIMESTAMP;
    default:
      return STRING;
  }
}

/** A value as rules see it through its schema. */
export function celOfSchema(value: JsonValue | undefined, schema: SchemaNode | undefined): CelValue {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return listValue(value as readonly JsonValue[], schema);
  if (typeof value === "object") return objectValue(value as JsonObject, schema);
  if (typeof value === "string") return formattedText(value, schema?.format);
  return schema?.type === "number" ? Number(value) : celFromJson(value);
}

function listValue(value: readonly JsonValue[], schema: SchemaNode | undefined): CelValue {
  const list = value.map((item) => celOfSchema(item, schema?.items));
  switch (schema?.["x-kubernetes-list-type"]) {
    case "set":
      return withListRules(list, setRules);
    case "map":
      return withListRules(list, keyedRules(schema["x-kubernetes-list-map-keys"] ?? []));
    default:
      return list;
  }
}

function objectValue(value: JsonObject, schema: SchemaNode | undefined): CelValue {
  const { additionalProperties } = schema ?? {};
  if (typeof additionalProperties === "object") {
    return celJsonMap(value, (item) => celOfSchema(item as JsonValue, additionalProperties));
  }
  const { properties = {} } = schema ? wholeSchema(schema) : {};
  const named: Record<string, unknown> = Object.create(null);
  const schemas = new Map<string, SchemaNode>();
  const entries = Object.entries(value);
  for (const [name, item] of entries) {
    const node = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const escaped = escapedName(name);
    // A field that is null counts as absent.
    if (escaped === undefined || node === undefined || item === null) continue;
    named[escaped] = item;
    schemas.set(escaped, node);
  }
  const read = (item: unknown, name: string): CelValue => celOfSchema(item as JsonValue, schemas.get(name));
  return celJsonMap(named, read, entries.length);
}
