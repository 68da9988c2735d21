import { formatGoFloat } from "./go-float.ts";

const INT64_MIN = -(2 ** 63);
const UINT64_END = 2 ** 64;
const BIG_INT64_MIN = -(2n ** 63n);
const BIG_UINT64_END = 2n ** 64n;

/** Below this, Go's JSON encoder writes a whole number without an exponent, so that YAML reads an integer. */
const EXPONENT_START = 1e21;

/**
 * Writes a number as it comes out of Go's JSON encoder and then of go-yaml: a whole number as an integer where one of
 * Go's 64-bit types holds its digits, everything else as a float in shortest `%g` form.
 */
export function formatNumber(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) >= EXPONENT_START) return formatGoFloat(value);
  if (Object.is(value, -0)) return "0";
  // The shortest digits of the lowest float of int64 lie outside of int64.
  return value > INT64_MIN && value < UINT64_END ? String(value) : formatGoFloat(value);
}

/** The same for a bigint, whose digits Go reads as a float where no integer type holds them. */
export function formatBigInt(value: bigint): string {
  return value >= BIG_INT64_MIN && value < BIG_UINT64_END ? String(value) : formatGoFloat(Number(value));
}
