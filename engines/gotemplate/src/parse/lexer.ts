import { quoteGo } from "@weir/text";

import { isNameCode, isSpaceCode, showCodePoint } from "./character.ts";
import { keywordOf, Token, type TokenKind } from "./token.ts";

/** Which words are keywords: a function of that name makes them names. */
export interface LexerOptions {
  readonly isBreakKeyword: boolean;
  readonly isContinueKeyword: boolean;
}

const END = -1;
const TRIM_MARKER = 0x2d;
/** A trim marker and the space beside it. */
const TRIM_LENGTH = 2;
const DELIM_LENGTH = 2;

const DOUBLE_QUOTE = 0x22;
const DOLLAR = 0x24;
const SINGLE_QUOTE = 0x27;
const LEFT_PAREN = 0x28;
const RIGHT_PAREN = 0x29;
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const EQUALS = 0x3d;
const BACK_QUOTE = 0x60;
const PIPE = 0x7c;

/** After which characters a name may end, besides space and the end of the action. */
const TERMINATORS: readonly number[] = [LEFT_PAREN, RIGHT_PAREN, COMMA, DOT, COLON, PIPE];

/**
 * Cuts a template into tokens, as Go's does: one at a time, so that options may follow from what was read.
 *
 * An error is the last token.
 */
export class Lexer {
  #input: string;
  readonly #options: LexerOptions;
  #at = 0;
  #start = 0;
  #parenDepth = 0;
  #insideAction = false;
  // Patterns are quicker than loops in a process that has just started; they hold a place, so each lexer has its own.
  readonly #asciiName = /[A-Za-z0-9_]*/y;
  readonly #spaceRun = /[ \t\r\n]*/y;

  constructor(input: string, options: LexerOptions) {
    this.#input = input;
    this.#options = options;
  }

  next(): Token {
    return this.#insideAction ? this.#action() : this.#text();
  }

  #emit(kind: TokenKind): Token {
    const token = new Token(kind, this.#input, this.#start, this.#at);
    this.#start = this.#at;
    return token;
  }

  #fail(problem: string): Token {
    const token = new Token("error", this.#input, this.#start, problem);
    this.#input = "";
    this.#at = 0;
    this.#start = 0;
    return token;
  }

