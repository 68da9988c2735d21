import { compareUtf8, type JsonValue } from "@weir/core";

import { GoCallError } from "./go-function.ts";
import { GoInt } from "./go-int.ts";
import { goTypeOf } from "./go-type-of.ts";
import { GoComplex, GoMap, GoObject, GoSlice, type GoValue } from "./go-value.ts";

/** How `writeGoJson` lays out its text. */
export interface WriteGoJsonOptions {
  /** Whether `<`, `>`, `&`, U+2028 and U+2029 are escaped; true by default, as in Go. */
  readonly escapeHtml?: boolean;
  /** Text of one level, for `json.MarshalIndent`. */
  readonly indent?: string;
}

/** Go looks for cycles from this depth on. */
const CYCLE_DEPTH = 1000;
/** Deeper than any writer of such a value gets. */
const MAX_DEPTH = 5000;

/**
 * The JSON value that Go's `json.Marshal` writes for a value: bytes are base64, bytes of a string that are no UTF-8 are
 * U+FFFD, nil maps and slices are null. Throws a `GoCallError` with Go's text for what JSON cannot hold.
 */
export function goJsonValue(value: GoValue): JsonValue {
  return convert(value, { above: [], keepsBytes: false }, 0);
}

/** What the conversion is inside of, and whether bytes of a string that are no UTF-8 are left as they are. */
interface Path {
  readonly above: GoValue[];
  readonly keepsBytes: boolean;
}

function convert(value: GoValue, path: Path, depth: number): JsonValue {
  if (typeof value === "string") return path.keepsBytes ? value : value.toWellFormed();
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return finite(value);
  if (value instanceof GoInt)
    return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value;
  if (depth > CYCLE_DEPTH) checkCycle(value, path, depth);
  path.above.push(value);
  const converted = convertComposite(value, path, depth + 1);
  path.above.pop();
  return converted;
}

type Composite = Exclude<GoValue, null | boolean | string | number | GoInt>;

function convertComposite(value: Composite, path: Path, depth: number): JsonValue {
  if (value instanceof Map) return convertMap(value, path, depth);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof GoMap) return value.isNil ? null : convertMap(value.entries, path, depth);
  if (value instanceof GoSlice) {
    return value.isNil ? null : value.items.map((item) => convert(item, path, depth));
  }
  if (value instanceof GoObject) return convertObject(value, path, depth);
  if (value instanceof GoComplex) throw new GoCallError("json: unsupported type: complex128");
  return value.map((item) => convert(item, path, depth));
}

function convertMap(entries: ReadonlyMap<string, GoValue>, path: Path, depth: number): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const [key, value] of entries) {
    define(object, path.keepsBytes ? key : key.toWellFormed(), convert(value, path, depth));
  }
  return object;
}

function convertObject(value: GoObject, path: Path, depth: number): JsonValue {
  const own = value.json();
  if (own !== undefined) return own;
  if (value.underlying !== undefined) return convert(value.underlying, path, depth);
  if (value.kind === "func" || value.kind === "chan") {
    throw new GoCallError(`json: unsupported type: ${value.type}`);
  }
  const object: Record<string, JsonValue> = {};
  for (const field of value.fields()) {
    if (isExported(field.name)) define(object, field.name, convert(field.value, path, depth));
  }
  return object;
}

function isExported(name: string): boolean {
  return /^\p{Lu}/u.test(name);
}

/** Setting `__proto__` would not make an own property. */
function define(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  const text = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  throw new GoCallError(`json: unsupported value: ${text}`);
}

function checkCycle(value: GoValue, path: Path, depth: number): void {
  if (depth <= MAX_DEPTH && !path.above.includes(value)) return;
  throw new GoCallError(`json: unsupported value: encountered a cycle via ${goTypeOf(value)}`);
}

/** Writes a value as Go's `json.Marshal` does. Throws a `GoCallError` with Go's text for what JSON cannot hold. */
export function writeGoJson(value: GoValue, options: WriteGoJsonOptions = {}): string {
  const { escapeHtml = true, indent } = options;
  const parts: string[] = [];
  write(
    convert(value, { above: [], keepsBytes: true }, 0),
    parts,
    indent === undefined ? undefined : { indent, lead: "\n" },
  );
  const text = parts.join("");
  // Go escapes the two separators even where it leaves HTML alone.
  return text.replace(escapeHtml ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

interface Layout {
  readonly indent: string;
  /** A line break and the indentation of the level. */
  readonly lead: string;
}

function write(value: JsonValue, parts: string[], layout: Layout | undefined): void {
  if (typeof value === "string") parts.push(quoted(value));
  else if (typeof value === "number") parts.push(Object.is(value, -0) ? "-0" : String(value));
  else if (typeof value !== "object" || value === null) parts.push(String(value));
  else if (Array.isArray(value))
    writeItems(
      ["[", "]"],
      value.map((item) => ["", item]),
      parts,
      layout,
    );
  else writeItems(["{", "}"], entriesOf(value as { readonly [key: string]: JsonValue }), parts, layout);
}

function entriesOf(object: { readonly [key: string]: JsonValue }): readonly (readonly [string, JsonValue])[] {
  return Object.keys(object)
    .sort(compareUtf8)
    .map((key) => [`${quoted(key)}:`, object[key] as JsonValue]);
}

/** Go escapes what it writes for a byte that is no UTF-8, but not the character itself. */
function quoted(text: string): string {
  if (text.isWellFormed()) return JSON.stringify(text);
  return `"${Array.from(text, (char) => (char.isWellFormed() ? JSON.stringify(char).slice(1, -1) : "\\ufffd")).join("")}"`;
}

function writeItems(
  [open, close]: readonly [string, string],
  items: readonly (readonly [label: string, value: JsonValue])[],
  parts: string[],
  layout: Layout | undefined,
): void {
  if (items.length === 0) {
    parts.push(open, close);
    return;
  }
  const inner = layout === undefined ? undefined : { ...layout, lead: layout.lead + layout.indent };
  let before = open;
  for (const [label, value] of items) {
    parts.push(before, inner?.lead ?? "", label, layout !== undefined && label !== "" ? " " : "");
    write(value, parts, inner);
    before = ",";
  }
  parts.push(layout?.lead ?? "", close);
}
