import type { JsonValue } from "@weir/core";
import {
  type FieldError,
  invalidField,
  requiredField,
  tooManyField,
  unsupportedField,
} from "../field/field-error.ts";
import { writeGoJson } from "../field/go-text.ts";
import { isJsonArray, isJsonObject, jsonEqual, jsonKind, ownValue } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";
import { checkNumber } from "./check-number.ts";
import { checkString } from "./check-string.ts";
import { checkFormat, checkNull, checkType } from "./check-type.ts";
import { junctorsOf, type MatchCount } from "./junctors.ts";
import { oldItems } from "./old-items.ts";

/** Where the walk is. */
interface Place {
  /** The path as messages spell it; begins with a dot below a map at the root. */
  readonly path: string;
  /** The value that stood here before an update; `undefined` where there is none to compare with. */
  readonly old: JsonValue | undefined;
}

/** One validation: what does not change on the way down. */
class Walk {
  readonly base: string;
  errors: FieldError[] = [];

  constructor(base: string) {
    this.base = base;
  }

  /** The path of an error on the field at `path`. */
  field(path: string): string {
    const name = path.startsWith(".") ? path.slice(1) : path;
    if (this.base === "") return name;
    return name === "" ? this.base : `${this.base}.${name}`;
  }

  /** Runs a check apart and gives what it found. */
  apart(check: () => MatchCount): { readonly matches: MatchCount; readonly errors: readonly FieldError[] } {
    const kept = this.errors;
    this.errors = [];
    const matches = check();
    const found = this.errors;
    this.errors = kept;
    return { matches, errors: found };
  }
}

function childPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function checkEnum(walk: Walk, node: SchemaNode, value: JsonValue, path: string): void {
  const { enum: allowed } = node;
  if (allowed === undefined || allowed.length === 0) return;
  // Upstream never matches null, not even where the list holds it.
  if (value !== null && allowed.some((item) => jsonEqual(item, value))) return;
  const names = allowed.map((item) => (typeof item === "string" ? item : writeGoJson(item)));
  walk.errors.push(unsupportedField(walk.field(path), value, names));
}

function checkLength(walk: Walk, node: SchemaNode, size: number, path: string): void {
  if (node.minItems !== undefined && size < node.minItems) {
    const detail = `${path} in body should have at least ${node.minItems} items`;
    walk.errors.push(invalidField(walk.field(path), size, detail));
  }
  if (node.maxItems !== undefined && size > node.maxItems) {
    walk.errors.push(tooManyField(walk.field(path), size, node.maxItems));
  }
}

function checkArray(walk: Walk, node: SchemaNode, value: readonly JsonValue[], place: Place): MatchCount {
  let matches = 1;
  if (node.items !== undefined) {
    const before = place.old === undefined ? undefined : oldItems(node, place.old);
    for (const [index, item] of value.entries()) {
      const at = { path: `${place.path}[${index}]`, old: before?.(item) };
      matches += checkNode(walk, node.items, item, at);
    }
  }
  checkLength(walk, node, value.length, place.path);
  if (node.uniqueItems === true && new Set(value.map(writeGoJson)).size < value.length) {
    const detail = `${place.path} in body shouldn't contain duplicates`;
    walk.errors.push(invalidField(walk.field(place.path), "", detail));
  }
  return matches;
}

function checkSize(walk: Walk, node: SchemaNode, size: number, path: string): void {
  if (node.minProperties !== undefined && size < node.minProperties) {
    const detail = `${path} in body should have at least ${node.minProperties} properties`;
    walk.errors.push(invalidField(walk.field(path), size, detail));
  }
  if (node.maxProperties !== undefined && size > node.maxProperties) {
    walk.errors.push(tooManyField(walk.field(path), size, node.maxProperties));
  }
}

