import { GoNumberError, type NumberParser } from "./number-error.ts";

/** How an integer is written and how much of it fits: base 0 reads Go's prefixes (`0x`, `0o`, `0b`, `0`) and `_`. */
export interface IntegerOptions {
  readonly base?: 0 | 2 | 8 | 10 | 16;
  readonly bits?: 8 | 16 | 32 | 64;
}

const DIGITS: Readonly<Record<number, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
  16: /^[0-9a-fA-F]+$/,
};
const PREFIXES: Readonly<Record<number, string>> = { 2: "0b", 8: "0o", 10: "", 16: "0x" };

/** Digits that no integer of 64 bits has: more are out of range whatever they are. */
const MOST_DIGITS = 65;

/** Reads a signed integer as Go's `strconv.ParseInt` (base 10 and 64 bits unless told); throws `GoNumberError`. */
export function parseGoInt(text: string, options: IntegerOptions = {}): bigint {
  return signedInteger(text, "ParseInt", options);
}

/** Reads an `int` in base 10 as Go's `strconv.Atoi`; throws `GoNumberError`. */
export function parseGoAtoi(text: string): bigint {
  return signedInteger(text, "Atoi", {});
}

/** Reads an unsigned integer as Go's `strconv.ParseUint`: no sign is allowed; throws `GoNumberError`. */
export function parseGoUint(text: string, options: IntegerOptions = {}): bigint {
  const value = magnitude(text, text, { parser: "ParseUint", base: options.base ?? 10 });
  if (value >= 2n ** BigInt(options.bits ?? 64)) {
    throw new GoNumberError("ParseUint", text, "value out of range");
  }
  return value;
}

function signedInteger(text: string, parser: NumberParser, options: IntegerOptions): bigint {
  const isNegative = text.startsWith("-");
  const digits = isNegative || text.startsWith("+") ? text.slice(1) : text;
  const value = magnitude(text, digits, { parser, base: options.base ?? 10 });
  const limit = 2n ** BigInt((options.bits ?? 64) - 1);
  if (isNegative ? value > limit : value >= limit) {
    throw new GoNumberError(parser, text, "value out of range");
  }
  return isNegative ? -value : value;
}

interface Reading {
  readonly parser: NumberParser;
  readonly base: 0 | 2 | 8 | 10 | 16;
}

function magnitude(text: string, unsigned: string, { parser, base }: Reading): bigint {
  const [radix, digits] = base === 0 ? prefixed(unsigned) : [base, unsigned];
  const isWellFormed = DIGITS[radix]?.test(digits) === true && (base !== 0 || underscoresSeparate(unsigned));
  if (!isWellFormed) throw new GoNumberError(parser, text, "invalid syntax");
  const significant = digits.replace(/^0+/, "");
  if (significant.length >= MOST_DIGITS) throw new GoNumberError(parser, text, "value out of range");
  return significant === "" ? 0n : BigInt(PREFIXES[radix] + significant);
}

/** The base that the prefix tells, and the digits without underscores; a lone 0 is its own digit. */
function prefixed(text: string): readonly [radix: number, digits: string] {
  const digits = text.replaceAll("_", "");
  if (!text.startsWith("0") || digits === "0") return [10, digits];
  const letter = text.length >= 3 ? text.charAt(1).toLowerCase() : "";
  if (letter === "b") return [2, digits.slice(2)];
  if (letter === "o") return [8, digits.slice(2)];
  if (letter === "x") return [16, digits.slice(2)];
  return [8, digits.slice(1)];
}

/** Whether every underscore stands between digits, or between a base's prefix and a digit; `text` has no sign. */
export function underscoresSeparate(text: string): boolean {
  const prefix = /^0[box]/i.exec(text)?.[0] ?? "";
  const digit = prefix.toLowerCase() === "0x" ? "[0-9a-fA-F]" : "[0-9]";
  const body = text.slice(prefix.length);
  const before = prefix === "" ? `(?<!${digit})_` : `(?<!${digit}|^)_`;
  return !new RegExp(`${before}|_(?!${digit})`).test(body);
}
