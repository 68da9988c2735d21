/** Decimal numbers as shopspring/decimal has them: an integer of any size times a power of ten. */
import { GoCallError } from "@weir/text";

/** `value` × 10 ^ `exponent`. */
export interface Decimal {
  readonly value: bigint;
  readonly exponent: number;
}

/** Digits after the point of a quotient that does not end before. */
const DIVISION_PRECISION = 16;

/** The decimal with the fewest digits that names the number. Throws a `GoCallError` for what is no number. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    throw new GoCallError(`Cannot create a Decimal from ${text}`);
  }
  const [digits = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = digits.split(".");
  return { value: BigInt(whole + fraction), exponent: value === 0 ? 0 : Number(exponent) - fraction.length };
}

/** The nearest number. */
export function decimalToNumber({ value, exponent }: Decimal): number {
  return value === 0n ? 0 : Number(`${value}e${exponent}`);
}

/** The sum. */
export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const exponent = Math.min(left.exponent, right.exponent);
  return { value: scaled(left, exponent) + scaled(right, exponent), exponent };
}

/** The difference. */
export function subtractDecimals(left: Decimal, right: Decimal): Decimal {
  return addDecimals(left, { value: -right.value, exponent: right.exponent });
}

/** The product. */
export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return { value: left.value * right.value, exponent: left.exponent + right.exponent };
}

/** The quotient with 16 digits after the point, half rounded away from zero. Throws a `GoCallError` for a zero divisor. */
export function divideDecimals(left: Decimal, right: Decimal): Decimal {
  if (right.value === 0n) throw new GoCallError("decimal division by 0");
  const shift = left.exponent - right.exponent + DIVISION_PRECISION;
  const dividend = shift > 0 ? left.value * 10n ** BigInt(shift) : left.value;
  const divisor = shift < 0 ? right.value * 10n ** BigInt(-shift) : right.value;
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const isHalf = 2n * absolute(rest) >= absolute(divisor);
  const away = left.value < 0n !== right.value < 0n ? -1n : 1n;
  return { value: isHalf ? quotient + away : quotient, exponent: -DIVISION_PRECISION };
}

function scaled({ value, exponent }: Decimal, to: number): bigint {
  return value * 10n ** BigInt(exponent - to);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
