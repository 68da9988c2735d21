import { compareUtf8, type JsonValue } from "@weir/core";

import { GoCallError } from "./go-function.ts";
import { GoInt } from "./go-int.ts";
import { goTypeOf } from "./go-type-of.ts";
import { GoComplex, GoMap, GoObject, GoSlice, type GoValue } from "./go-value.ts";

/** How a value is walked for its JSON. */
export interface GoJsonWalkOptions {
  /** Whether Go is given a pointer to the value, as its `json.Encoder` mostly is: one level more that may hold itself. */
  readonly isPointer?: boolean;
  /**
   * Told of every part as it is come by, with the length of a string: a value may hold another many times over, and
   * whoever bounds the walk throws here.
   */
  readonly onPart?: (length: number) => void;
}

/** How `writeGoJson` lays out its text. */
export interface WriteGoJsonOptions extends GoJsonWalkOptions {
  /** Whether `<`, `>`, `&`, U+2028 and U+2029 are escaped; true by default, as in Go. */
  readonly escapeHtml?: boolean;
  /** Text of one level, for `json.MarshalIndent`. */
  readonly indent?: string;
}

/** From this level on Go remembers what it is inside of, and so finds what holds itself. */
const UNWATCHED_LEVELS = 1000;
/** More levels than the stack of a process holds everywhere. Go's holds any. */
const MAX_LEVELS = 2000;

/**
 * The JSON value that Go's `json.Marshal` writes for a value: bytes are base64, bytes of a string that are no UTF-8 are
 * U+FFFD, nil maps and slices are null. Throws a `GoCallError` with Go's text for what JSON cannot hold.
 */
export function goJsonValue(value: GoValue, options: GoJsonWalkOptions = {}): JsonValue {
  return convertAll(value, { keepsBytes: false, ...options }).json;
}

interface WalkOptions extends GoJsonWalkOptions {
  /** Whether bytes of a string that are no UTF-8 are left as they are. */
  readonly keepsBytes: boolean;
}

/** Of several problems, Go tells the first in the order of the keys; those without a problem need not be sorted yet. */
function convertAll(value: GoValue, options: WalkOptions): Converted {
  try {
    return new JsonWalk(options, false).convertAll(value);
  } catch (error) {
    if (!(error instanceof GoCallError)) throw error;
    return new JsonWalk(options, true).convertAll(value);
  }
}

interface Converted {
  readonly json: JsonValue;
  /** The objects whose keys are the fields of a struct: Go writes them in their own order. */
  readonly structs: ReadonlySet<JsonValue>;
}

type Composite = Exclude<GoValue, null | boolean | string | number | GoInt>;

class JsonWalk {
  readonly #options: WalkOptions;
  readonly #sortsKeys: boolean;
  /** Maps, slices and pointers that the walk is inside of, beyond those that Go does not watch. */
  readonly #watched = new Set<object>();
  readonly #structs = new Set<JsonValue>();
  #level: number;

  constructor(options: WalkOptions, sortsKeys: boolean) {
    this.#options = options;
    this.#sortsKeys = sortsKeys;
    this.#level = options.isPointer === true ? 1 : 0;
  }

  convertAll(value: GoValue): Converted {
    return { json: this.convert(value), structs: this.#structs };
  }

  convert(value: GoValue): JsonValue {
    if (typeof value === "string") {
      this.#options.onPart?.(value.length);
      return this.#options.keepsBytes ? value : value.toWellFormed();
    }
    this.#options.onPart?.(0);
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number") return finite(value);
    if (value instanceof GoInt) {
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value;
    }
    return this.#convertComposite(value);
  }

  #convertComposite(value: Composite): JsonValue {
    if (value instanceof Map) return this.#convertMap(value, value);
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    if (value instanceof GoMap) return value.isNil ? null : this.#convertMap(value.entries, value);
    if (value instanceof GoSlice) return value.isNil ? null : this.#convertItems(value.items, value);
    if (value instanceof GoObject) return this.#convertObject(value);
    if (value instanceof GoComplex) throw new GoCallError("json: unsupported type: complex128");
    return this.#convertItems(value, value);
  }

