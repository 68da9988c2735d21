import { type JsonValue, writeJson } from "@weir/core";
import {
  addAmounts,
  type Amount,
  amountAsInt64,
  amountOfZero,
  compareAmounts,
  decimalAmount,
  factorsOf,
  formatAmount,
  negateAmount,
  roundAwayFromZero,
  scaleUp,
} from "./quantity-amount.ts";
import { QuantityRangeError, QuantitySyntaxError } from "./quantity-error.ts";
import { type QuantityFormat, type QuantitySuffix, readSuffix, writeSuffix } from "./quantity-suffix.ts";

/** An amount of a resource as Kubernetes writes it: `500m`, `1.5Gi`, `2e3`. Immutable. */
export interface Quantity {
  readonly amount: Amount;
  readonly format: QuantityFormat;
  /** The text that it was read from, where Kubernetes keeps that text as it is. */
  readonly text?: string;
}

/** What one text falls apart into; `value` is the number with its sign, as it stands. */
interface Parts {
  readonly isNegative: boolean;
  readonly value: string;
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
}

const ZERO: Quantity = { amount: amountOfZero, format: "DecimalSI", text: "0" };
const LARGEST = 2n ** 63n - 1n;
const SMALLEST_SCALE = -9;
/** Far beyond any resource; the canonical form of a longer number takes too long to find. */
const LONGEST_TEXT = 20_000;

/** Reads a quantity as apimachinery's `resource.ParseQuantity`. Throws `QuantitySyntaxError` in its words, `QuantityRangeError`. */
export function parseQuantity(text: string): Quantity {
  if (text === "") throw new QuantitySyntaxError("format");
  if (text === "0") return ZERO;
  if (text.length > LONGEST_TEXT) throw new QuantityRangeError(text.length);
  const parts = split(text);
  const suffix = readSuffix(parts.suffix);
  if (suffix === undefined) throw new QuantitySyntaxError("suffix");
  return parseSmall(text, parts, suffix) ?? parseLarge(parts, suffix);
}

/** What Kubernetes holds in 64 bits; `undefined` for the rest. */
function parseSmall(
  text: string,
  parts: Parts,
  { base, exponent, format }: QuantitySuffix,
): Quantity | undefined {
  const shifted = parts.whole + parts.fraction;
  const room = base === 10 ? 18 - shifted.length : binaryRoom(parts, exponent);
  const scale = (base === 10 ? exponent : 0) - parts.fraction.length;
  if (room < 0 || scale < SMALLEST_SCALE) return undefined;
  const mantissa = BigInt(shifted);
  const magnitude = base === 10 ? mantissa : mantissa << BigInt(exponent);
  if (magnitude > LARGEST) return undefined;
  const amount: Amount = { kind: "int64", unscaled: parts.isNegative ? -magnitude : magnitude, scale };
  const isCanonical = base === 10 ? isCanonicalDecimal(shifted, scale) : (mantissa & 7n) !== 0n;
  return isCanonical ? { amount, format, text } : { amount, format };
}

/** Kubernetes takes these for canonical and repeats them as they came, a sign included. */
function isCanonicalDecimal(shifted: string, scale: number): boolean {
  return scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
}

/** Digits that a binary number may have on the fast path; negative for none. */
function binaryRoom({ whole, fraction }: Parts, exponent: number): number {
  return fraction === "" ? 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1 : -1;
}

function split(text: string): Parts {
  const [, sign = "", rest = ""] = /^([+-]?0*)(.*)$/s.exec(text) ?? [];
  const isNegative = sign.startsWith("-");
  if (rest === "") return { isNegative, value: "0", whole: "0", fraction: "", suffix: "" };
  const [number = "", whole = "", fraction = ""] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) ?? [];
  const suffix = rest.slice(number.length);
  if (!/^[eEinumkKMGTP]*[-+]?[0-9]*$/.test(suffix)) throw new QuantitySyntaxError("format");
  return { isNegative, value: sign + number, whole: whole === "" ? "0" : whole, fraction, suffix };
}

