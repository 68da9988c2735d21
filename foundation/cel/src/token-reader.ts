import { type Token, lex } from "./lexer.ts";
import type { Problem } from "./source-text.ts";

/** Reading cannot go on; what was wrong is in the list of problems. */
export const STOP: unique symbol = Symbol("stop");

/** The words of an expression one by one, and what is wrong with them: reading goes on behind a mistake as ANTLR's does. */
export class TokenReader {
  readonly problems: Problem[];
  readonly #tokens: readonly Token[];
  /** Words that may follow an operand anywhere. */
  readonly #following: ReadonlySet<string>;
  /** Words that close what is being read. */
  readonly #closers: string[] = [];
  #at = 0;
  #isRecovering = false;

  constructor(expression: string, following: ReadonlySet<string>) {
    const { tokens, problems } = lex(expression);
    this.#tokens = tokens;
    this.problems = [...problems];
    this.#following = following;
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "<EOF>", offset: 0 };
  }

  peek(distance: number): Token {
    return this.#tokens[Math.min(this.#at + distance, this.#tokens.length - 1)] ?? this.token;
  }

  take(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#at++;
    this.#isRecovering = false;
    return token;
  }

  is(text: string): boolean {
    const { kind, text: written } = this.token;
    return written === text && (kind === "punctuation" || text === "in");
  }

  report(offset: number, message: string): void {
    this.problems.push({ offset, message });
  }

  syntaxError(token: Token, message: string): void {
    if (!this.#isRecovering) this.report(token.offset, `Syntax error: ${message}`);
    this.#isRecovering = true;
  }

  /** Takes the word that must come next; one word too many or too few is passed over, as by ANTLR. */
  expect(text: string): void {
    if (this.is(text)) {
      this.take();
      return;
    }
    const token = this.token;
    const following = this.peek(1);
    if (token.kind !== "end" && following.text === text && following.kind === "punctuation") {
      this.syntaxError(token, `extraneous input '${token.text}' expecting '${text}'`);
      this.#at += 2;
      this.#isRecovering = false;
    } else if (this.#mayFollow(text)) {
      this.syntaxError(token, `missing '${text}' at '${token.text}'`);
    } else {
      this.syntaxError(token, `mismatched input '${token.text}' expecting '${text}'`);
      throw STOP;
    }
  }

  #mayFollow(text: string): boolean {
    if (text === ":") return this.startsOperand();
    const { text: next, kind } = this.token;
    if (kind === "end") return true;
    return this.#following.has(next) || this.#closers.includes(next);
  }

  expectEnd(): void {
    const token = this.token;
    if (token.kind === "end") return;
    const isOneTooMany = this.peek(1).kind === "end";
    this.syntaxError(
      token,
      `${isOneTooMany ? "extraneous" : "mismatched"} input '${token.text}' expecting <EOF>`,
    );
  }

  /** Passes over a word too many before an operand, or before what may stand in its place, as ANTLR does. */
  passUnwanted(expected: string, instead: readonly string[]): boolean {
    const token = this.token;
    const next = this.peek(1);
    if (token.kind === "end" || !(isOperandStart(next) || instead.includes(next.text))) return false;
    this.syntaxError(token, `extraneous input '${token.text}' expecting ${expected}`);
    this.take();
    return true;
  }

  startsOperand(): boolean {
    return isOperandStart(this.token);
  }

  within<T>(closers: readonly string[], read: () => T): T {
    this.#closers.push(...closers);
    const result = read();
    this.#closers.length -= closers.length;
    return result;
  }

  /** Passes over words up to one that may follow an operand. */
  skipToFollowing(): void {
    while (
      this.token.kind !== "end" &&
      !this.#following.has(this.token.text) &&
      !this.#closers.includes(this.token.text)
    ) {
      this.#at++;
    }
  }
}

function isOperandStart({ kind, text }: Token): boolean {
  if (kind === "punctuation") return ["[", "{", "(", ".", "-", "!"].includes(text);
  return kind !== "end" && kind !== "quoted" && text !== "in";
}
