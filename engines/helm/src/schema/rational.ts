import { SchemaBudgetError } from "./schema-error.ts";
import type { SchemaNumber } from "./schema-value.ts";

/** An exact number: numerator over a denominator that is a power of ten. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A number with so many digits would take long to compute with; a double ends at 10^308. */
const MAX_DIGITS = 1000;

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** The exact value of a number's text. */
export function rationalOf(value: number | bigint | SchemaNumber): Rational {
  if (typeof value === "bigint") return { numerator: value, denominator: 1n };
  if (typeof value !== "number") return readDecimal(value.text);
  if (Number.isSafeInteger(value)) return { numerator: BigInt(value), denominator: 1n };
  return readDecimal(String(value));
}

function readDecimal(text: string): Rational {
  const [, sign = "", whole = "0", fraction = "", power = "0"] = DECIMAL.exec(text) ?? [];
  const exponent = Number(power) - fraction.length;
  if (text.length > MAX_DIGITS || Math.abs(exponent) > MAX_DIGITS) {
    throw new SchemaBudgetError(`number of more than ${MAX_DIGITS} digits`);
  }
  const digits = BigInt(`${sign}${whole}${fraction}`);
  if (exponent >= 0) return { numerator: digits * 10n ** BigInt(exponent), denominator: 1n };
  return { numerator: digits, denominator: 10n ** BigInt(-exponent) };
}

/** Below zero, zero or above, as the first is less than, equal to or more than the second. */
export function compareRationals(left: Rational, right: Rational): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator;
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

export function isInteger({ numerator, denominator }: Rational): boolean {
  return numerator % denominator === 0n;
}

/** Whether the first is a whole multiple of the second, which is above zero. */
export function isMultipleOf(value: Rational, of: Rational): boolean {
  const divisor = value.denominator * of.numerator;
  return divisor !== 0n && (value.numerator * of.denominator) % divisor === 0n;
}

/** The same text for equal numbers. */
export function canonicalNumber({ numerator, denominator }: Rational): string {
  let [top, bottom] = [numerator, denominator];
  while (bottom > 1n && top % 10n === 0n) [top, bottom] = [top / 10n, bottom / 10n];
  return `${top}/${bottom}`;
}

export function toFloat({ numerator, denominator }: Rational): number {
  if (denominator === 1n) return Number(numerator);
  return Number(`${numerator}e-${denominator.toString().length - 1}`);
}
