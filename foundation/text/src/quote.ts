import { isPrintable } from "./strconv/printable.ts";

const NAMED: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

const PLAIN = /^[ !#-[\]-~]*$/;
const SPECIAL = 0xfffd;

/**
 * Quotes a text as Go's `strconv.Quote` and `%q` do: what Go cannot print is escaped, letters of any script are kept.
 * Bytes that are no UTF-8 (see `GoValue`) become `\xNN`.
 */
export function quoteGo(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let quoted = "";
  for (const char of text) quoted += quotedChar(char, '"', false);
  return `"${quoted}"`;
}

/** As `quoteGo`, with everything outside ASCII escaped: Go's `strconv.QuoteToASCII` and `%+q`. */
export function quoteGoAscii(text: string): string {
  let quoted = "";
  for (const char of text) quoted += quotedChar(char, '"', true);
  return `"${quoted}"`;
}

/** Quotes a code point in single quotes, as Go's `strconv.QuoteRune`; an invalid one is U+FFFD. */
export function quoteGoRune(codePoint: number, isAscii = false): string {
  return `'${quotedChar(runeText(codePoint), "'", isAscii)}'`;
}

/** The character of a code point; U+FFFD where there is none. */
export function runeText(codePoint: number): string {
  const isValid =
    Number.isInteger(codePoint) &&
    codePoint >= 0 &&
    codePoint <= 0x10ffff &&
    !(codePoint >= 0xd800 && codePoint <= 0xdfff);
  return String.fromCodePoint(isValid ? codePoint : SPECIAL);
}

/** Whether a text can stand in back quotes on one line: Go's `strconv.CanBackquote`. */
export function canBackquoteGo(text: string): boolean {
  // Control characters but the tab, the back quote, the byte order mark and bytes that are no UTF-8.
  return !/[^\t\x20-\x5f\x61-\x7e\u0080-\ufefe\uff00-\u{10ffff}]|[\ud800-\udfff]/u.test(text);
}

function quotedChar(char: string, quote: string, isAscii: boolean): string {
  if (char === quote) return `\\${quote}`;
  const named = NAMED[char];
  if (named !== undefined) return named;
  const code = char.codePointAt(0) ?? 0;
  if (isAscii ? code >= 0x20 && code < 0x7f : isPrintable(char)) return char;
  return escaped(code, isAscii);
}

function escaped(code: number, isAscii: boolean): string {
  const digits = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${digits.padStart(2, "0")}`;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  // Half of a surrogate pair has no UTF-8 form: Go would hold the replacement character.
  if (code >= 0xd800 && code <= 0xdfff) return isAscii ? "\\ufffd" : "\ufffd";
  return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
