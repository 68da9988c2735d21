import {
  binaryParts,
  type DecimalDigits,
  exactDigits,
  roundDigits,
  shortestDigits,
} from "./decimal-digits.ts";

/** Go's letters: exponent, plain, whichever is shorter, binary exponent, hexadecimal. */
export type FloatFormat = "e" | "E" | "f" | "g" | "G" | "b" | "x" | "X";

/** Exponents from which `g` without a precision takes the exponent form. */
const SHORTEST_LIMIT = 6;

/**
 * Writes a float64 as Go's `strconv.FormatFloat`; without a precision with the fewest digits that read back the same.
 * With one: digits after the point, or of the whole number for `g`; exact, ties to even.
 */
export function formatGoFloat(value: number, format: FloatFormat, precision?: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + unsignedFloat(Math.abs(value), format, precision);
}

function unsignedFloat(size: number, format: FloatFormat, precision: number | undefined): string {
  switch (format) {
    case "b": {
      const { mantissa, exponent } = binaryParts(size);
      return `${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
    }
    case "x":
      return hexFloat(size, precision);
    case "X":
      return hexFloat(size, precision).toUpperCase();
    case "f":
      return plainFloat(size, precision);
    case "g":
    case "G":
      return generalFloat(size, format === "g" ? "e" : "E", precision);
    default:
      return exponentFloat(size, format, precision);
  }
}

function exponentFloat(size: number, letter: string, precision: number | undefined): string {
  if (precision === undefined) {
    const shortest = shortestDigits(size);
    return withExponent(shortest, letter, Math.max(shortest.digits.length - 1, 0));
  }
  return withExponent(roundDigits(exactDigits(size), precision + 1), letter, precision);
}

function plainFloat(size: number, precision: number | undefined): string {
  if (precision === undefined) {
    const shortest = shortestDigits(size);
    return withoutExponent(shortest, Math.max(shortest.digits.length - shortest.point, 0));
  }
  const exact = exactDigits(size);
  return withoutExponent(roundDigits(exact, exact.point + precision), precision);
}

function generalFloat(size: number, letter: string, precision: number | undefined): string {
  if (precision === undefined) {
    const shortest = shortestDigits(size);
    return general(shortest, letter, { precision: shortest.digits.length, limit: SHORTEST_LIMIT });
  }
  const wanted = precision === 0 ? 1 : precision;
  const rounded = roundDigits(exactDigits(size), wanted);
  const { digits, point } = rounded;
  const isWhole = wanted > digits.length && digits.length >= point;
  return general(rounded, letter, { precision: wanted, limit: isWhole ? digits.length : wanted });
}

function general(
  decimal: DecimalDigits,
  letter: string,
  { precision, limit }: { readonly precision: number; readonly limit: number },
): string {
  const { digits, point } = decimal;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= limit) {
    return withExponent(decimal, letter, Math.min(precision, digits.length) - 1);
  }
  const shown = precision > point ? digits.length : precision;
  return withoutExponent(decimal, Math.max(shown - point, 0));
}

function withExponent({ digits, point }: DecimalDigits, letter: string, precision: number): string {
  const first = digits === "" ? "0" : digits.charAt(0);
  const rest = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, "0")}` : "";
  const exponent = digits === "" ? 0 : point - 1;
  return `${first}${rest}${letter}${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withoutExponent({ digits, point }: DecimalDigits, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision <= 0) return whole;
  const leading = "0".repeat(Math.min(precision, Math.max(-point, 0)));
  const fraction = (leading + digits.slice(Math.max(point, 0))).slice(0, precision);
  return `${whole}.${fraction.padEnd(precision, "0")}`;
}

/** Bits of a mantissa that starts with 1, its leading one included. */
const HEX_BITS = 53;

function hexFloat(size: number, precision: number | undefined): string {
  let { mantissa, exponent } = binaryParts(size);
  if (mantissa === 0n) return `0x0${precision ? `.${"0".repeat(precision)}` : ""}p+00`;
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  let power = exponent + HEX_BITS - 1;
  if (precision !== undefined && precision < 13) {
    const dropped = BigInt(52 - 4 * precision);
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    let kept = mantissa >> dropped;
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
    mantissa = kept << dropped;
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n;
      power += 1;
    }
  }
  return `0x1${hexFraction(mantissa, precision)}p${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function hexFraction(mantissa: bigint, precision: number | undefined): string {
  const digits = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, "0");
  if (precision === undefined) {
    const significant = digits.replace(/0+$/, "");
    return significant === "" ? "" : `.${significant}`;
  }
  return precision === 0 ? "" : `.${digits.slice(0, precision).padEnd(precision, "0")}`;
}
