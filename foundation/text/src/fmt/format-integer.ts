import { runeText, quoteGoRune } from "../quote.ts";
import { isPrintable } from "../strconv/printable.ts";
import { type Flags, pad, padding, padWithSpaces } from "./flags.ts";

/** How digits are written; `marksOctal` is `%O`. */
export interface IntegerStyle {
  readonly base: 2 | 8 | 10 | 16;
  readonly isUpper?: boolean;
  readonly marksOctal?: boolean;
}

const PREFIXES: Readonly<Record<number, string>> = { 2: "0b", 10: "", 16: "0x" };

/** Writes an integer in a base with sign, prefix, leading zeros and width. */
export function formatInteger(value: bigint, style: IntegerStyle, flags: Flags): string {
  const isNegative = value < 0n;
  const size = isNegative ? -value : value;
  // A precision of 0 and a value of 0 print nothing but the width.
  if (flags.precision === 0 && size === 0n) return padding(flags.width ?? 0, { ...flags, zero: false });
  const sign = isNegative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  let digits = size.toString(style.base).padStart(digitsWanted(sign, flags), "0");
  if (flags.sharp) digits = withPrefix(digits, style.base);
  if (style.isUpper === true) digits = digits.toUpperCase();
  return padWithSpaces(`${sign}${style.marksOctal === true ? "0o" : ""}${digits}`, flags);
}

function digitsWanted(sign: string, flags: Flags): number {
  if (flags.precision !== undefined) return flags.precision;
  if (!flags.zero || flags.minus || flags.width === undefined) return 0;
  return flags.width - sign.length;
}

function withPrefix(digits: string, base: number): string {
  if (base === 8) return digits.startsWith("0") ? digits : `0${digits}`;
  return `${PREFIXES[base] ?? ""}${digits}`;
}

/** `%U`: `U+0078`, with `#` also the character. */
export function formatUnicode(value: bigint, flags: Flags): string {
  const code = BigInt.asUintN(64, value);
  const digits = code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 0, 4), "0");
  const char = runeOf(value);
  const isShown =
    flags.sharp && code <= 0x10ffffn && isPrintable(char) && char.codePointAt(0) === Number(code);
  return padWithSpaces(isShown ? `U+${digits} '${char}'` : `U+${digits}`, flags);
}

/** `%c`. */
export function formatChar(value: bigint, flags: Flags): string {
  return pad(runeOf(value), flags);
}

/** `%q` of an integer. */
export function formatQuotedChar(value: bigint, flags: Flags): string {
  return pad(quoteGoRune(codePointOf(value), flags.plus), flags);
}

function runeOf(value: bigint): string {
  return runeText(codePointOf(value));
}

/** -1 for what is no code point. */
function codePointOf(value: bigint): number {
  const code = BigInt.asUintN(64, value);
  return code > 0x10ffffn ? -1 : Number(code);
}
