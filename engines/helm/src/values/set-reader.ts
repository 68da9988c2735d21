/** What was read up to a stop character; `stop` is undefined where the text ended first. */
export interface Chunk {
  readonly text: string;
  readonly stop: string | undefined;
}

const GO_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** Reads the text of a `--set` flag character by character. */
export class SetReader {
  readonly #text: string;
  readonly #escapes: boolean;
  #at = 0;

  constructor(text: string, escapes: boolean) {
    // Go reads a byte that is no UTF-8 as the replacement character.
    this.#text = text.toWellFormed();
    this.#escapes = escapes;
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  get ended(): boolean {
    return this.#at >= this.#text.length;
  }

  skip(length: number): void {
    this.#at += length;
  }

  /** Whether the next character is the one asked for; takes it if so. */
  take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  /** Reads up to one of the stop characters and takes that, too. A backslash makes the next character plain. */
  until(stops: string): Chunk {
    let text = "";
    while (!this.ended) {
      const char = this.#next();
      if (stops.includes(char)) return { text, stop: char };
      if (char !== "\\" || !this.#escapes) text += char;
      else if (!this.ended) text += this.#next();
    }
    return { text, stop: undefined };
  }

  #next(): string {
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }

  /** Skips white space and then a comma; whether that, or the end of the text, was all there was. */
  skipEmpty(): boolean {
    while (!this.ended) {
      const char = this.#text.charAt(this.#at);
      if (char !== "," && !GO_SPACE.test(char)) return false;
      this.#at += 1;
      if (char === ",") return true;
    }
    return true;
  }
}
