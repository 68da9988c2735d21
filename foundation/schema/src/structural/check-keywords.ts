import type { JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, unsupportedField } from "../field/field-error.ts";
import { fieldChild, fieldIndex, fieldKey } from "../field/field-path.ts";
import { isJsonArray } from "../json-shape.ts";
import { checkMergeKeywords } from "./check-list-type.ts";
import { checkRules } from "./check-rules.ts";
import { type CrdNode, isFilled, propertiesOf } from "./crd-schema.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];

/** What holds for a node because of where it stands. */
interface Surroundings {
  readonly isRoot: boolean;
  readonly isInsideMeta: boolean;
  /** Why a default may not be set here; `undefined` where it may. */
  readonly noDefaults: string | undefined;
}

function checkUnsupported(node: CrdNode, path: string): readonly FieldError[] {
  const found: readonly (readonly [string, boolean])[] = [
    ["id", (node.id ?? "") !== ""],
    ["additionalItems", node.additionalItems !== undefined],
    ["patternProperties", isFilled(node.patternProperties)],
    ["definitions", isFilled(node.definitions)],
    ["dependencies", node.dependencies !== undefined],
    ["$ref", node.$ref !== undefined],
  ];
  return found
    .filter(([, isSaid]) => isSaid)
    .map(([keyword]) => forbiddenField(fieldChild(path, keyword), `${keyword} is not supported`));
}

function checkTypeName(node: CrdNode, path: string): readonly FieldError[] {
  const type: string = node.type ?? "";
  const place = fieldChild(path, "type");
  const errors: FieldError[] = [];
  if (type !== "" && !TYPES.includes(type)) errors.push(unsupportedField(place, type, TYPES));
  if (type === "null") {
    errors.push(forbiddenField(place, "type cannot be set to null, use nullable as an alternative"));
  }
  return errors;
}

function checkBasics(node: CrdNode, path: string, around: Surroundings): readonly FieldError[] {
  const errors: FieldError[] = [...checkTypeName(node, path)];
  if ((node.default ?? null) !== null && around.noDefaults !== undefined) {
    errors.push(forbiddenField(fieldChild(path, "default"), `must not be set ${around.noDefaults}`));
  }
  errors.push(...checkUnsupported(node, path));
  if (isJsonArray(node.items as JsonValue | undefined)) {
    errors.push(forbiddenField(fieldChild(path, "items"), "items must be a schema object and not an array"));
  }
  if (around.isInsideMeta && node["x-kubernetes-embedded-resource"] === true) {
    const place = fieldChild(path, "x-kubernetes-embedded-resource");
    errors.push(forbiddenField(place, "must not be used inside of resource meta"));
  }
  if (node.uniqueItems === true) {
    const problem = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    errors.push(forbiddenField(fieldChild(path, "uniqueItems"), problem));
  }
  return errors;
}

function checkProperties(node: CrdNode, path: string, around: Surroundings): readonly FieldError[] {
  const isObject = around.isRoot || node["x-kubernetes-embedded-resource"] === true;
  return propertiesOf(node).flatMap(([name, property]) => {
    const isMeta = isObject && (name === "metadata" || name === "kind" || name === "apiVersion");
    return walk(property, fieldKey(fieldChild(path, "properties"), name), {
      isRoot: false,
      isInsideMeta: around.isInsideMeta || isMeta,
      noDefaults: isMeta && around.isRoot ? `in top-level ${name}` : around.noDefaults,
    });
  });
}

function checkAdditional(node: CrdNode, path: string, around: Surroundings): readonly FieldError[] {
  const { additionalProperties: others } = node;
  if (others === undefined) return [];
  const place = fieldChild(path, "additionalProperties");
  const errors: FieldError[] = [];
  if (isFilled(node.properties) && others !== true) {
    errors.push(forbiddenField(place, "additionalProperties and properties are mutual exclusive"));
  }
  if (typeof others !== "object") return errors;
  const noDefaults = around.isInsideMeta
    ? "inside additionalProperties applying to object metadata"
    : around.noDefaults;
  return [...errors, ...walk(others, place, { ...around, isRoot: false, noDefaults })];
}

function checkInner(node: CrdNode, path: string, around: Surroundings): readonly FieldError[] {
  const inside = { ...around, isRoot: false };
  const errors: FieldError[] = [];
  if (node.not !== undefined) errors.push(...walk(node.not, fieldChild(path, "not"), inside));
  for (const keyword of ["allOf", "oneOf", "anyOf"] as const) {
    for (const [index, part] of (node[keyword] ?? []).entries()) {
      errors.push(...walk(part, fieldIndex(fieldChild(path, keyword), index), inside));
    }
  }
  if (node.items !== undefined && !isJsonArray(node.items as JsonValue)) {
    errors.push(...walk(node.items, fieldChild(path, "items"), inside));
  }
  return errors;
}

function walk(node: CrdNode, path: string, around: Surroundings): readonly FieldError[] {
  const preserved = "x-kubernetes-preserve-unknown-fields";
  return [
    ...checkBasics(node, path, around),
    ...checkAdditional(node, path, around),
    ...checkProperties(node, path, around),
    ...checkInner(node, path, around),
    ...(node[preserved] === false
      ? [invalidField(fieldChild(path, preserved), false, "must be true or undefined")]
      : []),
    ...checkMergeKeywords(node, path),
    ...checkRules(node, path),
  ];
}

/** Checks the keywords of a CRD's schema one by one: those that are supported, and those that need each other. */
export function checkKeywords(schema: CrdNode, path: string): readonly FieldError[] {
  return walk(schema, path, { isRoot: true, isInsideMeta: false, noDefaults: undefined });
}