function checkObject(
  walk: Walk,
  node: SchemaNode,
  value: { readonly [key: string]: JsonValue },
  place: Place,
): MatchCount {
  const { path } = place;
  const old = isJsonObject(place.old) ? place.old : undefined;
  let matches = 0;
  if (node.minProperties !== undefined || node.maxProperties !== undefined) {
    checkSize(walk, node, Object.keys(value).length, path);
  }
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item === undefined) continue;
    const property = ownValue(node.properties, key);
    if (property !== undefined) {
      matches += checkNode(walk, property, item, { path: childPath(path, key), old: ownValue(old, key) });
    } else if (typeof node.additionalProperties === "object") {
      const at = { path: `${path}.${key}`, old: ownValue(old, key) };
      matches += checkNode(walk, node.additionalProperties, item, at);
    } else if (node.additionalProperties === false) {
      walk.errors.push(invalidField(walk.field(path), key, `${path}.${key} in body is a forbidden property`));
    }
  }
  for (const name of node.required ?? []) {
    if (!Object.hasOwn(value, name)) walk.errors.push(requiredField(walk.field(`${path}.${name}`)));
  }
  return matches;
}

function checkText(walk: Walk, node: SchemaNode, value: string, path: string): MatchCount {
  const field = walk.field(path);
  const problem = checkString(node, value, path, field);
  if (problem !== undefined) walk.errors.push(problem);
  const format = checkFormat(node, value, path, field);
  if (format === undefined) return 1;
  if (format.error !== undefined) walk.errors.push(format.error);
  return 2;
}

/** Runs the checks that belong to the kind of the value; each counts as a match of its own, as upstream counts. */
function checkByKind(walk: Walk, node: SchemaNode, value: JsonValue, place: Place): MatchCount {
  if (typeof value === "string") {
    const matches = checkText(walk, node, value, place.path);
    checkEnum(walk, node, value, place.path);
    return matches;
  }
  let matches = 0;
  if (typeof value === "number" || typeof value === "bigint") {
    const at = { path: place.path, field: walk.field(place.path), root: walk.base };
    walk.errors.push(...checkNumber(node, value, jsonKind(value), at));
    matches = 2;
  } else if (isJsonArray(value)) {
    matches = checkArray(walk, node, value, place) + 1;
  }
  checkEnum(walk, node, value, place.path);
  if (isJsonObject(value)) matches += checkObject(walk, node, value, place) + 1;
  return matches;
}

/**
 * Validates one value against one node and counts the checks that were made.
 *
 * The count is upstream's: where no alternative of `anyOf` or `oneOf` holds, the errors of the one with the highest
 * count are reported.
 */
function checkNode(walk: Walk, node: SchemaNode, value: JsonValue, place: Place): MatchCount {
  // What an update leaves as it was is not held against it.
  if (place.old !== undefined && jsonEqual(place.old, value)) return 0;
  const field = walk.field(place.path);
  if (value === null) {
    const problem = checkNull(node, place.path, field);
    if (problem !== undefined) walk.errors.push(problem);
    checkEnum(walk, node, value, place.path);
    return problem === undefined ? 1 : 0;
  }
  const verdict = checkType(node, jsonKind(value), place.path, field);
  let matches = verdict.kind === "match" ? 2 : verdict.kind === "mismatch" ? 1 : 0;
  if (verdict.kind === "mismatch") walk.errors.push(verdict.error);
  matches += 2;
  const junctors = junctorsOf(node);
  if (junctors !== undefined) {
    const found = junctors.check(place.path, (alternative) =>
      walk.apart(() => checkNode(walk, alternative, value, place)),
    );
    for (const problem of found.errors) {
      walk.errors.push(typeof problem === "string" ? invalidField(walk.base, "", problem) : problem);
    }
    matches += found.matches;
  }
  // One for the enum check, which always runs, and one for the node as a whole.
  return matches + checkByKind(walk, node, value, place) + 2;
}

function withoutRepeats(errors: readonly FieldError[]): readonly FieldError[] {
  if (errors.length < 2) return errors;
  const seen = new Set<string>();
  return errors.filter((error) => {
    const key = `${error.field}\n${error.message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * Validates a value by the keywords of JSON Schema alone, in the words of the API server. Errors name fields below
 * `base`, texts name them without it; what an update leaves as it was before is let be.
 */
export function validateValue(
  schema: SchemaNode,
  value: JsonValue,
  base: string,
  old: JsonValue | undefined,
): readonly FieldError[] {
  const walk = new Walk(base);
  checkNode(walk, schema, value, { path: "", old });
  return withoutRepeats(walk.errors);
}
