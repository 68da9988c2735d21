import { type FloatFormat, formatGoFloat } from "../strconv/format-float.ts";
import { type Flags, pad, padding, padWithSpaces } from "./flags.ts";

/** Writes a float64 with sign, width and what `#` keeps; `fallback` is the precision where none is given. */
export function formatNumber(value: number, format: FloatFormat, flags: Flags, fallback?: number): string {
  const precision = flags.precision ?? fallback;
  const plain = formatGoFloat(value, format, precision);
  const isSigned = plain.startsWith("-") || plain.startsWith("+");
  const size = isSigned ? plain.slice(1) : plain;
  const negative = plain.startsWith("-");
  const sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  // Infinities and NaN do not look like numbers, so they get no zeros; +Inf keeps its sign.
  if (size === "Inf") return padWithSpaces(`${sign === "" ? "+" : sign}${size}`, flags);
  if (size === "NaN") return padWithSpaces(sign + size, flags);
  const digits = flags.sharp && format !== "b" ? withPoint(size, format, precision) : size;
  return padNumber(sign, digits, flags);
}

/** Zeros go between sign and digits. */
function padNumber(sign: string, digits: string, flags: Flags): string {
  if (sign === "" || !flags.zero || flags.minus) return pad(sign + digits, flags);
  return sign + padding((flags.width ?? 0) - sign.length - digits.length, flags) + digits;
}

/** Forces a decimal point, and for the formats that drop trailing zeros brings these back. */
function withPoint(size: string, format: FloatFormat, precision: number | undefined): string {
  const isHex = format === "x" || format === "X";
  const tailAt = size.search(isHex ? /[pP]/ : /[eE]/);
  const body = tailAt < 0 ? size : size.slice(0, tailAt);
  const tail = tailAt < 0 ? "" : size.slice(tailAt);
  // Go counts every character from the first that is no zero as a digit, the x of 0x included.
  const counted = body.replace(".", "").replace(/^0+/, "").length;
  const wanted = "gGx".includes(format) ? (precision ?? 6) : 0;
  const isZero = body === "0";
  const pointed = body.includes(".") ? body : `${body}.`;
  return pointed + "0".repeat(Math.max(wanted - counted - (isZero ? 1 : 0), 0)) + tail;
}
