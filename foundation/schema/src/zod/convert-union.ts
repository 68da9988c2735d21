import type { JsonValue } from "@weir/core";
import type { z } from "zod";
import { jsonEqual } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";
import { type AnyType, type Conversion, refuseType } from "./conversion.ts";
import { objectKeywords } from "./convert-object.ts";

/** Converts a choice of values of one type. */
export function convertValues(values: readonly unknown[], conversion: Conversion): SchemaNode {
  const types = new Set(values.map((value) => typeof value));
  const [type] = types;
  if (types.size !== 1 || type === undefined) return conversion.refuse("values of more than one type");
  switch (type) {
    case "string":
    case "boolean":
      return { type, enum: values as readonly JsonValue[] };
    case "number":
      return {
        type: values.every(Number.isInteger) ? "integer" : "number",
        enum: values as readonly JsonValue[],
      };
    default:
      return conversion.refuse(`values of the type ${type}`);
  }
}

function isAbsence(type: AnyType): boolean {
  const { type: name } = type._zod.def;
  return name === "null" || name === "undefined" || name === "void";
}

/** The keywords of an alternative that say more than its type; `undefined` where it is no text and no integer. */
function scalarKeywords(nodes: readonly SchemaNode[], wanted: "integer" | "string"): SchemaNode | undefined {
  const node = nodes.find((candidate) => candidate.type === wanted);
  if (node === undefined) return undefined;
  const { type: _type, ...keywords } = node;
  return keywords;
}

/** An integer or a text, written as Kubernetes' generators write it. */
function intOrString(nodes: readonly SchemaNode[]): SchemaNode | undefined {
  const integer = scalarKeywords(nodes, "integer");
  const text = scalarKeywords(nodes, "string");
  if (nodes.length !== 2 || integer === undefined || text === undefined) return undefined;
  if (integer.enum !== undefined || text.enum !== undefined) return undefined;
  return {
    anyOf: [{ type: "integer" }, { type: "string" }],
    ...integer,
    ...text,
    "x-kubernetes-int-or-string": true,
  };
}

function mergedEnum(nodes: readonly SchemaNode[]): SchemaNode | undefined {
  const [first] = nodes;
  const isChoice = nodes.every((node) => node.enum !== undefined && node.type === first?.type);
  if (first?.type === undefined || !isChoice) return undefined;
  return { type: first.type, enum: [...new Set(nodes.flatMap((node) => node.enum ?? []))] };
}

/** The fields of all alternatives side by side: a structural schema says the type of a field once. */
function hoistProperties(
  nodes: readonly SchemaNode[],
  discriminator: string | undefined,
  conversion: Conversion,
): ReadonlyMap<string, SchemaNode> {
  const hoisted = new Map<string, SchemaNode>();
  for (const [name, node] of nodes.flatMap((alternative) => Object.entries(alternative.properties ?? {}))) {
    const known = hoisted.get(name);
    if (known === undefined) {
      hoisted.set(name, node);
    } else if (name === discriminator) {
      hoisted.set(name, { ...known, enum: [...new Set([...(known.enum ?? []), ...(node.enum ?? [])])] });
    } else if (!jsonEqual(known as JsonValue, node as JsonValue)) {
      refuseType(`${conversion.path}.${name}`, "the alternatives give the field different types", "union");
    }
  }
  for (const [name, node] of hoisted) {
    const isShared = nodes.every((alternative) => alternative.properties?.[name] !== undefined);
    if (node.default !== undefined && !isShared) {
      refuseType(
        `${conversion.path}.${name}`,
        "a default inside one alternative would apply to all",
        "union",
      );
    }
  }
  return hoisted;
}

function alternativeKeywords(
  node: SchemaNode,
  discriminator: string | undefined,
  shared: readonly string[],
): SchemaNode {
  const required = (node.required ?? []).filter((name) => !shared.includes(name));
  const values = discriminator === undefined ? undefined : node.properties?.[discriminator]?.enum;
  return {
    ...(discriminator === undefined || values === undefined
      ? {}
      : { properties: { [discriminator]: { enum: values } } }),
    ...(required.length === 0 ? {} : { required }),
  };
}

/**
 * Hoists the fields of alternative objects, and keeps as value validations which of them belong together: `oneOf` by the
 * discriminator, `anyOf` by the required fields where there is none.
 */
function objectUnion(
  nodes: readonly SchemaNode[],
  discriminator: string | undefined,
  conversion: Conversion,
): SchemaNode | undefined {
  if (!nodes.every((node) => node.type === "object" && node.additionalProperties === undefined))
    return undefined;
  const properties = hoistProperties(nodes, discriminator, conversion);
  const [first, ...others] = nodes;
  const shared = (first?.required ?? []).filter((name) =>
    others.every((node) => node.required?.includes(name) === true),
  );
  const node = objectKeywords([...properties], shared);
  const alternatives = nodes.map((alternative) => alternativeKeywords(alternative, discriminator, shared));
  const isOpen = nodes.some((alternative) => alternative["x-kubernetes-preserve-unknown-fields"] === true);
  return {
    ...node,
    ...(isOpen ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...(discriminator === undefined ? { anyOf: alternatives } : { oneOf: alternatives }),
  };
}

/** Converts a union: an enum, an integer or a text, alternative objects, or one type or null. */
export function convertUnion(
  type: z.core.$ZodUnion | z.core.$ZodDiscriminatedUnion,
  conversion: Conversion,
): SchemaNode {
  const { def } = type._zod;
  const discriminator = "discriminator" in def ? def.discriminator : undefined;
  const options = def.options.filter((option) => !isAbsence(option));
  const isNullable = def.options.some((option) => option._zod.def.type === "null");
  const nodes = options.map((option, index) => conversion.convert(option, `|${index + 1}`));
  const [only] = nodes;
  const node =
    nodes.length === 1
      ? only
      : (mergedEnum(nodes) ?? intOrString(nodes) ?? objectUnion(nodes, discriminator, conversion));
  if (node === undefined)
    return conversion.refuse("a union of types that are neither objects nor int-or-string");
  return isNullable ? { ...node, nullable: true } : node;
}

/** Converts an intersection of objects that share no field. */
export function convertIntersection(type: z.core.$ZodIntersection, conversion: Conversion): SchemaNode {
  const left = conversion.convert(type._zod.def.left, "");
  const right = conversion.convert(type._zod.def.right, "");
  const names = Object.keys(left.properties ?? {});
  const isDisjoint = names.every((name) => right.properties?.[name] === undefined);
  if (left.type !== "object" || right.type !== "object" || !isDisjoint) {
    return conversion.refuse("an intersection of anything but objects without a common field");
  }
  const properties = [...Object.entries(left.properties ?? {}), ...Object.entries(right.properties ?? {})];
  return {
    ...left,
    ...right,
    ...objectKeywords(properties, [...(left.required ?? []), ...(right.required ?? [])]),
  };
}
