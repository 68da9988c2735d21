import { compareUtf8 } from "@weir/core";
import type { z } from "zod";
import type { SchemaNode } from "../schema-node.ts";
import { type AnyType, type Conversion, checksOf, fieldStep, refuseCheck } from "./conversion.ts";

/** A field may be left out when zod takes its absence, a default included. */
function isRequired(type: AnyType): boolean {
  return type._zod.optin === undefined;
}

/** The `properties` and `required` of an object; required fields are sorted, as Kubernetes' generators do. */
export function objectKeywords(
  properties: readonly (readonly [string, SchemaNode])[],
  required: readonly string[],
): SchemaNode {
  return {
    type: "object",
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(required.length === 0 ? {} : { required: [...required].sort(compareUtf8) }),
  };
}

function convertCatchall(catchall: AnyType, node: SchemaNode, conversion: Conversion): SchemaNode {
  switch (catchall._zod.def.type) {
    case "never":
      // Unknown fields are dropped before anything is checked, so a strict object is like any other.
      return node;
    case "unknown":
    case "any":
      return { ...node, "x-kubernetes-preserve-unknown-fields": true };
    default:
      if (node.properties !== undefined) {
        return conversion.refuse("named fields and a type for all others exclude each other");
      }
      return { ...node, additionalProperties: conversion.convert(catchall, "{}") };
  }
}

/** Converts an object with named fields. */
export function convertObject(type: z.core.$ZodObject, conversion: Conversion): SchemaNode {
  for (const def of checksOf(type)) refuseCheck(conversion, def.check);
  const { shape, catchall } = type._zod.def;
  const fields = Object.entries(shape);
  const properties = fields.map(
    ([name, field]) => [name, conversion.convert(field, fieldStep(conversion.path, name))] as const,
  );
  const required = fields.filter(([, field]) => isRequired(field)).map(([name]) => name);
  const node = objectKeywords(properties, required);
  return catchall === undefined ? node : convertCatchall(catchall, node, conversion);
}

/** Converts a map from texts to values; one whose keys are listed becomes an object with these fields. */
export function convertRecord(type: z.core.$ZodRecord, conversion: Conversion): SchemaNode {
  const { keyType, valueType, partial } = type._zod.def;
  const { values } = keyType._zod;
  if (values !== undefined) {
    const names = [...values].map(String);
    const properties = names.map(
      (name) => [name, conversion.convert(valueType, fieldStep(conversion.path, name))] as const,
    );
    return objectKeywords(properties, partial === true || !isRequired(valueType) ? [] : names);
  }
  if (keyType._zod.def.type !== "string" || checksOf(keyType).length > 0) {
    return conversion.refuse("the keys of a map are any texts; say more of them with CEL rules");
  }
  return { type: "object", additionalProperties: conversion.convert(valueType, "{}") };
}

function lengthOf(type: AnyType, conversion: Conversion): SchemaNode {
  const node: { minItems?: number; maxItems?: number } = {};
  for (const def of checksOf(type)) {
    if (def.check === "min_length") node.minItems = Math.max(node.minItems ?? 0, def.minimum);
    else if (def.check === "max_length") node.maxItems = Math.min(node.maxItems ?? def.maximum, def.maximum);
    else if (def.check === "length_equals")
      Object.assign(node, { minItems: def.length, maxItems: def.length });
    else refuseCheck(conversion, def.check);
  }
  return node;
}

/** Converts a list. */
export function convertArray(type: z.core.$ZodArray, conversion: Conversion): SchemaNode {
  return {
    type: "array",
    items: conversion.convert(type._zod.def.element, "[]"),
    ...lengthOf(type, conversion),
  };
}
