import type { Lexer } from "./lexer.ts";
import { TemplateParseError } from "./template-parse-error.ts";
import { Token, type TokenKind, tokenText } from "./token.ts";

/** Stands where no token has been put yet. */
const NONE = new Token("eof", "", 0, 0);

/**
 * Reads tokens with three to look ahead.
 *
 * Each definition of a template has its own, over the same lexer: nothing is looked ahead where one starts or ends.
 */
export class TokenReader {
  readonly #lexer: Lexer;
  readonly #name: string;
  #first: Token = NONE;
  #second: Token = NONE;
  #third: Token = NONE;
  #ahead = 0;
  /** What starts the action that is being read. */
  action: Token | undefined = undefined;

  constructor(lexer: Lexer, name: string) {
    this.#lexer = lexer;
    this.#name = name;
  }

  next(): Token {
    if (this.#ahead > 0) this.#ahead -= 1;
    else this.#first = this.#lexer.next();
    return this.#at(this.#ahead);
  }

  #at(index: number): Token {
    if (index === 0) return this.#first;
    return index === 1 ? this.#second : this.#third;
  }

  peek(): Token {
    if (this.#ahead > 0) return this.#at(this.#ahead - 1);
    this.#ahead = 1;
    this.#first = this.#lexer.next();
    return this.#first;
  }

  /** Gives back the token that was read last. */
  backup(): void {
    this.#ahead += 1;
  }

  /** Gives back the last token and the one before it. */
  backup2(before: Token): void {
    this.#second = before;
    this.#ahead = 2;
  }

  /** Gives back the last token and the two before it, the earliest first. */
  backup3(earliest: Token, before: Token): void {
    this.#second = before;
    this.#third = earliest;
    this.#ahead = 3;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }

  expect(kinds: readonly TokenKind[], context: string): Token {
    const token = this.nextNonSpace();
    if (!kinds.includes(token.kind)) throw this.unexpected(token, context);
    return token;
  }

  /** An error on the line of the token that was cut last, which may lie ahead, as Go has it. */
  error(problem: string): TemplateParseError {
    return new TemplateParseError({ name: this.#name, line: this.#first.line }, problem);
  }

  unexpected(token: Token, context: string): TemplateParseError {
    if (token.kind !== "error") return this.error(`unexpected ${tokenText(token)} in ${context}`);
    const actionLine = this.action?.line ?? token.line;
    if (actionLine === token.line) return this.error(token.value);
    const started = `started at ${this.#name}:${actionLine}`;
    return this.error(`${token.value}${token.value.endsWith(" action") ? "" : " in action"} ${started}`);
  }
}
