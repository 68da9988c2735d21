import { quoteGo, quoteGoRune } from "@weir/text";

import { readScalar, readText } from "./read-scalar.ts";
import { scanString } from "./scan-string.ts";
import { scanValue } from "./scan-value.ts";
import { TomlError, TomlFlaw } from "./toml-error.ts";
import { END, TomlScanner } from "./toml-scanner.ts";
import { type TomlLeaf, type TomlNode, type TomlTable, TomlTables } from "./toml-tables.ts";

/** Deeper lists and tables, and longer keys, are refused: the reader is recursive, and keys cost the square of their parts. */
const MAX_DEPTH = 500;

const SPACE_OR_BREAK = /[ \t\r\n]/;
const BARE = /[A-Za-z0-9_-]/;
// oxlint-disable-next-line no-control-regex -- the end of the text
const COMMENT = /[^\r\n\u0000]/;

/** Reads a text of TOML as BurntSushi's parser: what is wrong is told where and in the order in which it is found there. */
export class TomlReader {
  readonly #scanner: TomlScanner;
  readonly #tables = new TomlTables();
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new TomlScanner(text);
  }

  /** The root table. Throws a `TomlError`. */
  read(): TomlTable {
    try {
      let isMore = true;
      while (isMore) isMore = this.#item();
      return this.#tables.root;
    } catch (error) {
      if (!(error instanceof TomlFlaw)) throw error;
      const { lastKey } = this.#tables;
      const key = lastKey === "" ? "" : ` (last key ${quoteGo(lastKey)})`;
      throw new TomlError(`toml: line ${error.line}${key}: ${error.message}`, { cause: error });
    }
  }

  /** Reads what stands on a line of its own; false at the end. */
  #item(): boolean {
    const scanner = this.#scanner;
    scanner.skip(SPACE_OR_BREAK);
    const char = scanner.next();
    if (char === END) return false;
    if (char === "#") {
      scanner.skip(COMMENT);
      return true;
    }
    if (char === "[") this.#header();
    else {
      scanner.back(char);
      this.#pair();
    }
    return this.#itemEnd();
  }

  #itemEnd(): boolean {
    const scanner = this.#scanner;
    scanner.skipSpace();
    const char = scanner.next();
    if (char === "#") scanner.skip(COMMENT);
    else if (char !== END && !SPACE_OR_BREAK.test(char)) {
      scanner.fail(
        `expected a top-level item to end with a newline, comment, or EOF, but got ${shown(char)} instead`,
      );
    }
    return char !== END;
  }

  /** `[table]` or `[[table]]`, past the first bracket. */
  #header(): void {
    const scanner = this.#scanner;
    const isList = scanner.peek() === "[";
    if (isList) scanner.next();
    const parts: string[] = [];
    do this.#addPart(parts, () => this.#checkHeaderPart());
    while (this.#headerGoesOn());
    if (isList) {
      const char = scanner.next();
      if (char !== "]") {
        scanner.fail(`expected end of table array name delimiter ']', but got ${shown(char)} instead`);
      }
    }
    this.#tables.enter(parts, isList);
    this.#tables.note("", false);
  }

  #checkHeaderPart(): void {
    const char = this.#scanner.peek();
    if (char === "]" || char === END) {
      this.#scanner.fail("unexpected end of table name (table names cannot be empty)");
    }
    if (char === ".") this.#scanner.fail("unexpected table separator (table names cannot be empty)");
  }

  #headerGoesOn(): boolean {
    this.#scanner.skipSpace();
    const char = this.#scanner.next();
    if (char !== "." && char !== "]") {
      this.#scanner.fail(`expected '.' or ']' to end table name, but got ${shown(char)} instead`);
    }
    return char === ".";
  }

  /** Reads a part of a key or of a table's name, bare or in quotes. */
  #addPart(parts: string[], check: () => void): void {
    const scanner = this.#scanner;
    scanner.skipSpace();
    check();
    const quote = scanner.peek();
    let part: string;
    if (quote === '"' || quote === "'") {
      scanner.next();
      const token = scanString(scanner, quote);
      part = readText(token);
    } else {
      const start = scanner.at;
      scanner.skip(BARE);
      part = scanner.since(start);
    }
    if (parts.length === 0) this.#tables.keyLine = scanner.line;
    parts.push(part);
    if (parts.length > MAX_DEPTH) scanner.fail(`key has more than ${MAX_DEPTH} parts`);
  }

  /** Reads `key = `. */
  #key(): readonly string[] {
    const scanner = this.#scanner;
    scanner.skipSpace();
    const first = scanner.peek();
    if (first === "=" || first === END) scanner.fail("unexpected '=': key name appears blank");
    if (first === ".") scanner.fail("unexpected '.': keys cannot start with a '.'");
    const parts: string[] = [];
    do this.#addPart(parts, () => this.#checkKeyPart());
    while (this.#keyGoesOn());
    return parts;
  }

  #checkKeyPart(): void {
    const char = this.#scanner.peek();
    if (char === "=" || char === END) this.#scanner.fail("unexpected '='");
    if (char === ".") this.#scanner.fail("unexpected '.'");
  }

  #keyGoesOn(): boolean {
    const scanner = this.#scanner;
    scanner.skipSpace();
    const char = scanner.next();
    if (char === "." || char === "=") return char === ".";
    if (char === END) return scanner.fail("unexpected EOF; expected key separator '='");
    return scanner.fail(
      `expected '.' or '=', but got ${shown(char)} instead`,
      char === "\n" ? "line-before" : "end-aware",
    );
  }

  #pair(): void {
    const tables = this.#tables;
    const outer = tables.context;
    this.#define(this.#key());
    tables.context = outer;
    tables.currentKey = "";
  }

  /** Reads the value of a key and defines it in the table at hand. */
  #define(key: readonly string[]): TomlNode {
    const tables = this.#tables;
    const name = key.at(-1) ?? "";
    tables.currentKey = name;
    tables.enterParents(key.slice(0, -1));
    const value = this.#value(false);
    tables.set(name, value);
    tables.note(name, Array.isArray(value));
    return value;
  }

  #value(isInList: boolean): TomlNode {
    const scanned = scanValue(this.#scanner);
    if (typeof scanned !== "string") return readScalar(scanned) as TomlLeaf;
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#scanner.fail(`values nest deeper than ${MAX_DEPTH} levels`);
    const value = scanned === "[" ? this.#list() : this.#braces(isInList);
    this.#depth -= 1;
    return value;
  }

  #list(): TomlNode {
    const scanner = this.#scanner;
    this.#tables.note(this.#tables.currentKey, true);
    const items: TomlNode[] = [];
    for (;;) {
      this.#skipComments();
      const char = scanner.next();
      if (char === ",") scanner.fail("unexpected comma");
      if (char === "]") return items;
      scanner.back(char);
      items.push(this.#value(true));
      this.#skipComments();
      const end = scanner.next();
      if (end === "]") return items;
      if (end !== ",") {
        scanner.fail(`expected a comma (',') or array terminator (']'), but got ${orEnd(end)}`);
      }
    }
  }

  /** `{key = value}`, past the brace. What it defines is found by other keys, and what it gives is what a list holds. */
  #braces(isInList: boolean): TomlTable {
    const [tables, scanner] = [this.#tables, this.#scanner];
    const { context: outer, currentKey: outerKey } = tables;
    const own = [...outer, outerKey];
    tables.context = own;
    tables.currentKey = "";
    tables.addImplicit(own);
    tables.enter(own, isInList);
    const table: TomlTable = new Map();
    for (let isOpen = true; isOpen; ) {
      this.#skipComments();
      const char = scanner.next();
      if (char === ",") scanner.fail("unexpected comma");
      if (char === "}") break;
      scanner.back(char);
      const key = this.#key();
      const value = this.#define(key);
      tables.within(table, key.slice(0, -1)).set(key.at(-1) ?? "", value);
      tables.context = own;
      isOpen = this.#bracesGoOn();
    }
    tables.context = outer;
    tables.currentKey = outerKey;
    return table;
  }

  #bracesGoOn(): boolean {
    const scanner = this.#scanner;
    for (;;) {
      this.#skipComments();
      const char = scanner.next();
      if (char === "}") return false;
      if (char !== ",") {
        scanner.fail(`expected a comma or an inline table terminator '}', but got ${orEnd(char)} instead`);
      }
      if (scanner.skipSpace() !== "}") return true;
    }
  }

  #skipComments(): void {
    const scanner = this.#scanner;
    while (scanner.skip(SPACE_OR_BREAK) === "#") scanner.skip(COMMENT);
  }
}

function shown(char: string): string {
  return quoteGoRune(char.codePointAt(0) ?? 0);
}

function orEnd(char: string): string {
  return char === END ? "end of file" : `'${char}'`;
}
