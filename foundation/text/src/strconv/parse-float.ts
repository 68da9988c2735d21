import { GoNumberError } from "./number-error.ts";
import { underscoresSeparate } from "./parse-integer.ts";

const DECIMAL = /^[+-]?(?:[0-9_]*\.?[0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?$/;
const HEX = /^([+-]?)0[xX]([0-9a-fA-F_]*)\.?([0-9a-fA-F_]*)[pP]([+-]?[0-9][0-9_]*)$/;
const SPECIAL = /^(?:([+-]?)inf(?:inity)?|(nan))$/i;

/**
 * Reads a float64 as Go's `strconv.ParseFloat`: decimal, hexadecimal with a `p` exponent, `inf`, `infinity`, `nan` in
 * any case; underscores between digits. Throws `GoNumberError`, also for what is too large to be finite.
 */
export function parseGoFloat(text: string): number {
  const special = SPECIAL.exec(text);
  if (special !== null) return specialValue(special[1], special[2]);
  const hex = HEX.exec(text);
  const value = hex === null ? decimal(text) : hexadecimal(text, hex);
  if (value === undefined) throw new GoNumberError("ParseFloat", text, "invalid syntax");
  if (!Number.isFinite(value)) throw new GoNumberError("ParseFloat", text, "value out of range");
  return value;
}

function specialValue(sign: string | undefined, nan: string | undefined): number {
  if (nan !== undefined) return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function decimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const mantissa = text.split(/[eE]/, 1)[0] ?? "";
  if (!/[0-9]/.test(mantissa)) return undefined;
  if (!text.includes("_")) return Number(text);
  return underscoresSeparate(text.replace(/^[+-]/, "")) ? Number(text.replaceAll("_", "")) : undefined;
}

function hexadecimal(
  text: string,
  [, sign, whole = "", fraction = "", power = ""]: RegExpExecArray,
): number | undefined {
  const digits = `${whole}${fraction}`.replaceAll("_", "");
  if (digits === "") return undefined;
  if (text.includes("_") && !underscoresSeparate(text.replace(/^[+-]/, ""))) return undefined;
  const shift = exponentOf(power) - 4 * fraction.replaceAll("_", "").length;
  const size = scaled(digits.replace(/^0+/, ""), shift);
  return sign === "-" ? -size : size;
}

/** Exponents of any length, cut where every result is 0 or infinite. */
function exponentOf(text: string): number {
  const size = Number(text.replaceAll("_", ""));
  return Math.max(-1e9, Math.min(1e9, size));
}

/** Bits of a float64's significand. */
const PRECISION = 53;
const LEAST_EXPONENT = -1074;

/** The float nearest to hex digits times a power of two, ties to even. */
function scaled(digits: string, shift: number): number {
  if (digits === "") return 0;
  // Digits past the precision only say whether there is a rest.
  const kept = digits.slice(0, 32);
  const hasRest = /[1-9a-fA-F]/.test(digits.slice(32));
  const mantissa = (BigInt(`0x${kept}`) << 1n) | (hasRest ? 1n : 0n);
  const exponent = shift + 4 * (digits.length - kept.length) - 1;
  const width = mantissa.toString(2).length;
  const dropped = Math.max(width - PRECISION, LEAST_EXPONENT - exponent, 0);
  if (dropped > width + 1) return 0;
  const rounded = roundedShift(mantissa, BigInt(dropped));
  return timesPowerOfTwo(Number(rounded), exponent + dropped);
}

function roundedShift(value: bigint, bits: bigint): bigint {
  if (bits === 0n) return value;
  const kept = value >> bits;
  const rest = value - (kept << bits);
  const half = 1n << (bits - 1n);
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
}

/** Exact, as long as the result is: the power is applied in steps that are floats themselves. */
function timesPowerOfTwo(value: number, exponent: number): number {
  if (exponent > 1100) return value === 0 ? 0 : Number.POSITIVE_INFINITY;
  if (exponent >= 1000) return value * 2 ** 1000 * 2 ** (exponent - 1000);
  return exponent < -1000 ? value * 2 ** (exponent + 100) * 2 ** -100 : value * 2 ** exponent;
}
