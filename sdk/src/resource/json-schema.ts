import type { JsonValue } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import type { Resource } from "./define-resource.ts";

/** A JSON Schema as editors read it. */
export type JsonSchema = { readonly [keyword: string]: JsonValue };

/**
 * The JSON Schema (draft 7) by which an editor completes and checks YAML of a resource: `apiVersion` and `kind` are
 * fixed, and a field that the API server would drop is an error.
 */
export function jsonSchemaOf(resource: Resource<unknown>, version: string = resource.version): JsonSchema {
  const found = resource.versions.find(({ name }) => name === version);
  const node = found?.schema.openAPIV3Schema ?? resource.schema;
  return crdJsonSchema(
    { group: resource.group, version: found?.name ?? resource.version, kind: resource.kind },
    node,
  );
}

/** The same for the schema of a CRD. */
export function crdJsonSchema(
  kind: { readonly group: string; readonly version: string; readonly kind: string },
  node: SchemaNode,
): JsonSchema {
  const { properties, ...whole } = convert({ ...node, nullable: false });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `${kind.kind} of ${kind.group}/${kind.version}`,
    ...whole,
    properties: {
      ...(properties as JsonSchema | undefined),
      apiVersion: { const: `${kind.group}/${kind.version}` },
      kind: { const: kind.kind },
      metadata: { type: "object" },
    },
    required: [...new Set(["apiVersion", "kind", "metadata", ...(node.required ?? [])])],
  };
}

const COPIED = [
  "title",
  "description",
  "default",
  "enum",
  "format",
  "pattern",
  "required",
  "multipleOf",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minLength",
  "maxLength",
  "minProperties",
  "maxProperties",
] as const;

function convert(node: SchemaNode): JsonSchema {
  return {
    ...Object.fromEntries(
      COPIED.filter((key) => node[key] !== undefined).map((key) => [key, node[key] as JsonValue]),
    ),
    ...typeOf(node),
    ...boundsOf(node),
    ...contentOf(node),
    ...junctorsOf(node),
  };
}

function typeOf(node: SchemaNode): JsonSchema {
  const isIntOrString = node["x-kubernetes-int-or-string"] === true;
  const types: readonly string[] = isIntOrString
    ? ["integer", "string"]
    : node.type === undefined
      ? []
      : [node.type];
  if (types.length === 0) return {};
  const all = node.nullable === true ? [...types, "null"] : types;
  return { type: all.length === 1 ? (all[0] ?? "") : all };
}

/** OpenAPI says with a boolean that a bound is exclusive, JSON Schema with the bound. */
function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): JsonSchema {
  return {
    ...(minimum === undefined
      ? {}
      : { [exclusiveMinimum === true ? "exclusiveMinimum" : "minimum"]: minimum }),
    ...(maximum === undefined
      ? {}
      : { [exclusiveMaximum === true ? "exclusiveMaximum" : "maximum"]: maximum }),
  };
}

function contentOf(node: SchemaNode): JsonSchema {
  const { items, properties, additionalProperties } = node;
  const keepsUnknown = node["x-kubernetes-preserve-unknown-fields"] === true;
  const isStruct = properties !== undefined && additionalProperties === undefined && !keepsUnknown;
  return {
    ...(items === undefined ? {} : { items: convert(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [name, convert(field)]),
          ),
        }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === "boolean" ? additionalProperties : convert(additionalProperties),
        }),
    ...(isStruct && node["x-kubernetes-embedded-resource"] !== true ? { additionalProperties: false } : {}),
  };
}

/** Alternatives repeat fields without their types, and so close nothing. */
function junctorsOf(node: SchemaNode): JsonSchema {
  const opened = (nodes: readonly SchemaNode[]): JsonValue => nodes.map(convertValidation);
  const isIntOrString = node["x-kubernetes-int-or-string"] === true;
  return {
    ...(node.allOf === undefined || isIntOrString ? {} : { allOf: opened(node.allOf) }),
    ...(node.anyOf === undefined || isIntOrString ? {} : { anyOf: opened(node.anyOf) }),
    ...(node.oneOf === undefined ? {} : { oneOf: opened(node.oneOf) }),
    ...(node.not === undefined ? {} : { not: convertValidation(node.not) }),
  };
}

function convertValidation(node: SchemaNode): JsonSchema {
  const { properties, additionalProperties: _open, ...rest } = node;
  const open = convert(rest);
  if (properties === undefined) return open;
  const fields = Object.entries(properties).map(([name, field]) => [name, convertValidation(field)]);
  return { ...open, properties: Object.fromEntries(fields) as JsonSchema };
}
