import { quoteGo } from "@weir/text";
import type { HelmValues } from "./helm-values.ts";
import { decodeJsonPrefix } from "./json-prefix.ts";
import { type Chunk, SetReader } from "./set-reader.ts";
import { SetValuesBudgetError, SetValuesError } from "./strvals-error.ts";
import { type Table, type TableValue, goTypeOfValue, tableOf, valuesOf } from "./table.ts";

/** Which of helm's flags a text belongs to: `--set`, `--set-string`, `--set-literal`, `--set-file` or `--set-json`. */
export type SetMode = "set" | "set-string" | "set-literal" | "set-file" | "set-json";

/** How the text of a flag is read. */
export interface SetOptions {
  readonly mode: SetMode;
  /** The values that the text changes; empty by default. */
  readonly base?: HelmValues;
  /** Gives the text of a file for `set-file`; throws where there is none. */
  readonly readFile?: (path: string) => string;
}

const MAX_INDEX = 65_536;
const MAX_NAME_DEPTH = 30;
const MAX_INDEX_DEPTH = 500;

/** A BigInt of very many digits takes long to read; leading zeros are the only way for an int64 to be this long. */
const MAX_INTEGER_TEXT = 1000;

/** How many places of lists one text may make: helm has no limit, and `a[65536][65536]…` costs 1 MB for 7 characters. */
const MAX_LIST_PLACES = 2_000_000;

/**
 * Reads `name=value,list[0].field=value,…` into values, as helm's flags do.
 *
 * `set` makes integers int64 (a `bigint`), `true`, `false` and `null` what they say and everything else a string;
 * `set-string` makes strings; `set-literal` takes all that follows the first `=` as it is; `set-json` reads JSON.
 * Throws `SetValuesError` in helm's words, `SetValuesBudgetError` for lists beyond all use, and what `readFile` throws.
 */
export function setValues(text: string, options: SetOptions): HelmValues {
  const table = tableOf(options.base ?? {});
  setInTable(table, text, options);
  return valuesOf(table);
}

/** The same, in place. After an error the table is of no use. */
export function setInTable(table: Table, text: string, { mode, readFile }: Omit<SetOptions, "base">): void {
  const read = { mode, readFile: readFile ?? noFile, reader: new SetReader(text, mode !== "set-literal") };
  const parser = new SetParser(read);
  while (!parser.key(table, 0));
}

function noFile(path: string): string {
  throw new SetValuesError(`open ${path}: no such file or directory`);
}

interface SetText {
  readonly mode: SetMode;
  readonly readFile: (path: string) => string;
  readonly reader: SetReader;
}

/** What came of the part after an index: the list, which may be a new one, and whether the text ended too early. */
interface ListResult {
  readonly list: TableValue[];
  readonly ended: boolean;
}

class SetParser {
  readonly #mode: SetMode;
  readonly #readFile: (path: string) => string;
  readonly #reader: SetReader;
  #places = 0;
  #indexDepth = 0;

  constructor({ mode, readFile, reader }: SetText) {
    this.#mode = mode;
    this.#readFile = readFile;
    this.#reader = reader;
  }

  /** Reads one `key=value`; true where the text has ended. */
  key(table: Table, depth: number): boolean {
    const { text: key, stop } = this.#reader.until(this.#mode === "set-literal" ? "=[." : "=[,.");
    switch (stop) {
      case "=":
        return this.#keyValue(table, key);
      case "[":
        return this.#keyList(table, key, depth);
      case ".":
        return this.#keyTable(table, key, depth + 1);
      case ",":
        throw new SetValuesError(`key ${quoteGo(key)} has no value (cannot end with ,)`);
      default:
        if (key === "") return true;
        throw new SetValuesError(`key ${quoteGo(key)} has no value`);
    }
  }

