import { type JsonValue, writeJson } from "@weir/core";
import type { Placeholders } from "./placeholders.ts";

/** What a comparison needs beside the two values. */
export interface CompareOptions {
  readonly placeholders: Placeholders;
  /** Paths below which nothing is compared. */
  readonly unstable: ReadonlySet<string>;
  readonly numberedTimes: boolean;
}

type JsonMap = { readonly [key: string]: JsonValue };

/** The first difference between a recorded value and one that the server sent; `undefined` where there is none. */
export function compareValues(
  expected: JsonValue,
  actual: JsonValue | undefined,
  path: string,
  options: CompareOptions,
): string | undefined {
  if (options.unstable.has(path)) return undefined;
  if (typeof expected === "string") return compareText(expected, actual, path, options);
  if (Array.isArray(expected)) return compareLists(expected, actual, path, options);
  if (expected !== null && typeof expected === "object")
    return compareMaps(expected as JsonMap, actual, path, options);
  return expected === actual ? undefined : differs(path, expected, actual);
}

function differs(path: string, expected: JsonValue, actual: JsonValue | undefined): string {
  return `${path}: want ${short(expected)}, got ${short(actual)}`;
}

function short(value: JsonValue | undefined): string {
  const text = value === undefined ? "nothing" : writeJson(value);
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}

function compareText(
  expected: string,
  actual: JsonValue | undefined,
  path: string,
  options: CompareOptions,
): string | undefined {
  const text = typeof actual === "number" && expected.startsWith("$NODEPORT") ? String(actual) : actual;
  if (typeof text !== "string") {
    if (/^\$(?:AGE|TEXT)$/.test(expected) && actual !== undefined) return undefined;
    return differs(path, options.placeholders.fill(expected), actual);
  }
  if (options.placeholders.match(expected, text) || isAsGood(expected, text, path, options)) return undefined;
  return differs(path, options.placeholders.fill(expected), text);
}

/** Texts that one server sends now so and now otherwise. */
function isAsGood(expected: string, text: string, path: string, options: CompareOptions): boolean {
  if (path.endsWith(".metadata.resourceVersion")) return isLater(expected, text, options);
  if (path.endsWith("status.reason")) return namesSomeBinding(expected) && namesSomeBinding(text);
  return path.endsWith("message") && sameButForExcerpt(options.placeholders.fill(expected), text);
}

/** Of several bindings that allow a request the server names any: it holds them in a map. */
function namesSomeBinding(reason: string): boolean {
  return reason.startsWith("RBAC: allowed by ClusterRoleBinding ");
}

/** A collection's version may be larger than the last write in it. */
function isLater(expected: string, actual: string, options: CompareOptions): boolean {
  const known = options.placeholders.get(expected);
  return /^\$RV\d+$/.test(expected) && known !== undefined && Number(actual) >= Number(known);
}

/** Where a message begins to quote a Go struct, a Go map or the body in hexadecimal. */
const EXCERPT = /&[A-Za-z.]*\{|&[a-z]+\.|\((?:[0-9a-f]{6,}|\{"|<)|map\[|: \{"|\{\\"|\n@@|\[\]|\[map/;

function sameButForExcerpt(expected: string, actual: string): boolean {
  const at = expected.search(EXCERPT);
  return at > 0 && actual.slice(0, at) === expected.slice(0, at);
}

function compareLists(
  expected: readonly JsonValue[],
  actual: JsonValue | undefined,
  path: string,
  options: CompareOptions,
): string | undefined {
  if (!Array.isArray(actual)) return differs(path, expected, actual);
  const list = actual as readonly JsonValue[];
  if (path.endsWith(".managedFields"))
    return compareAsSets(withoutTimes(expected, options), withoutTimes(list, options), path, options);
  if (path.endsWith(".details.causes") && expected.length > 1)
    return compareAsSets(expected, list, path, options);
  if (path.endsWith("esourceRules")) return compareAsSets(expected, list, path, options);
  if (expected.length !== list.length)
    return `${path}: want ${expected.length} items, got ${list.length}: ${short(expected)} against ${short(list)}`;
  for (const [index, item] of expected.entries()) {
    const difference = compareValues(item, list[index], `${path}[${index}]`, options);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Writes of one transcript share a second, so entries have no order of their own. */
function withoutTimes(entries: readonly JsonValue[], options: CompareOptions): readonly JsonValue[] {
  if (options.numberedTimes) return entries;
  return entries.map((entry) => {
    const { time, ...rest } = entry as JsonMap;
    return { ...rest, hasTime: time !== undefined };
  });
}

function compareAsSets(
  expected: readonly JsonValue[],
  actual: readonly JsonValue[],
  path: string,
  options: CompareOptions,
): string | undefined {
  if (expected.length !== actual.length) {
    return `${path}: want ${expected.length} entries, got ${actual.length}: ${short(expected)} against ${short(actual)}`;
  }
  const left = [...actual];
  for (const item of expected) {
    const found = left.findIndex(
      (candidate) => compareValues(item, candidate, `${path}[]`, options) === undefined,
    );
    if (found < 0) {
      const [nearest] = left;
      return `${path}: no entry as ${short(options.placeholders.fillValue(item) as JsonValue)}; ${nearest === undefined ? "none left" : compareValues(item, nearest, path, options)}`;
    }
    left.splice(found, 1);
  }
  return undefined;
}

function compareMaps(
  expected: JsonMap,
  actual: JsonValue | undefined,
  path: string,
  options: CompareOptions,
): string | undefined {
  if (actual === null || typeof actual !== "object" || Array.isArray(actual))
    return differs(path, expected, actual);
  const map = actual as JsonMap;
  const seen = new Set<string>();
  for (const [key, value] of Object.entries(expected)) {
    const name = findKey(key, map, options);
    const at = `${path}.${key}`;
    if (options.unstable.has(at)) {
      if (name !== undefined) seen.add(name);
      continue;
    }
    if (name === undefined) return `${at}: want ${short(value)}, got nothing`;
    seen.add(name);
    const difference = compareValues(value, map[name], at, options);
    if (difference !== undefined) return difference;
  }
  for (const key of Object.keys(map)) {
    if (!seen.has(key) && !options.unstable.has(`${path}.${key}`))
      return `${path}.${key}: want nothing, got ${short(map[key])}`;
  }
  return undefined;
}

function findKey(key: string, map: JsonMap, options: CompareOptions): string | undefined {
  const filled = options.placeholders.fill(key);
  if (Object.hasOwn(map, filled)) return filled;
  if (!filled.includes("$")) return undefined;
  return Object.keys(map).find((candidate) => options.placeholders.match(key, candidate));
}

/** Compares only the top-level keys that are recorded. */
export function compareSubset(
  expected: JsonValue,
  actual: JsonValue | undefined,
  path: string,
  options: CompareOptions,
): string | undefined {
  if (expected === null || typeof expected !== "object" || Array.isArray(expected))
    return compareValues(expected, actual, path, options);
  if (actual === null || typeof actual !== "object" || Array.isArray(actual))
    return differs(path, expected, actual);
  for (const [key, value] of Object.entries(expected as JsonMap)) {
    const difference = compareValues(value, (actual as JsonMap)[key], `${path}.${key}`, options);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

const CRD_OR_CONFLICT = /is invalid: \[|is forbidden: \[|Apply failed with \d+ conflicts/;

/** Sorts the parts of a joined message whose order Kubernetes does not fix. */
export function unordered(message: string): string {
  if (!CRD_OR_CONFLICT.test(message)) return message;
  return message
    .split(/, |\n|\[|\]/)
    .sort()
    .join("\n");
}
