import { runeText } from "../quote.ts";
import { utf8Bytes, utf8Text } from "../go-value/utf8-text.ts";

const NAMED: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** An escape at the start of a text: named, a byte in hex or octal, a code point of four or eight digits. */
const ESCAPE = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y;

/**
 * The text that a Go literal in double, single or back quotes stands for, as Go's `strconv.Unquote`; `undefined` where
 * that fails with `invalid syntax`. Escapes may make bytes that are no UTF-8 (see `GoValue`); such bytes in the literal
 * itself become U+FFFD, except in back quotes.
 */
export function unquoteGo(literal: string): string | undefined {
  const quote = literal.charAt(0);
  if (literal.length < 2 || !literal.endsWith(quote)) return undefined;
  const body = literal.slice(1, -1);
  if (quote === "`") return body.includes("`") ? undefined : body.replaceAll("\r", "");
  if (quote !== '"' && quote !== "'") return undefined;
  const text = unescaped(body, quote);
  if (text === undefined) return undefined;
  if (quote === "'") return isOneRune(text) ? text : undefined;
  // Bytes written one by one may make up characters.
  return text.isWellFormed() ? text : utf8Text(utf8Bytes(text));
}

/** `''` has no character, which Go takes as an empty text. */
function isOneRune(text: string): boolean {
  return text.length <= String.fromCodePoint(text.codePointAt(0) ?? 0).length;
}

function unescaped(body: string, quote: string): string | undefined {
  if (body.includes("\n")) return undefined;
  let out = "";
  let at = 0;
  while (at < body.length) {
    const next = nextSpecial(body, at, quote);
    out += body.slice(at, next).toWellFormed();
    if (next === body.length) break;
    if (body.charAt(next) === quote) return undefined;
    ESCAPE.lastIndex = next;
    const escape = ESCAPE.exec(body);
    const char = escape === null ? undefined : escapedText(escape, quote);
    if (escape === null || char === undefined) return undefined;
    out += char;
    at = next + escape[0].length;
  }
  return out;
}

function nextSpecial(body: string, at: number, quote: string): number {
  let next = at;
  while (next < body.length && body.charAt(next) !== "\\" && body.charAt(next) !== quote) next += 1;
  return next;
}

function escapedText(escape: RegExpExecArray, quote: string): string | undefined {
  const [, named, hex, short, long, octal] = escape;
  if (named === "'" || named === '"') return named === quote ? named : undefined;
  if (named !== undefined) return NAMED[named];
  if (hex !== undefined) return byteText(Number.parseInt(hex, 16));
  if (octal !== undefined) return byteText(Number.parseInt(octal, 8));
  const code = Number.parseInt(short ?? long ?? "", 16);
  const isRune = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isRune ? runeText(code) : undefined;
}

function byteText(byte: number): string | undefined {
  if (byte > 0xff) return undefined;
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}
