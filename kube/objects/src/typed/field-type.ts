import type { JsonValue } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { isJsonArray, isJsonObject } from "../json-object.ts";

/** What scalars a field takes; `untyped` takes any. */
export type ScalarType = "numeric" | "string" | "boolean" | "untyped";

/** How the items of a list belong together. */
export interface ListType {
  readonly isAtomic: boolean;
  /** Fields that tell the items of an associative list apart; none for a set of scalars. */
  readonly keys: readonly string[];
  readonly element: () => FieldType;
}

/** How the fields of an object belong together. */
export interface MapType {
  readonly isAtomic: boolean;
  /** Declares no field and takes any, so nothing is known of what it holds. */
  readonly isDeduced: boolean;
  /** The type of a declared field. */
  readonly field: (name: string) => FieldType | undefined;
  /** The default of a declared field; it stands in for a missing key of a list's item. */
  readonly fieldDefault: (name: string) => JsonValue | undefined;
  /** The type of all other fields; without it there may be none. */
  readonly element: FieldType | undefined;
}

/**
 * What a field may hold and how it merges: the atom of structured-merge-diff's schema. A type that allows several
 * forms is narrowed by each value it meets.
 */
export interface FieldType {
  readonly scalar?: ScalarType;
  readonly list?: ListType;
  readonly map?: MapType;
}

/** Forms that a value of a type may take, tried in this order where a value does not tell. */
export type Form = "map" | "scalar" | "list";

/** A type of which nothing is known and that is taken as one leaf. */
export const untypedAtomic: FieldType = untyped(true, false, () => untypedAtomic);

/** A type that the values themselves tell: objects merge field by field, lists are atomic. */
export const deducedType: FieldType = untyped(false, true, () => deducedType);

function untyped(isAtomic: boolean, isDeduced: boolean, element: () => FieldType): FieldType {
  return {
    scalar: "untyped",
    list: { isAtomic: true, keys: [], element: () => untypedAtomic },
    map: {
      isAtomic,
      isDeduced,
      field: nothing,
      fieldDefault: nothing,
      get element(): FieldType {
        return element();
      },
    },
  };
}

function nothing(): undefined {
  return undefined;
}

/** The forms of a type that a value leaves open: one if it is of a form the type has, else all. */
export function formsOf(type: FieldType, value: JsonValue | undefined): readonly Form[] {
  const form = formOf(value);
  if (form !== undefined && type[form] !== undefined) return single[form];
  return allForms.filter((each) => type[each] !== undefined);
}

const allForms: readonly Form[] = ["map", "scalar", "list"];
const single: Readonly<Record<Form, readonly Form[]>> = { map: ["map"], scalar: ["scalar"], list: ["list"] };

function formOf(value: JsonValue | undefined): Form | undefined {
  if (value === undefined || value === null) return undefined;
  if (isJsonArray(value)) return "list";
  return isJsonObject(value) ? "map" : "scalar";
}

/** The type of one field of an object: as declared, or that of its other fields. */
export function typeOfField(map: MapType, name: string): FieldType {
  return map.field(name) ?? map.element ?? nothingAllowed;
}

/** A type without a form, as structured-merge-diff gives to what a schema does not reach. */
export const nothingAllowed: FieldType = {};

/**
 * Turns schemas into field types, each node once.
 *
 * Matches the conversion of kube-openapi's schemaconv, and the API server's own additions: an object's root and its
 * embedded resources carry typed metadata whatever their schema says of it.
 */
export class FieldTypes {
  /** Types by schema node; an object below `x-kubernetes-preserve-unknown-fields` differs from one that is not. */
  readonly #strict = new WeakMap<SchemaNode, FieldType>();
  readonly #lenient = new WeakMap<SchemaNode, FieldType>();
  readonly #roots = new WeakMap<SchemaNode, FieldType>();
  readonly #metadata: SchemaNode;

  constructor(metadata: SchemaNode) {
    this.#metadata = metadata;
  }

