/** An index that is JSON, in pieces: all but the charts, and the text of each chart's versions. */
export interface CutJsonIndex {
  /** The index with `null` for its entries. */
  readonly head: string;
  readonly charts: ReadonlyMap<string, string>;
}

/**
 * Cuts an index that is JSON, so that its charts can be parsed one by one; undefined for whatever is not plainly an object
 * with an object of entries. The pieces are not checked: who parses all of them has checked the whole.
 */
export function cutJsonIndex(text: string): CutJsonIndex | undefined {
  const cursor = new Cursor(text);
  const charts = new Map<string, string>();
  let entries: { readonly start: number; readonly end: number } | undefined;
  const isWhole = cursor.object((key) => {
    if (key !== "entries") return cursor.skip();
    const start = cursor.at;
    if (entries !== undefined) return false;
    const isCut = cursor.object((name) => {
      const from = cursor.at;
      // A chart that comes twice is read as a whole would be: the last counts.
      const isSkipped = cursor.skip();
      charts.delete(name);
      charts.set(name, text.slice(from, cursor.at));
      return isSkipped;
    });
    entries = { start, end: cursor.at };
    return isCut;
  });
  if (!isWhole || entries === undefined || !cursor.isAtEnd()) return undefined;
  return { head: `${text.slice(0, entries.start)}null${text.slice(entries.end)}`, charts };
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/** Walks through JSON without looking at more than strings and brackets. */
class Cursor {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#space();
    return this.at === this.#text.length;
  }

  /** Goes through an object; `member` goes over each value. */
  object(member: (key: string) => boolean): boolean {
    if (!this.#take(0x7b)) return false;
    if (this.#take(0x7d)) return true;
    do {
      const key = this.#key();
      if (key === undefined || !this.#take(COLON)) return false;
      this.#space();
      if (!member(key)) return false;
    } while (this.#take(COMMA));
    return this.#take(0x7d);
  }

  /** Goes over one value. */
  skip(): boolean {
    this.#space();
    const start = this.at;
    let depth = 0;
    while (this.at < this.#text.length) {
      const code = this.#text.charCodeAt(this.at);
      if (code === QUOTE) {
        if (!this.#string()) return false;
      } else {
        if (depth === 0 && (code === COMMA || CLOSING.has(code))) return this.at > start;
        if (OPENING.has(code)) depth += 1;
        if (CLOSING.has(code)) depth -= 1;
        this.at += 1;
      }
    }
    return false;
  }

  #key(): string | undefined {
    this.#space();
    const start = this.at;
    if (this.#text.charCodeAt(start) !== QUOTE || !this.#string()) return undefined;
    const raw = this.#text.slice(start + 1, this.at - 1);
    // What is escaped is left to the parser of the whole.
    return raw.includes("\\") ? undefined : raw;
  }

  #string(): boolean {
    let end = this.#text.indexOf('"', this.at + 1);
    while (end !== -1 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    this.at = end === -1 ? this.#text.length : end + 1;
    return end !== -1;
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.#text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    return backslashes % 2 === 1;
  }

  #take(code: number): boolean {
    this.#space();
    if (this.#text.charCodeAt(this.at) !== code) return false;
    this.at += 1;
    return true;
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#text.charAt(this.at))) this.at += 1;
  }
}
