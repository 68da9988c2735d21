import { compareUtf8 } from "@weir/core";
import {
  GoCallError,
  GoInt,
  type GoJsonWalkOptions,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
} from "@weir/text";

/** What TOML calls a value; nil has no type. */
type TomlType = "nil" | "string" | "integer" | "float" | "bool" | "datetime" | "array" | "tables" | "table";

type Key = readonly string[];

const INDENT = "  ";
/** Go writes a value of any depth; this is deeper than a chart's values get. */
const MAX_DEPTH = 1000;

/**
 * Writes a value as BurntSushi's encoder does: keys that hold no table first, both kinds by their bytes, tables indented
 * below their parents, floats with a point. A value that is no table is written alone, as Helm's `toToml` allows.
 *
 * Throws a `GoCallError` with the encoder's text for what TOML cannot hold. `onPart` is told of every part.
 */
export function writeToml(value: GoValue, { onPart }: GoJsonWalkOptions = {}): string {
  if (value === null) throw new GoCallError("reflect: call of reflect.Value.Type on zero Value");
  const writer = new TomlWriter(onPart ?? (() => undefined));
  writer.write([], plain(value));
  return writer.text;
}

class TomlWriter {
  text = "";
  readonly #onPart: (length: number) => void;
  readonly #known: KnownLists = new Map();
  #depth = 0;

  constructor(onPart: (length: number) => void) {
    this.#onPart = onPart;
  }

  write(key: Key, value: GoValue): void {
    switch (typeOf(value, this.#known)) {
      case "nil":
        // A nil slice is written like an empty one; nothing else that is nil is written at all.
        if (value instanceof GoSlice) this.#pair(key, value, false);
        break;
      case "table":
        this.#table(key, entriesOf(value));
        break;
      case "tables":
        this.#tables(key, itemsOf(value) ?? []);
        break;
      default:
        this.#pair(key, value, false);
    }
  }

  #table(key: Key, entries: Entries): void {
    if (key.length === 1) this.#newline();
    if (key.length > 0) {
      this.text += `${indentOf(key)}[${key.map(quoteKey).join(".")}]`;
      this.#newline();
    }
    this.#entries(key, entries);
  }

  #tables(key: Key, items: readonly GoValue[]): void {
    if (key.length === 0) throw new GoCallError("toml: top-level values must be Go maps or structs");
    for (const item of items) {
      this.#newline();
      this.text += `${indentOf(key)}[[${key.map(quoteKey).join(".")}]]`;
      this.#newline();
      this.#entries(key, entriesOf(plain(item)));
    }
  }

  #entries(key: Key, entries: Entries): void {
    this.#deepen();
    for (const [name, value] of inOrder(entries, this.#known).flat())
      if (!isNil(value)) this.write([...key, name], value);
    this.#depth -= 1;
  }

  #pair(key: Key, value: GoValue, isInline: boolean): void {
    if (key.length > 0) this.text += `${indentOf(key)}${quoteKey(key.at(-1) ?? "")} = `;
    this.#element(value);
    if (key.length > 0 && !isInline) this.#newline();
  }

  #element(value: GoValue): void {
    this.#onPart(typeof value === "string" ? value.length : 0);
    const items = itemsOf(value);
    if (items !== undefined) this.#array(items);
    else if (typeOf(value, this.#known) === "table") this.#inlineTable(entriesOf(value));
    else this.text += scalarText(value);
  }

  #array(items: readonly GoValue[]): void {
    this.#deepen();
    this.text += "[";
    for (const [at, item] of items.entries()) {
      if (at > 0) this.text += ", ";
      this.#element(plain(item));
    }
    this.text += "]";
    this.#depth -= 1;
  }

  #inlineTable(entries: Entries): void {
    this.#deepen();
    const [direct, tables] = inOrder(entries, this.#known);
    this.text += "{";
    this.#inlineEntries(direct, tables.length > 0);
    this.#inlineEntries(tables, false);
    this.text += "}";
    this.#depth -= 1;
  }

  #inlineEntries(entries: readonly (readonly [string, GoValue])[], isFollowed: boolean): void {
    for (const [at, [name, value]] of entries.entries()) {
      if (isNil(value)) continue;
      this.#pair([name], value, true);
      if (isFollowed || at < entries.length - 1) this.text += ", ";
    }
  }

  #newline(): void {
    if (this.text !== "") this.text += "\n";
  }

  #deepen(): void {
    this.#onPart(0);
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new GoCallError(`toml: value nests deeper than ${MAX_DEPTH} levels`);
  }
}

