import { utf8Bytes, utf8Text } from "@weir/text";

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
]);

const NUMERIC: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** The first of the lone surrogates that stand for bytes: U+DC00 and the byte. */
const RAW = 0xdc00;

/** One character of a quoted text: its code, and whether it is a byte of its own (`\xff`, `\377`). */
interface Unquoted {
  readonly code: number;
  readonly isByte: boolean;
  readonly length: number;
}

/** The value of a string literal, quoted or raw, as Go's `strconv.Unquote` gives it; nothing where Go fails. */
export function unquoteLiteral(literal: string): string | undefined {
  const quote = literal.charAt(0);
  const inner = literal.slice(1, -1);
  if (quote === "`") return inner.replaceAll("\r", "");
  if (!inner.includes("\\")) return inner;
  let text = "";
  let hasBytes = false;
  for (let at = 0; at < inner.length; ) {
    const unquoted = unquoteAt(inner, at, '"');
    if (unquoted === undefined) return undefined;
    const isRaw = unquoted.isByte && unquoted.code >= 0x80;
    text += isRaw ? String.fromCharCode(RAW + unquoted.code) : String.fromCodePoint(unquoted.code);
    hasBytes ||= isRaw;
    at += unquoted.length;
  }
  // Bytes written one by one may make up whole runes.
  return hasBytes ? utf8Text(utf8Bytes(text)) : text;
}

/** The value of a character literal, or Go's words for what is wrong with it. */
export function unquoteCharacter(literal: string): number | { readonly problem: string } {
  const inner = literal.slice(1);
  if (inner.startsWith("'")) return { problem: "invalid syntax" };
  const unquoted = unquoteAt(inner, 0, "'");
  if (unquoted === undefined) return { problem: "invalid syntax" };
  if (inner.slice(unquoted.length) !== "'") return { problem: `malformed character constant: ${literal}` };
  const isRaw = unquoted.code >= 0xd800 && unquoted.code <= 0xdfff;
  return isRaw ? 0xfffd : unquoted.code;
}

function unquoteAt(text: string, at: number, quote: string): Unquoted | undefined {
  const code = text.codePointAt(at) ?? 0;
  if (code !== 0x5c) return { code, isByte: false, length: code > 0xffff ? 2 : 1 };
  const letter = text.charAt(at + 1);
  const simple = letter === quote ? quote : SIMPLE.get(letter);
  if (simple !== undefined) return { code: simple.charCodeAt(0), isByte: false, length: 2 };
  const width = NUMERIC.get(letter);
  return width === undefined ? unquoteOctal(text, at) : unquoteHex(text, at, width);
}

function unquoteOctal(text: string, at: number): Unquoted | undefined {
  const digits = text.slice(at + 1, at + 4);
  if (!/^[0-7]{3}$/.test(digits)) return undefined;
  const code = Number.parseInt(digits, 8);
  return code > 0xff ? undefined : { code, isByte: true, length: 4 };
}

function unquoteHex(text: string, at: number, width: number): Unquoted | undefined {
  const digits = text.slice(at + 2, at + 2 + width);
  if (digits.length < width || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  if (width > 2 && (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))) return undefined;
  return { code, isByte: width === 2, length: width + 2 };
}
