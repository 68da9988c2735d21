/** The first thing that keeps a text from being JSON. */
export interface JsonProblem {
  readonly problem: string;
  readonly offset: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a reader wants to know of a text before anything is built from it. */
export interface JsonShape {
  /** Where the bracket stands that opens the level too many. */
  readonly tooDeepAt: number | undefined;
  /** Whether it holds a number with so many digits that a double may not hold it. */
  readonly hasLongNumber: boolean;
  /** Whether it holds a number with a fraction or an exponent. */
  readonly hasFraction: boolean;
}

/** Every integer of fewer digits is exact as a double. */
const LONG_NUMBER_DIGITS = 16;

/** Looks a text over in one pass; strings are skipped. */
// oxlint-disable-next-line complexity -- one branch per kind of character, in one loop for speed
export function scanJson(text: string, maxDepth: number): JsonShape {
  let depth = 0;
  let hasLongNumber = false;
  let hasFraction = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > maxDepth) return { tooDeepAt: index, hasLongNumber, hasFraction };
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    } else if (code >= 0x30 && code <= 0x39) {
      const end = endOfDigits(text, index);
      hasLongNumber ||= end - index >= LONG_NUMBER_DIGITS;
      const next = text.charCodeAt(end);
      hasFraction ||= next === 0x2e || next === 0x65 || next === 0x45;
      index = end - 1;
    }
  }
  return { tooDeepAt: undefined, hasLongNumber, hasFraction };
}

function endOfDigits(text: string, start: number): number {
  let index = start + 1;
  for (let code = text.charCodeAt(index); code >= 0x30 && code <= 0x39; code = text.charCodeAt(index))
    index++;
  return index;
}

/** The index of the quote that closes the string opened at `start`, or the text's length. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; ; index++) {
    index = text.indexOf('"', index);
    if (index === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return index;
  }
}

/** Finds the first problem of a text that `JSON.parse` rejected, worded as Go's encoding/json words it. */
export function findJsonProblem(text: string): JsonProblem {
  return new ProblemFinder(text).find() ?? { problem: "invalid json", offset: 0 };
}

type State = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "afterKey" | "afterPair" | "afterElement" | "end";

/** Walks a text as a JSON scanner does, without recursion and without building values. */
class ProblemFinder {
  readonly #text: string;
  #offset = 0;
  #state: State = "value";
  /** The open brackets, innermost last. */
  readonly #open: ("{" | "[")[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  find(): JsonProblem | undefined {
    for (;;) {
      while (isSpace(this.#text[this.#offset])) this.#offset++;
      if (this.#offset >= this.#text.length) return this.#state === "end" ? undefined : this.#ended();
      const problem = this.#step(this.#text[this.#offset] ?? "");
      if (problem !== undefined) return problem;
    }
  }

  #step(char: string): JsonProblem | undefined {
    switch (this.#state) {
      case "value":
        return this.#value(char);
      case "valueOrEnd":
        return char === "]" ? this.#close() : this.#value(char);
      case "keyOrEnd":
        return char === "}" ? this.#close() : this.#key(char);
      case "key":
        return this.#key(char);
      default:
        return this.#between(char, this.#state);
    }
  }

  #between(char: string, state: "afterKey" | "afterPair" | "afterElement" | "end"): JsonProblem | undefined {
    switch (state) {
      case "afterKey":
        return char === ":" ? this.#advance("value") : this.#unexpected("after object key");
      case "afterPair":
        return char === "}" ? this.#close() : this.#comma(char, "key", "after object key:value pair");
      case "afterElement":
        return char === "]" ? this.#close() : this.#comma(char, "value", "after array element");
      case "end":
        return this.#unexpected("after top-level value");
    }
  }