type Entries = Iterable<readonly [string, GoValue]>;

/** The entries that hold no tables, then those that do, each by name. */
function inOrder(
  entries: Entries,
  known: KnownLists,
): readonly [(readonly [string, GoValue])[], (readonly [string, GoValue])[]] {
  const direct: (readonly [string, GoValue])[] = [];
  const tables: (readonly [string, GoValue])[] = [];
  for (const [name, held] of entries) {
    const value = plain(held);
    const type = typeOf(value, known);
    (type === "table" || type === "tables" ? tables : direct).push([name, value]);
  }
  const byName = ([left]: readonly [string, GoValue], [right]: readonly [string, GoValue]): number =>
    compareUtf8(left, right);
  return [direct.sort(byName), tables.sort(byName)];
}

/** Named types that TOML does not know as what they are made of. */
function plain(value: GoValue): GoValue {
  if (!(value instanceof GoObject) || value.underlying === undefined) return value;
  return value.type === "time.Duration" ? value : plain(value.underlying);
}

function isNil(value: GoValue): boolean {
  return value === null || ((value instanceof GoMap || value instanceof GoSlice) && value.isNil);
}

/** Whether lists are lists of tables, once that is known: a value may hold one list many times over. */
type KnownLists = Map<readonly GoValue[], boolean>;

function typeOf(value: GoValue, known: KnownLists): TomlType {
  if (isNil(value)) return "nil";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "float";
  if (value instanceof GoInt) return "integer";
  if (value instanceof Map || value instanceof GoMap) return "table";
  if (value instanceof GoObject) return typeOfObject(value);
  const items = itemsOf(value);
  if (items === undefined) throw new GoCallError("unsupported type: complex128");
  return areTables(items, known) ? "tables" : "array";
}

function typeOfObject(value: GoObject): TomlType {
  if (value.type === "time.Time") return "datetime";
  return value.text() === undefined && value.fields().length > 0 ? "table" : "string";
}

function areTables(items: readonly GoValue[], known: KnownLists): boolean {
  const before = known.get(items);
  if (before !== undefined) return before;
  const types = items.map((item) => typeOf(plain(item), known));
  if (types.includes("nil")) throw new GoCallError("toml: cannot encode array with nil element");
  const found = types.length > 0 && types.every((type) => type === "table");
  known.set(items, found);
  return found;
}

function itemsOf(value: GoValue): readonly GoValue[] | undefined {
  if (Array.isArray(value)) return value as readonly GoValue[];
  if (value instanceof GoSlice) return value.items;
  return value instanceof Uint8Array
    ? Array.from(value, (byte) => new GoInt("uint8", BigInt(byte)))
    : undefined;
}

function entriesOf(value: GoValue): Entries {
  if (value instanceof Map) return value;
  if (value instanceof GoMap) return value.entries;
  if (!(value instanceof GoObject)) return [];
  return value
    .fields()
    .filter(({ name }) => /^\p{Lu}/u.test(name))
    .map(({ name, value: held }): readonly [string, GoValue] => [name, held]);
}

function scalarText(value: GoValue): string {
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "number") return floatText(value);
  if (value instanceof GoInt) return String(value.value);
  if (!(value instanceof GoObject)) return String(value);
  if (value.type === "time.Time") return String(value.json() ?? "");
  return quoteText(value.text() ?? "");
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = goFloat(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** `strconv.FormatFloat(value, 'g', -1, 64)`. */
function goFloat(value: number): string {
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  const sign = Object.is(value, -0) ? "-" : "";
  if (exponent >= -4 && exponent < 6) return sign + String(value);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function indentOf(key: Key): string {
  return INDENT.repeat(key.length - 1);
}

/** A part of a key as TOML writes it: in quotes where it must be. */
export function quoteKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoteText(key);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

function quoteText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what TOML escapes
  return `"${text.replace(/[\u0000-\u001f"\\\u007f]/g, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  return ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
