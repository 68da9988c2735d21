import type { Problem } from "./source-text.ts";

export type TokenKind =
  | "punctuation"
  | "int"
  | "uint"
  | "float"
  | "string"
  | "bytes"
  | "identifier"
  | "quoted"
  | "end";

/** A word of an expression: its text as written and where it begins, in code points. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
}

const SKIPPED = /(?:[\t \r\n\f]+|\/\/[^\n]*)/y;
const ESCAPE =
  String.raw`\\(?:[abfnrtv"'\\?` +
  "`" +
  String.raw`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`;
const STRING_FORMS = [
  String.raw`"""(?:${ESCAPE}|[^\\])*?"""`,
  String.raw`'''(?:${ESCAPE}|[^\\])*?'''`,
  String.raw`"(?:${ESCAPE}|[^\\"\n\r])*"`,
  String.raw`'(?:${ESCAPE}|[^\\'\n\r])*'`,
  String.raw`[rR]"""[^]*?"""`,
  String.raw`[rR]'''[^]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
].join("|");

const PATTERNS: ReadonlyArray<{ readonly kind: TokenKind; readonly pattern: RegExp }> = [
  { kind: "string", pattern: new RegExp(STRING_FORMS, "yu") },
  { kind: "bytes", pattern: new RegExp(`[bB](?:${STRING_FORMS})`, "yu") },
  {
    kind: "float",
    pattern: /(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y,
  },
  { kind: "uint", pattern: /(?:0x[0-9a-fA-F]+|[0-9]+)[uU]/y },
  { kind: "int", pattern: /(?:0x[0-9a-fA-F]+|[0-9]+)/y },
  { kind: "quoted", pattern: /`[A-Za-z0-9_.\-/ ]+`/y },
  { kind: "identifier", pattern: /[A-Za-z_][A-Za-z0-9_]*/y },
  { kind: "punctuation", pattern: /(?:==|!=|<=|>=|&&|\|\||[<>[\](){}.,\-!?:+*/%])/y },
];

/** How far the start of a string that is broken off reads as one, up to and with the character that breaks it. */
const BROKEN_STRING = new RegExp(
  String.raw`[bB]?(?:"(?:${ESCAPE}|[^\\"\n\r])*|'(?:${ESCAPE}|[^\\'\n\r])*)(?:\\(?:[xX][0-9a-fA-F]{0,1}|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?)?[^]?`,
  "yu",
);
const BROKEN_OPERATOR = /[&|=][^]?/uy;

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
}

/** Splits an expression into words by cel-go's grammar; what is no word is reported and skipped. */
export function lex(expression: string): Lexed {
  const tokens: Token[] = [];
  const problems: Problem[] = [];
  let index = 0;
  let offset = 0;
  const advance = (text: string): void => {
    index += text.length;
    offset += codePoints(text);
  };
  while (index < expression.length) {
    const skipped = matchAt(SKIPPED, expression, index);
    if (skipped !== undefined) {
      advance(skipped);
      continue;
    }
    const token = tokenAt(expression, index, offset);
    if (token === undefined) {
      const text = unreadable(expression, index);
      problems.push({ offset, message: `Syntax error: token recognition error at: '${escapeSpace(text)}'` });
      advance(text);
      continue;
    }
    tokens.push(token);
    advance(token.text);
  }
  tokens.push({ kind: "end", text: "<EOF>", offset });
  return { tokens, problems };
}

/** The longest word wins, and of equally long ones the first kind. */
function tokenAt(expression: string, index: number, offset: number): Token | undefined {
  let best: Token | undefined;
  for (const { kind, pattern } of PATTERNS) {
    const text = matchAt(pattern, expression, index);
    if (text !== undefined && text.length > (best?.text.length ?? 0)) best = { kind, text, offset };
  }
  return best;
}

function matchAt(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

function unreadable(expression: string, index: number): string {
  const text = matchAt(BROKEN_STRING, expression, index) ?? matchAt(BROKEN_OPERATOR, expression, index);
  return text ?? String.fromCodePoint(expression.codePointAt(index) ?? 0);
}

function escapeSpace(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r");
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
