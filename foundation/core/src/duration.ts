import { WeirError } from "./error.ts";

/** A text is not a duration in Go's syntax. */
export class DurationSyntaxError extends WeirError {
  override readonly name = "DurationSyntaxError";
  readonly reason = "InvalidDuration";
  readonly retry = "never";
  readonly text: string;

  /** `problem` is Go's wording up to the quoted text. */
  constructor(problem: string, text: string) {
    super(`time: ${problem} ${quoteAsTime(text)}`);
    this.text = text;
  }
}

const MICROSECOND = 1_000n;
const MILLISECOND = 1_000_000n;
const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;

const LARGEST = 2n ** 63n - 1n;
const SMALLEST = -(2n ** 63n);

/** Nanoseconds per unit; the micro sign and the Greek letter mu both count. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", MICROSECOND],
  ["\u00b5s", MICROSECOND],
  ["\u03bcs", MICROSECOND],
  ["ms", MILLISECOND],
  ["s", SECOND],
  ["m", MINUTE],
  ["h", HOUR],
]);

/** One number of a duration: digits, an optional fraction, and what stands before the next number as its unit. */
const TERMS = /([0-9]*)(\.[0-9]*)?([^.0-9]*)/g;

/**
 * Reads a duration such as `1h30m` or `-1.5s` into nanoseconds, as Go's `time.ParseDuration`.
 *
 * Throws `DurationSyntaxError` in Go's words, also when the value leaves the range of 64 bits.
 */
export function parseGoDuration(text: string): bigint {
  const negative = text.startsWith("-");
  const rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") throw new DurationSyntaxError("invalid duration", text);
  let total = 0n;
  for (const [term, whole, fraction, unit] of rest.matchAll(TERMS)) {
    if (term === "") break;
    total += termNanoseconds(text, { whole, fraction, unit });
    // Go adds in an unsigned word that holds 2^63, so that the smallest duration can be read.
    if (total > 2n ** 63n) throw new DurationSyntaxError("invalid duration", text);
  }
  if (negative) return -total;
  if (total > LARGEST) throw new DurationSyntaxError("invalid duration", text);
  return total;
}

interface Term {
  readonly whole: string | undefined;
  readonly fraction: string | undefined;
  readonly unit: string | undefined;
}

function termNanoseconds(text: string, { whole = "", fraction = "", unit = "" }: Term): bigint {
  const digits = fraction.slice(1);
  if (whole === "" && digits === "") throw new DurationSyntaxError("invalid duration", text);
  // Nineteen digits hold 2^63; more are an overflow, told apart before a hostile text costs time.
  const significant = whole.replace(/^0+/, "");
  if (significant.length > 19 || BigInt(significant) > 2n ** 63n) {
    throw new DurationSyntaxError("invalid duration", text);
  }
  if (unit === "") throw new DurationSyntaxError("missing unit in duration", text);
  const size = UNITS.get(unit);
  if (size === undefined) {
    throw new DurationSyntaxError(`unknown unit ${quoteAsTime(unit)} in duration`, text);
  }
  return BigInt(significant) * size + fractionNanoseconds(digits, size);
}

/** Go reads as many digits as fit 63 bits and scales them in floating point; fewer than a nanosecond are cut off. */
function fractionNanoseconds(digits: string, size: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const wider = value * 10n + BigInt(digit);
    if (value > LARGEST / 10n || wider > 2n ** 63n) break;
    value = wider;
    scale *= 10;
  }
  if (value === 0n) return 0n;
  return BigInt(Math.trunc(Number(value) * (Number(size) / scale)));
}

/** Writes nanoseconds as Go's `Duration.String`: `1h0m0s`, `1.5s`, `100ms`, `0s`. */
export function formatGoDuration(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const sign = ns < 0n ? "-" : "";
  if (size === 0n) return "0s";
  if (size < MICROSECOND) return `${sign}${size}ns`;
  if (size < MILLISECOND) return `${sign}${decimal(size, MICROSECOND)}\u00b5s`;
  if (size < SECOND) return `${sign}${decimal(size, MILLISECOND)}ms`;
  const seconds = `${decimal(size % MINUTE, SECOND)}s`;
  if (size < MINUTE) return sign + seconds;
  const minutes = `${(size / MINUTE) % 60n}m${seconds}`;
  return size < HOUR ? sign + minutes : `${sign}${size / HOUR}h${minutes}`;
}

function decimal(ns: bigint, unit: bigint): string {
  const digits = String(unit).length - 1;
  const fraction = String(ns % unit)
    .padStart(digits, "0")
    .replace(/0+$/, "");
  return fraction === "" ? String(ns / unit) : `${ns / unit}.${fraction}`;
}

/** The nearest multiple of `multiple`, halves away from zero, as Go's `Duration.Round`; unchanged for `multiple` ≤ 0. */
export function roundGoDuration(ns: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return ns;
  const magnitude = ns < 0n ? -ns : ns;
  const remainder = magnitude % multiple;
  const rounded = remainder * 2n < multiple ? magnitude - remainder : magnitude - remainder + multiple;
  if (ns < 0n) return -rounded < SMALLEST ? SMALLEST : -rounded;
  return rounded > LARGEST ? LARGEST : rounded;
}

/** The next multiple of `multiple` towards zero, as Go's `Duration.Truncate`; unchanged for `multiple` ≤ 0. */
export function truncateGoDuration(ns: bigint, multiple: bigint): bigint {
  return multiple <= 0n ? ns : ns - (ns % multiple);
}

/** Reads a duration in Go's syntax into milliseconds, fractions kept. */
export function goDurationMs(text: string): number {
  return Number(parseGoDuration(text)) / Number(MILLISECOND);
}

/** Quotes as Go's time package does: bytes outside printable ASCII, each of a longer character, as `\xNN`. */
function quoteAsTime(text: string): string {
  let quoted = "";
  for (const char of text) {
    if (char === '"' || char === "\\") quoted += `\\${char}`;
    else if (char >= " " && char <= "\x7f") quoted += char;
    else
      for (const byte of new TextEncoder().encode(char)) quoted += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${quoted}"`;
}