  /** Goes into a map, slice or pointer, which is what makes a level; `value` is what names its type. */
  #enter(identity: object, value: GoValue): void {
    this.#level += 1;
    if (this.#level <= UNWATCHED_LEVELS) return;
    if (this.#watched.has(identity)) {
      throw new GoCallError(`json: unsupported value: encountered a cycle via ${goTypeOf(value)}`);
    }
    if (this.#level > MAX_LEVELS) throw new GoCallError(`json: value nests deeper than ${MAX_LEVELS} levels`);
    this.#watched.add(identity);
  }

  #leave(identity: object): void {
    if (this.#level > UNWATCHED_LEVELS) this.#watched.delete(identity);
    this.#level -= 1;
  }

  #convertItems(items: readonly GoValue[], value: GoValue): JsonValue {
    this.#enter(items, value);
    const converted: JsonValue[] = [];
    for (const item of items) converted.push(this.convert(item));
    this.#leave(items);
    return converted;
  }

  #convertMap(entries: ReadonlyMap<string, GoValue>, value: GoValue): JsonValue {
    this.#enter(entries, value);
    const object: Record<string, JsonValue> = {};
    const ordered = this.#sortsKeys ? [...entries].sort(([a], [b]) => compareUtf8(a, b)) : entries;
    for (const [key, item] of ordered) {
      define(object, this.#options.keepsBytes ? key : key.toWellFormed(), this.convert(item));
    }
    this.#leave(entries);
    return object;
  }

  #convertObject(value: GoObject): JsonValue {
    const own = value.json();
    if (own !== undefined) {
      this.#structs.add(own);
      return own;
    }
    const { underlying } = value;
    if (underlying instanceof Map) return this.#convertMap(underlying, value);
    if (underlying !== undefined) return this.convert(underlying);
    if (value.kind === "func" || value.kind === "chan") {
      throw new GoCallError(`json: unsupported type: ${value.type}`);
    }
    const isPointer = value.kind === "ptr";
    if (isPointer) this.#enter(value, value);
    const object: Record<string, JsonValue> = {};
    for (const field of value.fields()) {
      if (isExported(field.name)) define(object, field.name, this.convert(field.value));
    }
    if (isPointer) this.#leave(value);
    this.#structs.add(object);
    return object;
  }
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

/** Writes a value as Go's `json.Marshal` does. Throws a `GoCallError` with Go's text for what JSON cannot hold. */
export function writeGoJson(value: GoValue, options: WriteGoJsonOptions = {}): string {
  const { escapeHtml = true, indent } = options;
  const text = write(convertAll(value, { ...options, keepsBytes: true }), indent);
  // Go escapes the two separators even where it leaves HTML alone.
  return text.replace(escapeHtml ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A list or an object that is being written. */
interface Open {
  readonly items: readonly (readonly [label: string, value: JsonValue])[];
  readonly close: string;
  next: number;
}

/** Writes without recursion: the stack has no say in how deep a value nests. */
function write({ json, structs }: Converted, indent: string | undefined): string {
  const parts: string[] = [];
  const open: Open[] = [];
  const breakLine = (): void => {
    if (indent !== undefined) parts.push("\n", indent.repeat(open.length));
  };
  const start = (value: JsonValue): void => {
    const composite = openOf(value, structs);
    if (composite === undefined) parts.push(scalarText(value));
    else if (composite.items.length === 0) parts.push(composite.close === "]" ? "[]" : "{}");
    else {
      parts.push(composite.close === "]" ? "[" : "{");
      open.push(composite);
    }
  };
  start(json);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const item = top.items[top.next];
    if (item === undefined) {
      open.pop();
      breakLine();
      parts.push(top.close);
      continue;
    }
    if (top.next > 0) parts.push(",");
    breakLine();
    const [label, value] = item;
    if (label !== "") parts.push(label, indent === undefined ? ":" : ": ");
    top.next += 1;
    start(value);
  }
  return parts.join("");
}

function openOf(value: JsonValue, structs: ReadonlySet<JsonValue>): Open | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    return { items: (value as readonly JsonValue[]).map((item) => ["", item]), close: "]", next: 0 };
  }
  const object = value as { readonly [key: string]: JsonValue };
  const keys = Object.keys(object);
  const items = (structs.has(object) ? keys : keys.sort(compareUtf8)).map(
    (key) => [quoted(key), object[key] as JsonValue] as const,
  );
  return { items, close: "}", next: 0 };
}

function scalarText(value: JsonValue): string {
  if (typeof value === "string") return quoted(value);
  return typeof value === "number" && Object.is(value, -0) ? "-0" : String(value);
}

/** Go escapes what it writes for a byte that is no UTF-8, but not the character itself. */
function quoted(text: string): string {
  if (text.isWellFormed()) return JSON.stringify(text);
  return `"${Array.from(text, (char) => (char.isWellFormed() ? JSON.stringify(char).slice(1, -1) : "\\ufffd")).join("")}"`;
}
