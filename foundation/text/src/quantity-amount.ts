import { QuantityRangeError } from "./quantity-error.ts";

/**
 * A number `unscaled × 10^scale`, held as Kubernetes holds it.
 *
 * `int64` stands for its fast form, a 64-bit number, `decimal` for its arbitrary one. They differ where a result leaves
 * 64 bits: the one gives zero then, the other wraps around.
 */
export interface Amount {
  readonly kind: "int64" | "decimal";
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Powers of ten up to here are written out; nothing that describes a resource comes near. */
const LARGEST_SHIFT = 20_000;

/** Zero in the fast form. */
export const amountOfZero: Amount = { kind: "int64", unscaled: 0n, scale: 0 };

/** `unscaled × 10^scale` in the arbitrary form. */
export function decimalAmount(unscaled: bigint, scale: number): Amount {
  return { kind: "decimal", unscaled, scale };
}

/** `value × 10^digits`. Throws `QuantityRangeError` where that is too long to write out. */
export function scaleUp(value: bigint, digits: number): bigint {
  if (digits > LARGEST_SHIFT) throw new QuantityRangeError(digits);
  return value * 10n ** BigInt(digits);
}

/** The amount with the sign turned. */
export function negateAmount(amount: Amount): Amount {
  const unscaled = -amount.unscaled;
  return { ...amount, unscaled: amount.kind === "int64" ? BigInt.asIntN(64, unscaled) : unscaled };
}

/** Rounds to a multiple of `10^scale`, away from zero. An amount that is coarser already keeps its scale if it is `int64`. */
export function roundAwayFromZero(amount: Amount, scale: number): Amount {
  const { kind, unscaled } = amount;
  const dropped = scale - amount.scale;
  if (dropped <= 0) return kind === "int64" ? amount : { kind, unscaled: scaleUp(unscaled, -dropped), scale };
  if (unscaled === 0n) return { kind, unscaled, scale };
  const sign = unscaled < 0n ? -1n : 1n;
  if (decimalDigits(unscaled) <= dropped) return { kind, unscaled: sign, scale };
  const divisor = 10n ** BigInt(dropped);
  const quotient = unscaled / divisor;
  return { kind, unscaled: unscaled % divisor === 0n ? quotient : quotient + sign, scale };
}

/** Negative, zero or positive; the size of the exponents costs nothing. */
export function compareAmounts(left: Amount, right: Amount): number {
  const signs = signOf(left.unscaled) - signOf(right.unscaled);
  if (signs !== 0 || left.unscaled === 0n) return Math.sign(signs);
  const sign = signOf(left.unscaled);
  const magnitudes =
    decimalDigits(left.unscaled) + left.scale - (decimalDigits(right.unscaled) + right.scale);
  if (magnitudes !== 0) return magnitudes > 0 ? sign : -sign;
  // Equal magnitudes: the scales differ by no more than the numbers have digits.
  const scale = Math.min(left.scale, right.scale);
  const difference =
    left.unscaled * 10n ** BigInt(left.scale - scale) - right.unscaled * 10n ** BigInt(right.scale - scale);
  return signOf(difference);
}

/** The sum; in the fast form where both are and the result fits. */
export function addAmounts(left: Amount, right: Amount): Amount {
  if (left.kind === "int64" && right.kind === "int64") {
    if (right.unscaled === 0n) return left;
    if (left.unscaled === 0n) return right;
    const sum = addInt64(left, right);
    if (sum !== undefined) return sum;
  }
  const scale = Math.min(left.scale, right.scale);
  return decimalAmount(
    scaleUp(left.unscaled, left.scale - scale) + scaleUp(right.unscaled, right.scale - scale),
    scale,
  );
}

function addInt64(left: Amount, right: Amount): Amount | undefined {
  const scale = Math.min(left.scale, right.scale);
  if (Math.max(left.scale, right.scale) - scale > 18) return undefined;
  const first = left.unscaled * 10n ** BigInt(left.scale - scale);
  const second = right.unscaled * 10n ** BigInt(right.scale - scale);
  const sum = first + second;
  return [first, second, sum].every(fitsInt64) ? { kind: "int64", unscaled: sum, scale } : undefined;
}

/** The amount in units of `10^scale` as a 64-bit number, by the steps of Kubernetes: overflows give what they give there. */
export function amountAsInt64(amount: Amount, scale: number): bigint {
  const shift = amount.scale - scale;
  if (amount.kind === "int64") {
    if (shift < 0) return roundAwayFromZero(amount, scale).unscaled;
    if (amount.unscaled === 0n || shift > 18) return 0n;
    const value = amount.unscaled * 10n ** BigInt(shift);
    return fitsInt64(value) ? value : 0n;
  }
  if (shift >= 0) {
    // A power of ten beyond 64 bits becomes the smallest number when Go converts it.
    const factor = shift > 18 ? -(2n ** 63n) : 10n ** BigInt(shift);
    return BigInt.asIntN(64, amount.unscaled * factor);
  }
  return divideDecimal(amount.unscaled, -shift);
}

function divideDecimal(unscaled: bigint, digits: number): bigint {
  if (unscaled < 2n ** 63n - 1n && digits < 19) {
    // Large negative numbers are cut to 64 bits before they are divided, and what is left over rounds upwards.
    const divisor = 10n ** BigInt(digits);
    const low = BigInt.asIntN(64, unscaled);
    return low % divisor === 0n ? low / divisor : low / divisor + 1n;
  }
  const divisor = scaleUp(1n, digits);
  const remainder = ((unscaled % divisor) + divisor) % divisor;
  const quotient = (unscaled - remainder) / divisor;
  return BigInt.asIntN(64, remainder === 0n ? quotient : quotient + 1n);
}

/** Takes out all factors: `value = rest × factor^times`. */
export function factorsOf(value: bigint, factor: bigint): { readonly rest: bigint; readonly times: number } {
  let rest = value;
  let times = 0;
  while (rest !== 0n && rest % factor === 0n) {
    rest /= factor;
    times++;
  }
  return { rest, times };
}

/** Writes all digits, the last of them at the amount's scale. */
export function formatAmount({ unscaled, scale }: Amount): string {
  if (scale >= 0) return String(unscaled === 0n ? 0n : scaleUp(unscaled, scale));
  if (-scale > LARGEST_SHIFT) throw new QuantityRangeError(-scale);
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(1 - scale, "0");
  return `${sign}${digits.slice(0, scale)}.${digits.slice(scale)}`;
}

function signOf(value: bigint): number {
  return value === 0n ? 0 : value < 0n ? -1 : 1;
}

function decimalDigits(value: bigint): number {
  return String(value < 0n ? -value : value).length;
}

function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