  /** The code point at the place, or -1 at the end. */
  #peek(): number {
    return this.#input.codePointAt(this.#at) ?? END;
  }

  #advance(code: number): void {
    this.#at += code > 0xffff ? 2 : 1;
  }

  #ignore(): void {
    this.#start = this.#at;
  }

  #text(): Token {
    for (;;) {
      const open = this.#input.indexOf("{{", this.#at);
      if (open < 0) {
        this.#at = this.#input.length;
        return this.#emit(this.#at > this.#start ? "text" : "eof");
      }
      const text = this.#textUpTo(open);
      if (text !== undefined) return text;
      const token = this.#leftDelim();
      if (token !== undefined) return token;
    }
  }

  /** The text before an action, if anything is left of it. */
  #textUpTo(open: number): Token | undefined {
    let end = open;
    if (this.#hasLeftTrim(open + DELIM_LENGTH)) {
      while (end > this.#start && isSpaceCode(this.#input.charCodeAt(end - 1))) end -= 1;
    }
    this.#at = end;
    const token = end > this.#start ? this.#emit("text") : undefined;
    this.#at = open;
    this.#ignore();
    return token;
  }

  #hasLeftTrim(at: number): boolean {
    return this.#input.charCodeAt(at) === TRIM_MARKER && isSpaceCode(this.#input.charCodeAt(at + 1));
  }

  #hasRightTrim(at: number): boolean {
    return isSpaceCode(this.#input.charCodeAt(at)) && this.#input.charCodeAt(at + 1) === TRIM_MARKER;
  }

  /** The token of the delimiter, or of a broken comment; nothing where a comment was passed. */
  #leftDelim(): Token | undefined {
    this.#at += DELIM_LENGTH;
    const marker = this.#hasLeftTrim(this.#at) ? TRIM_LENGTH : 0;
    if (this.#input.startsWith("/*", this.#at + marker)) {
      this.#at += marker;
      this.#ignore();
      return this.#comment();
    }
    const token = this.#emit("leftDelim");
    this.#insideAction = true;
    this.#at += marker;
    this.#ignore();
    this.#parenDepth = 0;
    return token;
  }

  #comment(): Token | undefined {
    const close = this.#input.indexOf("*/", this.#at + 2);
    if (close < 0) return this.#fail("unclosed comment");
    this.#at = close + 2;
    const delim = this.#rightDelimAhead();
    if (delim === undefined) return this.#fail("comment ends before closing delimiter");
    this.#at += delim === "trim" ? TRIM_LENGTH + DELIM_LENGTH : DELIM_LENGTH;
    if (delim === "trim") this.#skipSpace();
    this.#ignore();
    return undefined;
  }

  #skipSpace(): void {
    const space = this.#spaceRun;
    space.lastIndex = this.#at;
    space.test(this.#input);
    this.#at = space.lastIndex;
  }

  #rightDelimAhead(): "plain" | "trim" | undefined {
    if (this.#hasRightTrim(this.#at) && this.#input.startsWith("}}", this.#at + TRIM_LENGTH)) return "trim";
    return this.#input.startsWith("}}", this.#at) ? "plain" : undefined;
  }

  #rightDelim(): Token {
    const isTrimming = this.#rightDelimAhead() === "trim";
    if (isTrimming) {
      this.#at += TRIM_LENGTH;
      this.#ignore();
    }
    this.#at += DELIM_LENGTH;
    const token = this.#emit("rightDelim");
    if (isTrimming) this.#skipSpace();
    this.#ignore();
    this.#insideAction = false;
    return token;
  }

  #action(): Token {
    if (this.#rightDelimAhead() !== undefined) {
      return this.#parenDepth === 0 ? this.#rightDelim() : this.#fail("unclosed left paren");
    }
    const code = this.#peek();
    if (code === END) return this.#fail("unclosed action");
    if (isSpaceCode(code)) return this.#space();
    if (isNameCode(code) && !isDigitCode(code)) return this.#identifier();
    this.#advance(code);
    if (code === PIPE) return this.#emit("pipe");
    return code === EQUALS ? this.#emit("assign") : this.#afterFirst(code);
  }

  /** The token that starts with a character that is past. */
  #afterFirst(code: number): Token {
    switch (code) {
      case COLON:
        return this.#colon();
      case DOUBLE_QUOTE:
        return this.#quoted(code, "string", "unterminated quoted string");
      case SINGLE_QUOTE:
        return this.#quoted(code, "charConstant", "unterminated character constant");
      case BACK_QUOTE:
        return this.#rawString();
      case DOLLAR:
        return this.#fieldOrVariable("variable");
      case DOT:
        return this.#dot();
      case LEFT_PAREN:
        this.#parenDepth += 1;
        return this.#emit("leftParen");
      case RIGHT_PAREN:
        this.#parenDepth -= 1;
        return this.#parenDepth < 0 ? this.#fail("unexpected right paren") : this.#emit("rightParen");
      default:
        return this.#numberOrCharacter(code);
    }
  }

  #numberOrCharacter(code: number): Token {
    if (isDigitCode(code) || code === 0x2b || code === 0x2d) {
      this.#at -= 1;
      return this.#number();
    }
    if (code > 0x20 && code < 0x7f) return this.#emit("character");
    return this.#fail(`unrecognized character in action: ${showCodePoint(code)}`);
  }

  #colon(): Token {
    const code = this.#peek();
    if (code !== EQUALS) return this.#fail("expected :=");
    this.#advance(code);
    return this.#emit("declare");
  }

  #dot(): Token {
    if (this.#at < this.#input.length && !isDigitCode(this.#input.charCodeAt(this.#at))) {
      return this.#fieldOrVariable("field");
    }
    // A dot can start a number, too.
    this.#at -= 1;
    return this.#number();
  }

  #space(): Token {
    const first = this.#at;
    this.#skipSpace();
    // A space before a trimming delimiter belongs to it.
    if (this.#hasRightTrim(this.#at - 1) && this.#input.startsWith("}}", this.#at - 1 + TRIM_LENGTH)) {
      this.#at -= 1;
      if (this.#at === first) return this.#rightDelim();
    }
    return this.#emit("space");
  }

  #skipName(): number {
    const name = this.#asciiName;
    name.lastIndex = this.#at;
    name.test(this.#input);
    this.#at = name.lastIndex;
    for (;;) {
      const code = this.#peek();
      if (code === END || !isNameCode(code)) return code;
      this.#advance(code);
    }
  }

  #identifier(): Token {
    const after = this.#skipName();
    if (!this.#atTerminator()) return this.#fail(`bad character ${showCodePoint(after)}`);
    const word = this.#input.slice(this.#start, this.#at);
    const keyword = keywordOf(word);
    if (keyword !== undefined && this.#isKeyword(keyword)) return this.#emit(keyword);
    return this.#emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  #isKeyword(word: string): boolean {
    if (word === "break") return this.#options.isBreakKeyword;
    return word !== "continue" || this.#options.isContinueKeyword;
  }

  #fieldOrVariable(kind: "field" | "variable"): Token {
    if (this.#atTerminator()) return this.#emit(kind === "field" ? "dot" : kind);
    const after = this.#skipName();
    if (!this.#atTerminator()) return this.#fail(`bad character ${showCodePoint(after)}`);
    return this.#emit(kind);
  }

  /** Whether a name may end here. */
  #atTerminator(): boolean {
    const code = this.#peek();
    if (code === END || isSpaceCode(code) || TERMINATORS.includes(code)) return true;
    return this.#input.startsWith("}}", this.#at);
  }

  #quoted(quote: number, kind: TokenKind, problem: string): Token {
    for (;;) {
      let code = this.#input.charCodeAt(this.#at);
      this.#at += 1;
      if (code === quote) return this.#emit(kind);
      if (code === 0x5c) {
        code = this.#input.charCodeAt(this.#at);
        this.#at += 1;
      }
      if (Number.isNaN(code) || code === 0x0a) return this.#fail(problem);
    }
  }

  #rawString(): Token {
    const close = this.#input.indexOf("`", this.#at);
    if (close < 0) return this.#fail("unterminated raw quoted string");
    this.#at = close + 1;
    return this.#emit("rawString");
  }

  #number(): Token {
    if (!this.#scanNumber()) return this.#badNumber();
    const sign = this.#peek();
    if (sign !== 0x2b && sign !== 0x2d) return this.#emit("number");
    if (!this.#scanNumber() || this.#input[this.#at - 1] !== "i") return this.#badNumber();
    return this.#emit("complex");
  }

  #badNumber(): Token {
    return this.#fail(`bad number syntax: ${quoteGo(this.#input.slice(this.#start, this.#at))}`);
  }

  #accept(valid: string): boolean {
    const char = this.#input[this.#at];
    if (char === undefined || !valid.includes(char)) return false;
    this.#at += 1;
    return true;
  }

  #acceptRun(valid: string): void {
    while (this.#accept(valid));
  }

  /** Accepts more than is a number: what is wrong is found when its value is taken. */
  #scanNumber(): boolean {
    this.#accept("+-");
    let digits = "0123456789_";
    if (this.#accept("0")) {
      if (this.#accept("xX")) digits = "0123456789abcdefABCDEF_";
      else if (this.#accept("oO")) digits = "01234567_";
      else if (this.#accept("bB")) digits = "01_";
    }
    this.#acceptRun(digits);
    if (this.#accept(".")) this.#acceptRun(digits);
    const exponent = digits.length === 11 ? "eE" : digits.length === 23 ? "pP" : "";
    if (this.#accept(exponent)) {
      this.#accept("+-");
      this.#acceptRun("0123456789_");
    }
    this.#accept("i");
    const after = this.#peek();
    if (after === END || !isNameCode(after)) return true;
    this.#advance(after);
    return false;
  }
}

function isDigitCode(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
