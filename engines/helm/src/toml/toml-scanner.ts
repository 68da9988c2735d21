import { TomlFlaw } from "./toml-error.ts";

/** What the scanner gives at the end of the text. */
export const END = "\0";

/** Where a problem is: at the line at hand, or, as its words come at a line's end, at the one before. */
type Blame = "here" | "end-aware" | "line-before";

/** Walks through the characters of a text, and counts lines as BurntSushi's lexer does. */
export class TomlScanner {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #isPastEnd = false;

  constructor(text: string) {
    this.#text = text;
  }

  get at(): number {
    return this.#at;
  }

  get line(): number {
    return this.#line;
  }

  since(start: number): string {
    return this.#text.slice(start, this.#at);
  }

  /** Takes a character, which must be one that TOML may hold; `END` at the end. */
  next(): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) {
      this.#isPastEnd = true;
      return END;
    }
    if (code === 0x0a) this.#line += 1;
    this.#check(code);
    const char = String.fromCodePoint(code);
    this.#at += char.length;
    return char;
  }

  /** Puts the character back that was taken last. */
  back(char: string): void {
    this.#isPastEnd = false;
    if (char === END) return;
    this.#at -= char.length;
    if (char === "\n") this.#line -= 1;
  }

  peek(): string {
    const char = this.next();
    this.back(char);
    return char;
  }

  accept(wanted: string): boolean {
    const char = this.next();
    if (char === wanted) return true;
    this.back(char);
    return false;
  }

  /** Takes characters while they match, and gives the first that does not, which stays. */
  skip(pattern: RegExp): string {
    for (;;) {
      const char = this.next();
      if (pattern.test(char)) continue;
      this.back(char);
      return char;
    }
  }

  skipSpace(): string {
    return this.skip(/[ \t]/);
  }

  /** Throws a problem at the place at hand. */
  fail(problem: string, blame: Blame = "end-aware"): never {
    throw new TomlFlaw(this.#blamed(blame), problem);
  }

  #blamed(blame: Blame): number {
    if (blame === "line-before") return this.#line - 1;
    if (!this.#isPastEnd) return this.#line;
    if (blame === "here") return this.#line - 1;
    return this.#text[this.#at - 1] === "\n" ? this.#line - 1 : this.#line;
  }

  #check(code: number): void {
    if (code >= 0xdc80 && code <= 0xdcff) this.fail(`invalid UTF-8 byte: 0x${hex(code - 0xdc00)}`, "here");
    const isLoneReturn = code === 0x0d && this.#text[this.#at + 1] !== "\n";
    const isControl = (code <= 0x1f && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f;
    if (isControl || isLoneReturn) {
      this.fail(`TOML files cannot contain control characters: '0x${hex(code)}'`, "here");
    }
  }
}

function hex(code: number): string {
  return code.toString(16).padStart(2, "0");
}
