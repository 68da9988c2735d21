import type { JsonValue } from "@weir/core";
import { z } from "zod";
import { isJsonArray, isJsonObject } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";
import { type AnyType, type Conversion, isRefined, refuseType } from "./conversion.ts";
import { convertNumber } from "./convert-number.ts";
import { convertArray, convertObject, convertRecord } from "./convert-object.ts";
import { convertString, convertTemplate } from "./convert-string.ts";
import { convertIntersection, convertUnion, convertValues } from "./convert-union.ts";

/** The keywords that `.meta(…)` may set; what else it holds is for others. */
const KEYWORDS: ReadonlySet<string> = new Set<keyof SchemaNode>([
  "type",
  "format",
  "title",
  "description",
  "nullable",
  "default",
  "enum",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "pattern",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minProperties",
  "maxProperties",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-validations",
]);

function metadataOf(type: AnyType): SchemaNode {
  const metadata = z.globalRegistry.get(type) ?? {};
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => KEYWORDS.has(key)));
}

function isJson(value: unknown): value is JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object": {
      const json = value as JsonValue;
      if (isJsonArray(json)) return json.every(isJson);
      return json === null || (isJsonObject(json) && Object.values(json).every(isJson));
    }
    default:
      return false;
  }
}

function withDefault(inner: AnyType, value: unknown, conversion: Conversion): SchemaNode {
  if (!isJson(value)) return conversion.refuse("its default is not JSON");
  return { ...conversion.convert(inner, ""), default: value };
}

/** A custom type says nothing of itself, so its metadata must. */
function convertCustom(metadata: SchemaNode, conversion: Conversion): SchemaNode {
  const isSaid =
    metadata.type !== undefined ||
    metadata["x-kubernetes-int-or-string"] === true ||
    metadata["x-kubernetes-preserve-unknown-fields"] === true;
  return isSaid ? {} : conversion.refuse("a custom type needs its keywords in .meta(…)");
}

const ANY: SchemaNode = { "x-kubernetes-preserve-unknown-fields": true };

type TypeName = z.core.$ZodTypes["_zod"]["def"]["type"];

/** What to write instead of a type that has no schema. */
const ADVICE: Partial<Record<TypeName, string>> = {
  pipe: "the API server stores a value as it is written, so nothing may change it",
  bigint: "use int64()",
  date: "use timestamp()",
  transform: "the API server stores a value as it is written, so nothing may change it",
  catch: "the API server refuses an invalid value and puts no other in its place",
  null: "a field that is always null; use nullable() on a type",
  tuple: "a list has items of one type",
};

function convertWrapper(type: z.core.$ZodTypes, conversion: Conversion): SchemaNode | undefined {
  const { def } = type._zod;
  switch (def.type) {
    case "optional":
    case "nonoptional":
    case "readonly":
      return conversion.convert(def.innerType, "");
    case "nullable":
      return { ...conversion.convert(def.innerType, ""), nullable: true };
    case "default":
    case "prefault":
      return withDefault(def.innerType, def.defaultValue, conversion);
    case "lazy":
      return conversion.convert(def.getter(), "");
    default:
      return undefined;
  }
}

function convertScalar(type: z.core.$ZodTypes, conversion: Conversion): SchemaNode | undefined {
  const { def } = type._zod;
  if ("coerce" in def && def.coerce === true) return conversion.refuse("a coerced type takes anything");
  switch (def.type) {
    case "string":
      return convertString(type, conversion);
    case "template_literal":
      return convertTemplate(type, conversion);
    case "number":
      return convertNumber(type, conversion);
    case "boolean":
      return { type: "boolean" };
    case "enum":
      return convertValues([...(type._zod.values ?? [])], conversion);
    case "literal":
      return convertValues(def.values, conversion);
    case "unknown":
    case "any":
      return ANY;
    default:
      return undefined;
  }
}

function convertComposite(type: z.core.$ZodTypes, conversion: Conversion): SchemaNode | undefined {
  switch (type._zod.def.type) {
    case "object":
      return convertObject(type as z.core.$ZodObject, conversion);
    case "record":
      return convertRecord(type as z.core.$ZodRecord, conversion);
    case "array":
      return convertArray(type as z.core.$ZodArray, conversion);
    case "union":
      return convertUnion(type as z.core.$ZodUnion, conversion);
    case "intersection":
      return convertIntersection(type as z.core.$ZodIntersection, conversion);
    default:
      return undefined;
  }
}

/** One conversion: the types that the walk is inside of, so that recursion is seen. */
class Converter {
  readonly #open = new Set<AnyType>();

  convert(type: AnyType, path: string): SchemaNode {
    const construct = type._zod.def.type;
    if (this.#open.has(type)) return refuseType(path, "it contains itself", construct);
    this.#open.add(type);
    const metadata = metadataOf(type);
    const conversion: Conversion = {
      path,
      convert: (inner, step) => this.convert(inner, `${path}${step}`),
      refuse: (problem) => refuseType(path, problem, construct),
    };
    if (
      isRefined(type) &&
      type._zod.def.type !== "custom" &&
      metadata["x-kubernetes-validations"] === undefined
    ) {
      conversion.refuse("a refinement needs CEL rules beside it (celRules)");
    }
    const node = { ...this.#convertType(type as z.core.$ZodTypes, metadata, conversion), ...metadata };
    this.#open.delete(type);
    return node;
  }

  #convertType(type: z.core.$ZodTypes, metadata: SchemaNode, conversion: Conversion): SchemaNode {
    const { type: name } = type._zod.def;
    if (name === "custom") return convertCustom(metadata, conversion);
    return (
      convertWrapper(type, conversion) ??
      convertScalar(type, conversion) ??
      convertComposite(type, conversion) ??
      conversion.refuse(ADVICE[name] ?? `a ${name} is not JSON`)
    );
  }
}

/**
 * Converts a zod type to the structural schema of what may be written: the input side, where a field with a default
 * may be left out.
 *
 * Types map to their keywords, `.meta(…)` adds or overrides keywords (see `celRules`, `listMapKey` …), `.describe(…)`
 * becomes the description. A union of an integer and a text becomes int-or-string; a union of objects is hoisted into
 * one object, with `oneOf` over its discriminator. `unknown` and `any` keep unknown fields. What has no structural schema
 * ends in an `UnsupportedTypeError` that names the place: recursion, transforms, patterns that RE2 does not have,
 * refinements without CEL rules.
 */
export function toStructuralSchema(type: z.ZodType, path = ""): SchemaNode {
  return new Converter().convert(type, path);
}
