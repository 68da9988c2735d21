import { type FieldError, forbiddenField, invalidField } from "../field/field-error.ts";
import { fieldChild, fieldIndex, fieldKey } from "../field/field-path.ts";
import { jsonEqual, ownValue } from "../json-shape.ts";
import { patternOf } from "../validate/node-cache.ts";
import type { JsonValue } from "@weir/core";
import { type CrdNode, isFilled, propertiesOf } from "./crd-schema.ts";
import type { SchemaNode } from "../schema-node.ts";

const INT_OR_STRING: JsonValue = [{ type: "integer" }, { type: "string" }];

function isIntOrString(anyOf: readonly SchemaNode[] | undefined): boolean {
  return anyOf !== undefined && jsonEqual(anyOf as JsonValue, INT_OR_STRING);
}

/** Which `anyOf` spells out int-or-string, the only one that may name types. */
interface IntOrStringPlaces {
  readonly isAnyOf: boolean;
  readonly isFirstAllOf: boolean;
}

const NOWHERE: IntOrStringPlaces = { isAnyOf: false, isFirstAllOf: false };

function intOrStringPlaces(node: SchemaNode): IntOrStringPlaces {
  return { isAnyOf: isIntOrString(node.anyOf), isFirstAllOf: isIntOrString(node.allOf?.[0]?.anyOf) };
}

/** Keywords that say what a value is; under a junctor a schema may only say what it must hold. */
const STRUCTURE: readonly (readonly [keyof CrdNode, string, (node: CrdNode) => boolean])[] = [
  ["type", "must be empty to be structural", (node) => (node.type ?? "") !== ""],
  [
    "additionalProperties",
    "must be undefined to be structural",
    (node) => node.additionalProperties !== undefined && node.additionalProperties !== false,
  ],
  ["default", "must be undefined to be structural", (node) => (node.default ?? null) !== null],
  ["title", "must be empty to be structural", (node) => (node.title ?? "") !== ""],
  ["description", "must be empty to be structural", (node) => (node.description ?? "") !== ""],
  ["nullable", "must be false to be structural", (node) => node.nullable === true],
  ["externalDocs", "must be undefined to be structural", (node) => node.externalDocs !== undefined],
  [
    "x-kubernetes-preserve-unknown-fields",
    "must be false to be structural",
    (node) => node["x-kubernetes-preserve-unknown-fields"] === true,
  ],
  [
    "x-kubernetes-embedded-resource",
    "must be false to be structural",
    (node) => node["x-kubernetes-embedded-resource"] === true,
  ],
  [
    "x-kubernetes-int-or-string",
    "must be false to be structural",
    (node) => node["x-kubernetes-int-or-string"] === true,
  ],
  [
    "x-kubernetes-list-map-keys",
    "must be empty to be structural",
    (node) => isFilled(node["x-kubernetes-list-map-keys"]),
  ],
  [
    "x-kubernetes-list-type",
    "must be undefined to be structural",
    (node) => node["x-kubernetes-list-type"] !== undefined,
  ],
  [
    "x-kubernetes-map-type",
    "must be undefined to be structural",
    (node) => node["x-kubernetes-map-type"] !== undefined,
  ],
  [
    "x-kubernetes-validations",
    "must be empty to be structural",
    (node) => isFilled(node["x-kubernetes-validations"]),
  ],
];

function checkNested(
  node: CrdNode,
  path: string,
  places: IntOrStringPlaces = NOWHERE,
): readonly FieldError[] {
  const errors: FieldError[] = [...checkJunctors(node, path, places)];
  if (node.items !== undefined) errors.push(...checkNested(node.items, fieldChild(path, "items")));
  for (const [name, property] of propertiesOf(node)) {
    errors.push(...checkNested(property, fieldKey(fieldChild(path, "properties"), name)));
  }
  for (const [keyword, problem, isSaid] of STRUCTURE) {
    if (isSaid(node)) errors.push(forbiddenField(fieldChild(path, keyword), problem));
  }
  if (ownValue(node.properties, "metadata") !== undefined) {
    const place = fieldKey(fieldChild(path, "properties"), "metadata");
    errors.push(forbiddenField(place, "must not be specified in a nested context"));
  }
  return errors;
}

function checkPattern(node: CrdNode, path: string): readonly FieldError[] {
  const pattern = patternOf(node);
  if (pattern?.kind !== "invalid") return [];
  const problem = `must be a valid regular expression, but isn't: ${pattern.problem}`;
  return [invalidField(fieldChild(path, "pattern"), node.pattern ?? "", problem)];
}

function checkJunctors(node: CrdNode, path: string, places: IntOrStringPlaces): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const keyword of ["anyOf", "allOf", "oneOf"] as const) {
    if (keyword === "anyOf" && places.isAnyOf) continue;
    for (const [index, part] of (node[keyword] ?? []).entries()) {
      const isAnyOf = keyword === "allOf" && index === 0 && places.isFirstAllOf;
      const place = fieldIndex(fieldChild(path, keyword), index);
      errors.push(...checkNested(part, place, { isAnyOf, isFirstAllOf: false }));
    }
  }
  if (node.not !== undefined) errors.push(...checkNested(node.not, fieldChild(path, "not")));
  return [...errors, ...checkPattern(node, path)];
}

/** Checks that junctors only validate values, and that patterns compile. */
export function checkValueKeywords(node: CrdNode, path: string): readonly FieldError[] {
  return checkJunctors(node, path, intOrStringPlaces(node));
}