  #keyValue(table: Table, key: string): boolean {
    // Where nothing follows the `=`, helm stops reading after an empty string.
    const ended = this.#reader.ended && this.#mode !== "set-json" && this.#mode !== "set-literal";
    const value = this.#value();
    // A key that is empty is not set.
    if (key !== "") table.set(key, value);
    return ended;
  }

  #keyList(table: Table, key: string, depth: number): boolean {
    const index = this.#index();
    if (index === undefined) return true;
    const present = table.get(key);
    const { list, ended } = this.#listItem(present === undefined ? [] : asList(present), index, depth);
    if (key !== "") table.set(key, list);
    return ended;
  }

  #keyTable(table: Table, key: string, depth: number): boolean {
    if (depth > MAX_NAME_DEPTH) {
      throw new SetValuesError(
        `value name nested level is greater than maximum supported nested level of ${MAX_NAME_DEPTH}`,
      );
    }
    const present = table.get(key);
    const inner = present === undefined ? new Map<string, TableValue>() : asTable(present);
    const ended = this.key(inner, depth);
    if (!ended && inner.size === 0) throw new SetValuesError(`key map ${quoteGo(key)} has no value`);
    if (inner.size !== 0 && key !== "") table.set(key, inner);
    return ended;
  }

  /** The value after `=`, up to the comma that ends it. */
  #value(): TableValue {
    if (this.#mode === "set-json") return this.#jsonValue();
    if (this.#mode === "set-literal") return this.#reader.until("").text;
    if (this.#reader.ended) return "";
    return this.#reader.take("{") ? this.#listValue() : this.#scalar(this.#reader.until(","));
  }

  #listValue(): TableValue[] {
    const list: TableValue[] = [];
    for (;;) {
      const chunk = this.#reader.until(",}");
      if (chunk.stop === undefined) throw new SetValuesError("list must terminate with '}'");
      list.push(this.#scalar(chunk));
      if (chunk.stop === ",") continue;
      this.#reader.take(",");
      return list;
    }
  }

  #scalar({ text }: Chunk): TableValue {
    if (this.#mode === "set-file") return this.#readFile(text);
    return this.#mode === "set" ? typedValue(text) : text;
  }

  #jsonValue(): TableValue {
    if (this.#reader.skipEmpty()) return null;
    const { value, length } = decodeJsonPrefix(this.#reader.rest);
    this.#reader.skip(length);
    this.#reader.skipEmpty();
    return value;
  }

  /** The number before `]`; undefined where the text ends first, which helm takes for its regular end. */
  #index(): number | undefined {
    const { text, stop } = this.#reader.until("]");
    if (stop === undefined) return undefined;
    if (!/^[+-]?\d+$/.test(text)) throw indexError(text, "invalid syntax");
    if (text.length > MAX_INTEGER_TEXT) throw indexError(text, "value out of range");
    const index = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (index !== BigInt.asIntN(64, index)) throw indexError(text, "value out of range");
    return Number(index);
  }

  #listItem(list: TableValue[], index: number, depth: number): ListResult {
    if (index < 0) throw new SetValuesError(`negative ${index} index not allowed`);
    const { text, stop } = this.#reader.until("[.=");
    if (text !== "") {
      const runes = [...text].map(quoteRune).join(" ");
      throw new SetValuesError(`unexpected data at end of array index: [${runes}]`);
    }
    if (stop === undefined) return { list, ended: true };
    if (stop === "=") return { list: this.#place(list, index, this.#value()), ended: false };
    this.#indexDepth += 1;
    if (this.#indexDepth > MAX_INDEX_DEPTH) {
      throw new SetValuesBudgetError(`more than ${MAX_INDEX_DEPTH} indexes in one key`);
    }
    const result = stop === "[" ? this.#innerList(list, index, depth) : this.#innerTable(list, index, depth);
    this.#indexDepth -= 1;
    return result;
  }

  #innerList(list: TableValue[], index: number, depth: number): ListResult {
    const next = this.#index();
    if (next === undefined) return { list, ended: true };
    const present = list[index] ?? null;
    const inner = this.#listItem(present === null ? [] : asList(present), next, depth);
    return inner.ended ? { list, ended: true } : { list: this.#place(list, index, inner.list), ended: false };
  }

  #innerTable(list: TableValue[], index: number, depth: number): ListResult {
    const present = list[index];
    const inner: Table = present instanceof Map ? present : new Map();
    if (index < list.length) list[index] = inner;
    if (this.key(inner, depth)) return { list, ended: true };
    return { list: this.#place(list, index, inner), ended: false };
  }

  /** Sets one place; a list that is too short is copied first, as Go does. */
  #place(list: TableValue[], index: number, value: TableValue): TableValue[] {
    if (index > MAX_INDEX) {
      throw new SetValuesError(`index of ${index} is greater than maximum supported index of ${MAX_INDEX}`);
    }
    let target = list;
    if (list.length <= index) {
      this.#places += index + 1 - list.length;
      if (this.#places > MAX_LIST_PLACES) {
        throw new SetValuesBudgetError(`more than ${MAX_LIST_PLACES} places of lists in one text`);
      }
      target = [...list, ...Array.from({ length: index + 1 - list.length }, () => null)];
    }
    target[index] = value;
    return target;
  }
}

function indexError(text: string, problem: string): SetValuesError {
  return new SetValuesError(`error parsing index: strconv.Atoi: parsing ${quoteGo(text)}: ${problem}`);
}

/** A rune as Go's `%q` quotes it. */
function quoteRune(rune: string): string {
  if (rune === "'") return "'\\''";
  return rune === '"' ? `'"'` : `'${quoteGo(rune).slice(1, -1)}'`;
}

function asTable(value: TableValue): Table {
  if (value instanceof Map) return value;
  throw conversionError(value, "map[string]interface {}");
}

function asList(value: TableValue): TableValue[] {
  if (Array.isArray(value)) return value;
  throw conversionError(value, "[]interface {}");
}

/** What Go's failed type assertion says. */
function conversionError(value: TableValue, wanted: string): SetValuesError {
  const is = value === null ? "nil" : goTypeOfValue(value);
  return new SetValuesError(
    `unable to parse key: interface conversion: interface {} is ${is}, not ${wanted}`,
  );
}

/** A word of `--set` as the value that helm makes of it: letters of other scripts that fold to ASCII count, too. */
function typedValue(text: string): TableValue {
  if (/^true$/iu.test(text)) return true;
  if (/^false$/iu.test(text)) return false;
  if (/^null$/iu.test(text)) return null;
  if (text === "0") return 0n;
  if (/^[+-]?\d+$/.test(text) && !text.startsWith("0") && text.length <= MAX_INTEGER_TEXT) {
    const integer = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (integer === BigInt.asIntN(64, integer)) return integer;
  }
  return text;
}