  #comma(char: string, then: State, where: string): JsonProblem | undefined {
    return char === "," ? this.#advance(then) : this.#unexpected(where);
  }

  #value(char: string): JsonProblem | undefined {
    if (char === "{" || char === "[") {
      this.#open.push(char);
      return this.#advance(char === "{" ? "keyOrEnd" : "valueOrEnd");
    }
    if (char === '"') return this.#string() ?? this.#valueEnded();
    if (char === "-" || isDigit(char)) return this.#number() ?? this.#valueEnded();
    const literal = { t: "true", f: "false", n: "null" }[char];
    if (literal === undefined) return this.#unexpected("looking for beginning of value");
    return this.#literal(literal) ?? this.#valueEnded();
  }

  #key(char: string): JsonProblem | undefined {
    if (char !== '"') return this.#unexpected("looking for beginning of object key string");
    const problem = this.#string();
    this.#state = "afterKey";
    return problem;
  }

  #literal(literal: string): JsonProblem | undefined {
    for (const expected of literal) {
      if (this.#text[this.#offset] !== expected) {
        return this.#unexpected(`in literal ${literal} (expecting '${expected}')`);
      }
      this.#offset++;
    }
    return undefined;
  }

  #string(): JsonProblem | undefined {
    for (this.#offset++; this.#offset < this.#text.length; this.#offset++) {
      const char = this.#text[this.#offset] ?? "";
      if (char === '"') {
        this.#offset++;
        return undefined;
      }
      if (char < " ") return this.#unexpected("in string literal");
      if (char === "\\") {
        const problem = this.#escape();
        if (problem !== undefined) return problem;
      }
    }
    return this.#ended();
  }

  /** Leaves the offset on the last character of the escape. */
  #escape(): JsonProblem | undefined {
    this.#offset++;
    const char = this.#text[this.#offset];
    if (char === undefined || !'"\\/bfnrtu'.includes(char)) return this.#unexpected("in string escape code");
    if (char !== "u") return undefined;
    for (let digit = 0; digit < 4; digit++) {
      this.#offset++;
      if (!/[0-9a-fA-F]/.test(this.#text[this.#offset] ?? "")) {
        return this.#unexpected("in \\u hexadecimal character escape");
      }
    }
    return undefined;
  }

  #number(): JsonProblem | undefined {
    if (this.#text[this.#offset] === "-") this.#offset++;
    if (this.#text[this.#offset] === "0") this.#offset++;
    else if (!this.#digits()) return this.#unexpected("in numeric literal");
    if (this.#text[this.#offset] === ".") {
      this.#offset++;
      if (!this.#digits()) return this.#unexpected("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.#text[this.#offset] ?? "")) {
      this.#offset++;
      if (/[+-]/.test(this.#text[this.#offset] ?? "")) this.#offset++;
      if (!this.#digits()) return this.#unexpected("in exponent of numeric literal");
    }
    return undefined;
  }

  #digits(): boolean {
    const start = this.#offset;
    while (isDigit(this.#text[this.#offset])) this.#offset++;
    return this.#offset > start;
  }

  #close(): undefined {
    this.#open.pop();
    this.#offset++;
    this.#valueEnded();
  }

  #valueEnded(): undefined {
    const innermost = this.#open.at(-1);
    if (innermost === undefined) this.#state = "end";
    else this.#state = innermost === "{" ? "afterPair" : "afterElement";
  }

  #advance(state: State): undefined {
    this.#offset++;
    this.#state = state;
  }

  #unexpected(where: string): JsonProblem {
    // Go ends a text with a space to see whether its last token is whole.
    const code = this.#text.codePointAt(this.#offset) ?? 0x20;
    return { problem: `invalid character ${quoteByte(code)} ${where}`, offset: this.#offset };
  }

  #ended(): JsonProblem {
    return { problem: "unexpected end of JSON input", offset: this.#text.length };
  }
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\n" || char === "\t" || char === "\r";
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "9";
}

const NAMED_BYTES: Readonly<Record<string, string>> = {
  "'": "'\\''",
  '"': "'\"'",
  "\\": "'\\\\'",
  "\x07": "'\\a'",
  "\b": "'\\b'",
  "\f": "'\\f'",
  "\n": "'\\n'",
  "\r": "'\\r'",
  "\t": "'\\t'",
  "\v": "'\\v'",
};

/** Go's scanner sees bytes: it names a character beyond ASCII by the first byte of its UTF-8 form, read as Latin-1. */
function quoteByte(codePoint: number): string {
  const byte = new TextEncoder().encode(String.fromCodePoint(codePoint))[0] ?? 0;
  const char = String.fromCharCode(byte);
  const named = NAMED_BYTES[char];
  if (named !== undefined) return named;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, "0")}'`;
  return `'${char}'`;
}