/** What does not fit 64 bits, or is finer than a billionth, which it is rounded up to. */
function parseLarge({ value, whole, fraction, isNegative }: Parts, suffix: QuantitySuffix): Quantity {
  if (!/[0-9]/.test(value)) throw new QuantitySyntaxError("number");
  let magnitude = decimalAmount(BigInt(whole + fraction), -fraction.length);
  if (suffix.base === 10) magnitude = { ...magnitude, scale: magnitude.scale + suffix.exponent };
  else magnitude = { ...magnitude, unscaled: magnitude.unscaled << BigInt(suffix.exponent) };
  if (magnitude.unscaled !== 0n) magnitude = roundAwayFromZero(magnitude, SMALLEST_SCALE);
  let { format } = suffix;
  if (format === "BinarySI") {
    if (compareAmounts(magnitude, decimalAmount(LARGEST, 0)) > 0) magnitude = decimalAmount(LARGEST, 0);
    const isBelowOne = magnitude.unscaled > 0n && compareAmounts(magnitude, decimalAmount(1n, 0)) < 0;
    if (isBelowOne) format = "DecimalSI";
  }
  return { amount: isNegative ? negateAmount(magnitude) : magnitude, format };
}

/** Reads a quantity from JSON, where numbers are allowed and white space around a text is not looked at. */
export function quantityFromJson(value: JsonValue): Quantity {
  return parseQuantity((typeof value === "string" ? value : writeJson(value)).trim());
}

/** Writes a quantity in Kubernetes' canonical form, or as it was read where Kubernetes keeps that. */
export function formatQuantity(quantity: Quantity): string {
  const { amount, text } = quantity;
  if (text !== undefined) return text;
  if (amount.unscaled === 0n) return "0";
  const format = shownFormat(quantity);
  if (format === "BinarySI") {
    const rounded = roundAwayFromZero(amount, 0);
    const { rest, times } = factorsOf(scaleUp(rounded.unscaled, rounded.scale), 1024n);
    return `${rest}${writeSuffix(2, times * 10, format)}`;
  }
  const { rest, times } = factorsOf(amount.unscaled, 10n);
  const exponent = amount.scale + times;
  const surplus = ((exponent % 3) + 3) % 3;
  return `${rest * 10n ** BigInt(surplus)}${writeSuffix(10, exponent - surplus, format)}`;
}

/** Binary units are for whole numbers from 1024 on; others would be rounded, so they get decimal ones. */
function shownFormat({ amount, format }: Quantity): QuantityFormat {
  if (format !== "BinarySI") return format;
  const size = amount.unscaled < 0n ? negateAmount(amount) : amount;
  if (compareAmounts(size, decimalAmount(1024n, 0)) < 0) return "DecimalSI";
  return compareAmounts(roundAwayFromZero(amount, 0), amount) === 0 ? format : "DecimalSI";
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  return compareAmounts(left.amount, right.amount);
}

/** The sum in the format of `left`, or of `right` where `left` is zero. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  const format = left.amount.unscaled === 0n ? right.format : left.format;
  return { amount: addAmounts(left.amount, right.amount), format };
}

/** The difference in the format of `left`, or of `right` where `left` is zero. */
export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return addQuantities(left, { ...right, amount: negateAmount(right.amount) });
}

/** The whole number of units, rounded away from zero: what Kubernetes' `Value` gives, its overflows included. */
export function quantityValue(quantity: Quantity): bigint {
  return amountAsInt64(quantity.amount, 0);
}

/** The whole number of thousandths, rounded away from zero: Kubernetes' `MilliValue`, its overflows included. */
export function quantityMilliValue(quantity: Quantity): bigint {
  return amountAsInt64(quantity.amount, -3);
}

/** The nearest floating-point number, by the steps of Kubernetes' `AsApproximateFloat64`. */
export function quantityToNumber({ amount: { unscaled, scale } }: Quantity): number {
  if (scale === 0) return Number(unscaled);
  return Number(unscaled) * powerOfTen(scale);
}

/** Ten to a power by the table look-ups of Go's `math.Pow10`. */
function powerOfTen(exponent: number): number {
  if (exponent > 308) return Number.POSITIVE_INFINITY;
  if (exponent < -323) return 0;
  const size = Math.abs(exponent);
  const coarse = size - (size % 32);
  const fine = Number(`1e${size % 32}`);
  return exponent >= 0 ? Number(`1e${coarse}`) * fine : Number(`1e-${coarse}`) / fine;
}

/** Writes a quantity as a plain decimal number with the digits that it is held with: `1.500`. */
export function quantityToDecimal(quantity: Quantity): string {
  return formatAmount(quantity.amount);
}
