import { CommandError } from "../cli-error.ts";

/** The first record of a text of CSV, as Go's encoding/csv reads it. Throws a `CommandError` in its words. */
export function readCsv(text: string): readonly string[] {
  return new CsvReader(text).record();
}

class CsvReader {
  /** What is left of the lines, each with its break. */
  readonly #lines: string[];
  readonly #fields: string[] = [];
  #line = "";
  #lineNumber = 0;
  #startLine = 0;
  /** Bytes into the line, from 1 on. */
  #column = 1;

  constructor(text: string) {
    this.#lines = text.replaceAll("\r\n", "\n").match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }

  record(): readonly string[] {
    do {
      const next = this.#lines.shift();
      if (next === undefined) throw new CommandError("InvalidCsv", "EOF");
      this.#line = next;
      this.#lineNumber += 1;
    } while (this.#line === "\n");
    this.#startLine = this.#lineNumber;
    let isMore = true;
    while (isMore) isMore = this.#line.startsWith('"') ? this.#quoted() : this.#plain();
    return this.#fields;
  }

  #plain(): boolean {
    const comma = this.#line.indexOf(",");
    const field = comma === -1 ? this.#line.replace(/\n$/, "") : this.#line.slice(0, comma);
    const quote = field.indexOf('"');
    if (quote !== -1) {
      this.#take(quote);
      throw this.#problem('bare " in non-quoted-field', this.#column);
    }
    this.#fields.push(field);
    if (comma !== -1) this.#take(comma + 1);
    return comma !== -1;
  }

  #quoted(): boolean {
    this.#take(1);
    let field = "";
    for (;;) {
      const quote = this.#line.indexOf('"');
      if (quote === -1) {
        field += this.#line;
        this.#nextLine();
        continue;
      }
      field += this.#line.slice(0, quote);
      this.#take(quote + 1);
      if (!this.#line.startsWith('"')) break;
      field += '"';
      this.#take(1);
    }
    this.#fields.push(field);
    const isMore = this.#line.startsWith(",");
    if (!isMore && this.#line !== "" && this.#line !== "\n") {
      throw this.#problem(EXTRA_QUOTE, this.#column - 1);
    }
    if (isMore) this.#take(1);
    return isMore;
  }

  #nextLine(): void {
    this.#take(this.#line.length);
    const next = this.#lines.shift();
    if (next === undefined) throw this.#problem(EXTRA_QUOTE, this.#column);
    this.#line = next;
    this.#lineNumber += 1;
    this.#column = 1;
  }

  #take(length: number): void {
    this.#column += Buffer.byteLength(this.#line.slice(0, length));
    this.#line = this.#line.slice(length);
  }

  #problem(what: string, column: number): CommandError {
    const record = this.#startLine === this.#lineNumber ? "" : `record on line ${this.#startLine}; `;
    return new CommandError(
      "InvalidCsv",
      `${record}parse error on line ${this.#lineNumber}, column ${column}: ${what}`,
    );
  }
}

const EXTRA_QUOTE = 'extraneous or missing " in quoted-field';
