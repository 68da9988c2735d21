import { compareUtf8, type JsonValue } from "@weir/core";
import {
  analyzeScalar,
  MULTILINE,
  NEEDS_ESCAPES,
  NEEDS_QUOTES,
  NO_BLOCK,
  UNUSUAL,
} from "./analyze-scalar.ts";
import { isBreak } from "./character.ts";
import { WholeFloat, YamlTimestamp } from "./decode-state.ts";
import { formatBigInt, formatNumber } from "./emit-number.ts";
import { YamlBudgetError } from "./error.ts";
import { formatGoFloat } from "./go-float.ts";
import { writeGoJson } from "./go-json.ts";
import { compareKeys } from "./key-order.ts";
import { loadForEmitter } from "./load.ts";
import { loadSettings } from "./options.ts";
import { resolvePlain } from "./resolve.ts";
import {
  countCharacters,
  type ScalarPlace,
  writeDoubleQuoted,
  writeLiteral,
  writePlain,
  writeSingleQuoted,
} from "./scalar-writer.ts";

/**
 * Writes a value as YAML, byte for byte as sigs.k8s.io/yaml does (`JSONToYAML` of Go's JSON, emitted by go-yaml v2):
 * keys in natural order, sequences at the indentation of their key, long text folded at 80 columns.
 *
 * A number without a fraction is written as an integer. Throws a `YamlError` for what that library refuses: control
 * characters that JSON does not escape (DEL and C1), and keys of more than 1022 characters.
 */
export function emitYaml(value: JsonValue): string {
  const emitter = newEmitter();
  writeDocument(emitter, value);
  // Text that goes through the JSON in between changed takes the long way round.
  return emitter.isUnusual ? jsonToYaml(writeGoJson(value)) : emitter.out;
}

/** The same with the keys in the order of their bytes, and text as it is: what Flux makes digests of values of. */
export function emitYamlInByteOrder(value: JsonValue): string {
  const emitter = { ...newEmitter(), isByteOrder: true };
  writeDocument(emitter, value);
  return emitter.out;
}

/** The same with keys in the order that they have in the value, and text as it is: nothing about the value is lost. */
export function emitYamlInOwnOrder(value: JsonValue): string {
  const emitter = { ...newEmitter(), isOwnOrder: true };
  writeDocument(emitter, value);
  return emitter.out;
}

/**
 * Rewrites JSON text as YAML as sigs.k8s.io/yaml's `JSONToYAML` does. Other than a value that was read from the text,
 * the text still tells `1e6` (a float, written `1e+06`) from `1000000`.
 */
export function jsonToYaml(json: string): string {
  const emitter = newEmitter();
  writeDocument(emitter, loadForEmitter(json, loadSettings()));
  return emitter.out;
}

/**
 * Writes a value as go-yaml v3's encoder does with an indentation of two: sequences are indented below their key, no text
 * is folded, and a number is a float, however whole, in shortest `%g` form; a `bigint` is an integer, and a
 * `YamlTimestamp` anywhere in it a moment.
 */
export function emitYamlPretty(value: JsonValue): string {
  const emitter = { ...newEmitter(), isPretty: true };
  writeDocument(emitter, value);
  return emitter.out;
}

interface Emitter {
  out: string;
  /** Whether the output is go-yaml v3's. */
  readonly isPretty: boolean;
  /** Whether keys are sorted by their bytes, in place of go-yaml's natural order. */
  readonly isByteOrder: boolean;
  /** Whether keys are not sorted at all. */
  readonly isOwnOrder: boolean;
  isUnusual: boolean;
  /** A literal scalar ends its line itself, if only with U+2028, after which go-yaml breaks no line. */
  isLineEnded: boolean;
  depth: number;
  /** Keys as they are written, because the same few come again and again. */
  readonly keys: Map<string, string>;
}

function newEmitter(): Emitter {
  return {
    out: "",
    isPretty: false,
    isByteOrder: false,
    isOwnOrder: false,
    isUnusual: false,
    isLineEnded: false,
    depth: 0,
    keys: new Map(),
  };
}

