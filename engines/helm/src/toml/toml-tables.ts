import { type GoValue, quoteGo } from "@weir/text";

import { TomlFlaw } from "./toml-error.ts";
import { quoteKey } from "./write-toml.ts";

/** What a text holds while it is read. */
export type TomlNode = TomlTable | TableList | readonly TomlNode[] | TomlLeaf;

export type TomlTable = Map<string, TomlNode>;

/** A scalar. */
export type TomlLeaf = Exclude<GoValue, readonly GoValue[] | Map<string, GoValue>>;

/** The tables of one name that are written in double brackets: the last one is open. */
export class TableList {
  readonly items: TomlTable[] = [];
}

/** The tables of a text, and where in them the reader is: decides as BurntSushi's parser what may be defined again. */
export class TomlTables {
  readonly root: TomlTable = new Map();
  /** The table at hand. */
  context: readonly string[] = [];
  /** The key at hand within it, as far as it is known. */
  currentKey = "";
  /** The line of the key at hand. */
  keyLine = 1;
  /** Keys of tables that were only named on the way to others. */
  readonly #implicit = new Set<string>();
  readonly #lists = new Set<string>();

  /** The key at hand, as errors name it. */
  get lastKey(): string {
    const { context, currentKey } = this;
    if (currentKey === "") return keyText(context);
    return context.length === 0 ? currentKey : `${keyText(context)}.${currentKey}`;
  }

  /** Goes into the tables that a key with dots names, which may be there. */
  enterParents(parts: readonly string[]): void {
    for (const part of parts) {
      const key = [...this.context, part];
      this.addImplicit(key);
      this.enter(key, false);
    }
  }

  addImplicit(key: readonly string[]): void {
    this.#implicit.add(keyText(key));
  }

  /** Goes into a table; in a list of tables, `isList`, into a new one. */
  enter(key: readonly string[], isList: boolean): void {
    const above = this.#openAbove(key);
    this.context = key.slice(0, -1);
    const last = key.at(-1) ?? "";
    if (isList) {
      const found = above.get(last) ?? new TableList();
      if (!(found instanceof TableList)) {
        this.#fail(`Key '${keyText(key)}' was already created and cannot be used as an array.`);
      }
      found.items.push(new Map());
      above.set(last, found);
    } else this.set(last, new Map());
    this.context = key;
  }

  /** The table that a key is in; those on the way that are missing are made. */
  #openAbove(key: readonly string[]): TomlTable {
    let table = this.root;
    for (const [index, part] of key.slice(0, -1).entries()) {
      const path = key.slice(0, index + 1);
      if (!table.has(part)) {
        this.addImplicit(path);
        table.set(part, new Map());
      }
      const inner = openTable(table.get(part));
      if (inner === undefined) this.#fail(`Key '${keyText(path)}' was already created as a hash.`);
      table = inner;
    }
    return table;
  }

  /** Defines a key of the table at hand. */
  set(key: string, value: TomlNode): void {
    const path = [...this.context, key];
    const table = this.#openContext();
    if (!table.has(key)) {
      table.set(key, value);
      return;
    }
    const name = keyText(path);
    // A table that was only named may be defined once; it is there already. A list takes its place.
    if (!this.#implicit.delete(name)) this.#fail(`Key '${name}' has already been defined.`);
    if (this.#lists.has(name)) table.set(key, value);
  }

  #openContext(): TomlTable {
    let table = this.root;
    for (const [index, part] of this.context.entries()) {
      const inner = openTable(table.get(part));
      if (inner === undefined) {
        this.#fail(`Key '${keyText(this.context.slice(0, index + 1))}' has already been defined.`);
      }
      table = inner;
    }
    return table;
  }

  /** Notes whether a key of the table at hand, or that table itself, is a list of values. */
  note(key: string, isList: boolean): void {
    const name = keyText(key === "" ? this.context : [...this.context, key]);
    if (isList) this.#lists.add(name);
    else this.#lists.delete(name);
  }

  /** Where in a table within braces a key with dots leads to. */
  within(table: TomlTable, parts: readonly string[]): TomlTable {
    let inner = table;
    for (const part of parts) {
      const found = inner.get(part) ?? new Map();
      inner.set(part, found);
      if (!(found instanceof Map)) this.#fail(`${quoteGo(keyText(this.context))} is not a table`);
      inner = found;
    }
    return inner;
  }

  #fail(problem: string): never {
    throw new TomlFlaw(this.keyLine, problem);
  }
}

function openTable(node: TomlNode | undefined): TomlTable | undefined {
  if (node instanceof TableList) return node.items.at(-1);
  return node instanceof Map ? node : undefined;
}

function keyText(parts: readonly string[]): string {
  return parts.map(quoteKey).join(".");
}
