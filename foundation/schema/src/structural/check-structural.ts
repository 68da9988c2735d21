import { compareUtf8, type JsonValue } from "@weir/core";
import { describeFieldError, type FieldError, forbiddenField, invalidField } from "../field/field-error.ts";
import { fieldChild } from "../field/field-path.ts";
import type { SchemaNode } from "../schema-node.ts";
import { checkCompleteness } from "./check-completeness.ts";
import { checkDefaults, type DefaultCheck } from "./check-defaults.ts";
import { checkInvariants } from "./check-invariants.ts";
import { checkKeywords } from "./check-keywords.ts";
import { type CrdNode, isFilled } from "./crd-schema.ts";

/** Options of a check. */
export interface StructuralOptions {
  /** The path of the schema: `spec.versions[0].schema.openAPIV3Schema`. */
  readonly path: string;
  /** With a status subresource, the root may say less. */
  readonly hasStatusSubresource?: boolean;
  /** Looks at each default that its schema allows. */
  readonly checkDefault?: DefaultCheck;
  /** Looks at what else a structural schema with good defaults says, knowing what is wrong with its keywords. */
  readonly checkRules?: (refused: readonly FieldError[]) => readonly FieldError[];
}

const ROOT_KEYWORDS: ReadonlySet<string> = new Set(
  (
    "description type format title maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern " +
    "maxItems minItems uniqueItems multipleOf required items properties externalDocs example " +
    "x-kubernetes-preserve-unknown-fields x-kubernetes-validations"
  ).split(" "),
);

// The names are those of the fields of the Go type, which the message lists.
const ROOT_FIELDS =
  "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern " +
  "MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields " +
  "XValidations]";

function checkRootWithStatus(schema: CrdNode, path: string): readonly FieldError[] {
  if (schema.type !== undefined && schema.type !== "object") {
    const problem =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalidField(fieldChild(path, "type"), schema.type, problem)];
  }
  const isAllowed = Object.entries(schema).every(
    ([keyword, value]) =>
      ROOT_KEYWORDS.has(keyword) || value === undefined || value === false || value === null,
  );
  if (isAllowed) return [];
  const problem = `only ${ROOT_FIELDS} fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalidField(path, schema as JsonValue, problem)];
}

/** The first keyword that cannot be part of a structural schema at all, as its conversion upstream would meet it. */
function unconvertible(node: CrdNode): string | undefined {
  const found: readonly (readonly [string, boolean])[] = [
    ["id", (node.id ?? "") !== ""],
    ["schema", (node.$schema ?? "") !== ""],
    ["$ref", (node.$ref ?? "") !== ""],
    ["patternProperties", isFilled(node.patternProperties)],
    ["dependencies", isFilled(node.dependencies)],
    ["additionalItems", node.additionalItems !== undefined],
    ["definitions", isFilled(node.definitions)],
  ];
  const first = found.find(([, isSaid]) => isSaid);
  if (first !== undefined) return `OpenAPIV3Schema '${first[0]}' is not supported`;
  if (Array.isArray(node.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  if (node["x-kubernetes-preserve-unknown-fields"] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  return innerNodes(node)
    .map(unconvertible)
    .find((problem) => problem !== undefined);
}

function innerNodes(node: CrdNode): readonly CrdNode[] {
  const { items, not, additionalProperties: others } = node;
  return [
    ...(not === undefined ? [] : [not]),
    ...(node.allOf ?? []),
    ...(node.anyOf ?? []),
    ...(node.oneOf ?? []),
    ...(items === undefined ? [] : [items]),
    ...Object.values(node.properties ?? {}),
    ...(typeof others === "object" ? [others] : []),
  ];
}

function checkStructure(schema: CrdNode, { path, checkDefault }: StructuralOptions): readonly FieldError[] {
  const errors = [...checkInvariants(schema, path), ...checkCompleteness(schema, path)];
  if (errors.length === 0) return checkDefaults(schema, path, checkDefault);
  return errors.sort((a, b) => compareUtf8(describeFieldError(a), describeFieldError(b)));
}

/**
 * Checks whether a CRD's schema is one that an API server accepts: structural, with valid defaults and no keyword that
 * is not supported. The errors, their words and their order are the API server's.
 *
 * The schema is taken as written in a CRD, whose JSON types are known to be right; CEL expressions are not compiled.
 */
export function checkStructural(schema: SchemaNode, options: StructuralOptions): readonly FieldError[] {
  const { path, hasStatusSubresource = false } = options;
  const errors: FieldError[] = hasStatusSubresource ? [...checkRootWithStatus(schema, path)] : [];
  if (schema.nullable === true) {
    errors.push(forbiddenField(fieldChild(path, "nullable"), "nullable cannot be true at the root"));
  }
  const problem = unconvertible(schema);
  const structure = problem === undefined ? checkStructure(schema, options) : [];
  const keywords = checkKeywords(schema, path);
  errors.push(...structure, ...keywords);
  const isStructural = problem === undefined && structure.length === 0;
  if (isStructural) errors.push(...(options.checkRules?.(keywords) ?? []));
  // What cannot be converted was named keyword by keyword already, but for a few.
  if (problem !== undefined && errors.length === 0) errors.push(invalidField(path, "", problem));
  return errors;
}