/** Nesting that the loader would refuse. */
const MAX_DEPTH = 1000;

/** Indentation of one level. */
const STEP = 2;

function writeDocument(emitter: Emitter, value: JsonValue): void {
  if (isObject(value) && Object.keys(value).length > 0) writeMapping(emitter, value, 0, true);
  else if (Array.isArray(value) && value.length > 0) writeSequence(emitter, value, 0, true);
  else emitter.out += writeLeaf(emitter, value, { column: 0, indent: STEP, mayFold: !emitter.isPretty });
  endLine(emitter);
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(value instanceof WholeFloat || value instanceof YamlTimestamp);
}

function endLine(emitter: Emitter): void {
  if (!emitter.isLineEnded) emitter.out += "\n";
  emitter.isLineEnded = false;
}

function descend(emitter: Emitter): void {
  emitter.depth += 1;
  if (emitter.depth > MAX_DEPTH) throw new YamlBudgetError("depth", `exceeded max depth of ${MAX_DEPTH}`);
}

/** `isInline`: the first key goes where the line already is, after `- `, `? ` or `: `. */
function writeMapping(
  emitter: Emitter,
  object: { readonly [key: string]: JsonValue },
  indent: number,
  isInline: boolean,
): void {
  descend(emitter);
  const padding = " ".repeat(indent);
  let isFirst = isInline;
  for (const key of keysInOrder(emitter, object)) {
    if (!isFirst) {
      endLine(emitter);
      emitter.out += padding;
    }
    isFirst = false;
    const value = object[key] as JsonValue;
    const simple = simpleKey(emitter, key);
    if (simple === undefined) {
      writeComplexEntry(emitter, key, value, indent);
    } else {
      emitter.out += simple;
      writeValue(emitter, value, indent, simple);
    }
  }
  emitter.depth -= 1;
}

function keysInOrder(emitter: Emitter, object: { readonly [key: string]: JsonValue }): string[] {
  if (emitter.isOwnOrder) return Object.keys(object);
  return sortedKeys(object, emitter.isByteOrder ? compareUtf8 : compareKeys);
}

function sortedKeys(
  object: { readonly [key: string]: JsonValue },
  compare: (left: string, right: string) => number,
): string[] {
  const keys = Object.keys(object);
  for (let i = 1; i < keys.length; i += 1) {
    if (compare(keys[i - 1] as string, keys[i] as string) > 0) return keys.sort(compare);
  }
  return keys;
}

/** What follows `key:`. */
function writeValue(emitter: Emitter, value: JsonValue, indent: number, written: string): void {
  if (Array.isArray(value) && value.length > 0) {
    writeSequence(emitter, value, emitter.isPretty ? indent + STEP : indent, false);
  } else if (isObject(value) && Object.keys(value).length > 0) {
    writeMapping(emitter, value, indent + STEP, false);
  } else {
    const column = indent + written.length + 1;
    const place = { column, indent: indent + STEP, mayFold: !emitter.isPretty };
    emitter.out += ` ${writeLeaf(emitter, value, place)}`;
  }
}

function writeSequence(
  emitter: Emitter,
  items: readonly JsonValue[],
  indent: number,
  isInline: boolean,
): void {
  descend(emitter);
  const padding = " ".repeat(indent);
  for (const [index, item] of items.entries()) {
    if (index > 0 || !isInline) {
      endLine(emitter);
      emitter.out += padding;
    }
    emitter.out += "- ";
    writeInline(emitter, item, indent);
  }
  emitter.depth -= 1;
}

/** What follows `- `, `? ` or `: `, two columns right of `indent`. */
function writeInline(emitter: Emitter, value: JsonValue, indent: number): void {
  if (Array.isArray(value) && value.length > 0) {
    writeSequence(emitter, value, indent + STEP, true);
  } else if (isObject(value) && Object.keys(value).length > 0) {
    writeMapping(emitter, value, indent + STEP, true);
  } else {
    const place = { column: indent + STEP, indent: indent + STEP, mayFold: !emitter.isPretty };
    emitter.out += writeLeaf(emitter, value, place);
  }
}

