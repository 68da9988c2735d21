import type { LargestSize } from "@weir/cel";
import type { SchemaNode } from "@weir/schema";
import { escapedName, rootSchema } from "./schema-value.ts";

/** The largest request that the API server takes, in bytes: what bounds what a schema leaves open. */
export const LARGEST_REQUEST = 3 * 1024 * 1024;

/** How large what a schema describes can be. */
export interface SchemaSize {
  /** Elements, entries or bytes at most; 0 of what has no size. */
  readonly largest: number;
  /** The bytes that it takes in JSON at least. */
  readonly least: number;
  /** By the names that rules read. */
  readonly fields?: ReadonlyMap<string, SchemaSize>;
  /** Of keys of a map. */
  readonly keys?: SchemaSize;
  /** Of elements of a list, or values of a map. */
  readonly elements?: SchemaSize;
}

const KEY: SchemaSize = { largest: 0, least: 2 };

/** The size of what rules see of a schema; undefined of what they do not see. */
export function sizeOfSchema(schema: SchemaNode, isRoot = false): SchemaSize | undefined {
  if (schema["x-kubernetes-int-or-string"] === true)
    return { largest: textLimit(schema) ?? LARGEST_REQUEST - 2, least: 1 };
  const whole = isRoot || schema["x-kubernetes-embedded-resource"] === true ? rootSchema(schema) : schema;
  switch (whole.type) {
    case "array":
      return listSize(whole);
    case "object":
      return typeof whole.additionalProperties === "object" ? mapSize(whole) : objectSize(whole);
    case "string":
      return textSize(whole);
    default:
      return plainSizes[whole.type ?? ""];
  }
}

/** Values of no size, by the fewest bytes that they take. */
const plainSizes: Readonly<Record<string, SchemaSize>> = {
  boolean: { largest: 0, least: 4 },
  number: { largest: 0, least: 1 },
  integer: { largest: 0, least: 1 },
};

function atLeastNothing(limit: number): number {
  return Math.max(limit, 0);
}

/** A list without a limit holds as many of its smallest elements as fit into a request. */
function listSize(schema: SchemaNode): SchemaSize | undefined {
  const elements = schema.items && sizeOfSchema(schema.items);
  if (elements === undefined) return undefined;
  const fitting = Math.floor((LARGEST_REQUEST - 2) / (elements.least + 1));
  const largest = schema.maxItems === undefined ? fitting : atLeastNothing(schema.maxItems);
  return { largest, least: 2, elements };
}

/** An entry takes two quotation marks, two characters of a key, a colon and a comma besides its value. */
function mapSize(schema: SchemaNode): SchemaSize | undefined {
  const values =
    typeof schema.additionalProperties === "object" ? sizeOfSchema(schema.additionalProperties) : undefined;
  if (values === undefined) return undefined;
  const fitting = Math.floor((LARGEST_REQUEST - 2) / (values.least + 6));
  const largest = schema.maxProperties === undefined ? fitting : atLeastNothing(schema.maxProperties);
  return { largest, least: 2, keys: KEY, elements: values };
}

/** What is required and has no default is there in every object. */
function objectSize(schema: SchemaNode): SchemaSize {
  const required = new Set(schema.required ?? []);
  const fields = new Map<string, SchemaSize>();
  let least = 2;
  for (const [name, node] of Object.entries(schema.properties ?? {})) {
    const size = sizeOfSchema(node);
    if (size === undefined) continue;
    const escaped = escapedName(name);
    if (escaped !== undefined) fields.set(escaped, size);
    const isAlwaysThere = required.has(name) && (node.default ?? null) === null;
    if (isAlwaysThere) least += Buffer.byteLength(name) + size.least + 4;
  }
  return { largest: 0, least, fields };
}

const LONGEST_TIME = 32;
const DATE = 12;

function textSize(schema: SchemaNode): SchemaSize {
  switch (schema.format) {
    case "byte":
      return { largest: atLeastNothing(schema.maxLength ?? LARGEST_REQUEST - 2), least: 2 };
    case "duration":
      return { largest: LONGEST_TIME, least: 3 };
    case "date":
      return { largest: DATE, least: DATE };
    case "date-time":
      return { largest: LONGEST_TIME, least: 21 };
    default:
      return { largest: textLimit(schema) ?? longestChoice(schema) ?? LARGEST_REQUEST - 2, least: 2 };
  }
}

/** A limit counts characters, of which one takes up to four bytes. */
function textLimit({ maxLength }: SchemaNode): number | undefined {
  return maxLength === undefined ? undefined : atLeastNothing(maxLength) * 4;
}

function longestChoice(schema: SchemaNode): number | undefined {
  const choices = schema.enum ?? [];
  if (choices.length === 0) return undefined;
  return Math.max(
    0,
    ...choices.map((choice) => (typeof choice === "string" ? Buffer.byteLength(choice) : 0)),
  );
}

/** Sizes by the paths of rules, which begin with `self` or `oldSelf`. */
export function largestWithin(size: SchemaSize): LargestSize {
  return (path) => {
    let at: SchemaSize | undefined = size;
    for (const name of path.slice(1)) {
      if (name === "@items" || name === "@values") at = at?.elements;
      else if (name === "@keys") at = at?.keys;
      else at = at?.fields?.get(name);
    }
    return at?.largest;
  };
}