  /** The type of a whole object; without a schema all of it is deduced. */
  root(schema: SchemaNode | undefined): FieldType {
    if (schema === undefined) return deducedType;
    return remember(this.#roots, schema, () => this.of(this.#embed(schema), false));
  }

  of(node: SchemaNode, isLenient: boolean): FieldType {
    const keepsUnknown = isLenient || node["x-kubernetes-preserve-unknown-fields"] === true;
    const cache = keepsUnknown ? this.#lenient : this.#strict;
    return remember(cache, node, () => this.#compile(node, keepsUnknown));
  }

  #compile(node: SchemaNode, keepsUnknown: boolean): FieldType {
    switch (node.type) {
      case "object":
        return { map: this.#map(node, keepsUnknown) };
      case "array":
        return { list: this.#list(node, keepsUnknown) };
      case "integer":
      case "number":
        return { scalar: "numeric" };
      case "boolean":
        return { scalar: "boolean" };
      case "string":
        return { scalar: isPlainString(node.format) ? "string" : "untyped" };
      default:
        if (isQuantity(node)) return { scalar: "untyped" };
        return {
          scalar: "untyped",
          list: this.#list(node, keepsUnknown),
          map: this.#map(node, keepsUnknown),
        };
    }
  }

  #map(node: SchemaNode, keepsUnknown: boolean): MapType {
    const shape = node["x-kubernetes-embedded-resource"] === true ? this.#embed(node) : node;
    const properties = shape.properties ?? {};
    const element = this.#elementOfMap(shape, keepsUnknown);
    return {
      isAtomic: node["x-kubernetes-map-type"] === "atomic",
      isDeduced: element === deducedType && Object.keys(properties).length === 0,
      field: (name) => {
        const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
        if (property === undefined) return undefined;
        // Metadata is a type by itself, whatever the object around it keeps.
        return this.of(property, keepsUnknown && property !== this.#metadata);
      },
      fieldDefault: (name) => (Object.hasOwn(properties, name) ? properties[name]?.default : undefined),
      element,
    };
  }

  #elementOfMap(node: SchemaNode, keepsUnknown: boolean): FieldType | undefined {
    const { additionalProperties } = node;
    if (additionalProperties === undefined) {
      const isFree = keepsUnknown || Object.keys(node.properties ?? {}).length === 0;
      return isFree ? deducedType : undefined;
    }
    if (typeof additionalProperties === "boolean") return additionalProperties ? deducedType : undefined;
    return this.of(additionalProperties, keepsUnknown);
  }

  #list(node: SchemaNode, keepsUnknown: boolean): ListType {
    const { items } = node;
    return {
      ...listRelationship(node),
      element: items === undefined ? () => untypedAtomic : () => this.of(items, keepsUnknown),
    };
  }

  #embed(node: SchemaNode): SchemaNode {
    const text: SchemaNode = { type: "string" };
    const { properties } = node;
    return {
      ...node,
      properties: { ...properties, apiVersion: text, kind: text, metadata: this.#metadata },
    };
  }
}

function remember(
  cache: WeakMap<SchemaNode, FieldType>,
  node: SchemaNode,
  compile: () => FieldType,
): FieldType {
  const known = cache.get(node);
  if (known !== undefined) return known;
  const compiled = compile();
  cache.set(node, compiled);
  return compiled;
}

function listRelationship(node: SchemaNode): {
  readonly isAtomic: boolean;
  readonly keys: readonly string[];
} {
  const listType = node["x-kubernetes-list-type"];
  if (listType === "map") return { isAtomic: false, keys: node["x-kubernetes-list-map-keys"] ?? [] };
  if (listType !== undefined) return { isAtomic: listType === "atomic", keys: [] };
  const strategy = node["x-kubernetes-patch-strategy"];
  if (strategy !== "merge" && strategy !== "merge,retainKeys") return { isAtomic: true, keys: [] };
  const key = node["x-kubernetes-patch-merge-key"];
  return { isAtomic: false, keys: key === undefined ? [] : [key] };
}

function isPlainString(format: string | undefined): boolean {
  return format === undefined || format === "" || format === "byte";
}

/** A quantity is written as a number or a string and has no other form. */
function isQuantity(node: SchemaNode): boolean {
  if (node.format === "quantity") return true;
  const forms = node.oneOf?.map((form) => form.type) ?? [];
  return forms.length === 2 && forms.includes("string") && forms.includes("number");
}