/** A key that is too long or has line breaks is written after `?`. */
function writeComplexEntry(emitter: Emitter, key: string, value: JsonValue, indent: number): void {
  emitter.out += "? ";
  const place = { column: indent + STEP, indent: indent + STEP, mayFold: !emitter.isPretty };
  emitter.out += writeString(emitter, key, place);
  endLine(emitter);
  emitter.out += `${" ".repeat(indent)}: `;
  writeInline(emitter, value, indent);
}

/** Longest key in UTF-8 bytes that is written without `?`. */
const MAX_SIMPLE_KEY = 128;

/** The key with its colon, or `undefined` where it needs `?`. */
function simpleKey(emitter: Emitter, key: string): string | undefined {
  const known = emitter.keys.get(key);
  if (known !== undefined) return known;
  if (key.length > MAX_SIMPLE_KEY / 4 && Buffer.byteLength(key) > MAX_SIMPLE_KEY) {
    if (isTooLongInJson(key)) emitter.isUnusual = true;
    return undefined;
  }
  const flags = analyzeScalar(key);
  if ((flags & UNUSUAL) !== 0) emitter.isUnusual = true;
  if ((flags & MULTILINE) !== 0) return undefined;
  const written = `${writeOneLine(emitter, key, flags, { column: 0, indent: 0, mayFold: false })}:`;
  emitter.keys.set(key, written);
  return written;
}

/** Longest key, with its quotes and escapes, that go-yaml reads out of JSON. */
const MAX_JSON_KEY = 1024;

function isTooLongInJson(key: string): boolean {
  return key.length > MAX_JSON_KEY / 6 && countCharacters(writeGoJson(key)) > MAX_JSON_KEY;
}

function writeLeaf(emitter: Emitter, value: JsonValue, place: ScalarPlace): string {
  switch (typeof value) {
    case "string":
      return writeString(emitter, value, place);
    case "number":
      return emitter.isPretty ? formatGoFloat(value) : formatNumber(value);
    case "bigint":
      return emitter.isPretty ? String(value) : formatBigInt(value);
    case "boolean":
      return value ? "true" : "false";
    default:
      return writeEmpty(value);
  }
}

function writeEmpty(value: JsonValue): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof WholeFloat) return formatGoFloat(value.value);
  if (value instanceof YamlTimestamp) return value.text;
  return Array.isArray(value) ? "[]" : "{}";
}

function writeString(emitter: Emitter, text: string, place: ScalarPlace): string {
  const flags = analyzeScalar(text);
  if ((flags & UNUSUAL) !== 0) emitter.isUnusual = true;
  if ((flags & MULTILINE) !== 0 && text.includes("\n")) {
    if ((flags & NO_BLOCK) !== 0) return writeDoubleQuoted(text, place);
    emitter.isLineEnded = isBreak(text.charCodeAt(text.length - 1));
    return writeLiteral(text, place.indent);
  }
  return writeOneLine(emitter, text, flags, place);
}

/** YAML 1.1's base 60 numbers: go-yaml does not read them, but quotes them for those that do. */
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function writeOneLine(emitter: Emitter, text: string, flags: number, place: ScalarPlace): string {
  const isText = emitter.isPretty ? readsAsTextToAll(text) : readsAsText(text);
  if (text.includes("\n") || !isText) return writeDoubleQuoted(text, place);
  if ((flags & NEEDS_ESCAPES) !== 0) return writeDoubleQuoted(text, place);
  return (flags & NEEDS_QUOTES) !== 0 ? writeSingleQuoted(text, place) : writePlain(text, place);
}

function readsAsText(text: string): boolean {
  if (resolvePlain(text, "go-yaml-v2").kind !== "string") return false;
  return !text.includes(":") || !BASE_60.test(text);
}

/** go-yaml v3 quotes what it reads as something else, and the booleans that only go-yaml v2 knows. */
function readsAsTextToAll(text: string): boolean {
  const kind = resolvePlain(text, "go-yaml-v3").kind;
  return kind === "string" && resolvePlain(text, "go-yaml-v2").kind !== "bool" && !BASE_60.test(text);
}
