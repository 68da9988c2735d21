import { type FieldError, forbiddenField, type SchemaNode } from "@weir/schema";
import { LARGEST_REQUEST, type SchemaSize } from "./schema-size.ts";

/** What one rule may be estimated to cost, however often it is evaluated for an object. */
const RULE_LIMIT = 10_000_000;
/** What all rules of a schema may cost together. */
const SCHEMA_LIMIT = 100_000_000;
const UNBOUNDED = 2 ** 64;
/** Rules of a schema that costs too much are named from the dearest on. */
const NAMED_RULES = 4;

/** How often what a schema describes can stand in an object; undefined where nothing bounds it. */
export type Cardinality = number | undefined;

/** How often the parts of a schema can stand in an object. */
export function cardinalityBelow(schema: SchemaNode, own: Cardinality): Cardinality {
  const most = mostParts(schema);
  return own === undefined || most === undefined ? undefined : product(own, most);
}

function mostParts(schema: SchemaNode): number | undefined {
  if (schema.type === "array") return limit(schema.maxItems);
  const isMap = schema.type === "object" && schema.additionalProperties !== undefined;
  return isMap ? limit(schema.maxProperties) : 1;
}

function limit(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(value, 0);
}

function product(left: number, right: number): number {
  return Math.min(left * right, UNBOUNDED);
}

/** Adds up what the rules of a schema are estimated to cost. */
export class RuleBudget {
  #total = 0;
  readonly #dearest: { readonly path: string; readonly cost: number }[] = [];

  /** Counts an expression in; gives the error of one that costs too much by itself. */
  spend(path: string, cost: number, what: string): readonly FieldError[] {
    this.#total = Math.min(this.#total + cost, UNBOUNDED);
    if (cost >= SCHEMA_LIMIT / 100) this.#dearest.push({ path, cost });
    return cost > RULE_LIMIT ? [forbiddenField(path, tooDear(what, cost, RULE_LIMIT))] : [];
  }

  /** What is wrong with the schema as a whole. */
  errors(path: string): readonly FieldError[] {
    if (this.#total <= SCHEMA_LIMIT) return [];
    const named = this.#dearest.toSorted((left, right) => right.cost - left.cost).slice(0, NAMED_RULES);
    const what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    return [
      ...named.map((rule) => forbiddenField(rule.path, CONTRIBUTED)),
      forbiddenField(path, tooDear(what, this.#total, SCHEMA_LIMIT)),
    ];
  }
}

const CONTRIBUTED =
  "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";

/** What a rule costs for a whole object. Where nothing bounds how often it is evaluated, the size of a request does. */
export function costInObject(cost: number, cardinality: Cardinality, size: SchemaSize): number {
  return product(cost, cardinality ?? Math.floor(LARGEST_REQUEST / (size.least + 1)));
}

function tooDear(what: string, cost: number, allowed: number): string {
  const advice =
    "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
  return `${what} exceeds budget by factor of ${factorText(cost / allowed)} ${advice}`;
}

function factorText(factor: number): string {
  if (factor > 100) return "more than 100x";
  return `${factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)}x`;
}
