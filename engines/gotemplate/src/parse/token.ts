import { quoteGo } from "@weir/text";

/** What a token is; the keywords are those that messages show as `<if>`. */
export type TokenKind =
  | "error"
  | "bool"
  | "character"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | Keyword;

export type Keyword =
  | "block"
  | "break"
  | "continue"
  | "dot"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

/** A piece of a template's text. Most are looked at for their kind alone: text and line are found when asked for. */
export class Token {
  readonly kind: TokenKind;
  /** Where it starts, in UTF-16 code units. */
  readonly position: number;
  readonly #input: string;
  readonly #rest: number | string;

  /** `rest` is where the token ends; for an error, its message. */
  constructor(kind: TokenKind, input: string, position: number, rest: number | string) {
    this.kind = kind;
    this.position = position;
    this.#input = input;
    this.#rest = rest;
  }

  /** Its text; the message of an error. */
  get value(): string {
    return typeof this.#rest === "string" ? this.#rest : this.#input.slice(this.position, this.#rest);
  }

  /** The line that it starts on, from 1. */
  get line(): number {
    let line = 1;
    for (let at = this.#input.indexOf("\n"); at >= 0 && at < this.position; line += 1) {
      at = this.#input.indexOf("\n", at + 1);
    }
    return line;
  }
}

const KEYWORDS: ReadonlySet<TokenKind> = new Set<Keyword>([
  "block",
  "break",
  "continue",
  "dot",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
]);

/** The keyword that a word is, if any. */
export function keywordOf(word: string): Keyword | undefined {
  const kind = word as TokenKind;
  return KEYWORDS.has(kind) && kind !== "dot" ? (kind as Keyword) : undefined;
}

/** How long, in bytes, a token may be to be shown whole. */
const SHOWN = 10;

/** A token as Go's messages show it. */
export function tokenText(token: Token): string {
  if (token.kind === "eof") return "EOF";
  if (token.kind === "error") return token.value;
  if (KEYWORDS.has(token.kind)) return `<${token.value}>`;
  if (Buffer.byteLength(token.value) <= SHOWN) return quoteGo(token.value);
  return `${quoteGo([...token.value].slice(0, SHOWN).join(""))}...`;
}
