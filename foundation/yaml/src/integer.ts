const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** So many decimal digits are always exact as a number. */
const SAFE_DIGITS = 15;

/** Binary digits of the largest integer. */
const MAX_DIGITS = 64;

/** Digits of each base, and the base's prefix letter. */
const DIGITS_BY_BASE: ReadonlyMap<number, RegExp> = new Map([
  [2, /^[01]+$/],
  [8, /^[0-7]+$/],
  [10, /^[0-9]+$/],
  [16, /^[0-9a-fA-F]+$/],
]);

const BIGINT_PREFIX: ReadonlyMap<number, string> = new Map([
  [2, "0b"],
  [8, "0o"],
  [10, ""],
  [16, "0x"],
]);

/** The value as a number where that is exact, and as a bigint elsewhere. */
export function narrowInteger(value: bigint): number | bigint {
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

/** Whether Go would need a `uint64` for the value. */
export function isUnsigned(value: number | bigint): boolean {
  return typeof value === "bigint" && value > INT64_MAX;
}

/** Whether the value fits one of Go's 64-bit integer types. */
export function fitsInteger(value: bigint): boolean {
  return value >= INT64_MIN && value <= UINT64_MAX;
}

/**
 * Reads an integer as Go's `strconv.ParseInt(text, 0, 64)` or, failing that, `ParseUint` does: a base by its prefix
 * (`0x`, `0o`, `0b`, or `0` for octal), a sign only for what fits an int64.
 */
export function parseGoInteger(text: string): number | bigint | undefined {
  const signed = text.startsWith("-") || text.startsWith("+");
  const body = signed ? text.slice(1) : text;
  const base = baseOf(body);
  const digits = base === 10 ? body : body.slice(base === 8 && !/^0[oO]/.test(body) ? 1 : 2);
  return parseDigits(text.charAt(0), signed, digits, base);
}

function baseOf(body: string): number {
  if (body.length < 2 || !body.startsWith("0")) return 10;
  const letter = body.charAt(1).toLowerCase();
  if (letter === "x") return 16;
  return letter === "b" ? 2 : 8;
}

/** Reads digits of one base with an optional sign, as `strconv.ParseInt(text, base, 64)` and `ParseUint` do. */
export function parseGoIntegerOfBase(text: string, base: number): number | bigint | undefined {
  const signed = text.startsWith("-") || text.startsWith("+");
  return parseDigits(text.charAt(0), signed, signed ? text.slice(1) : text, base);
}

function parseDigits(
  sign: string,
  signed: boolean,
  digits: string,
  base: number,
): number | bigint | undefined {
  if (DIGITS_BY_BASE.get(base)?.test(digits) !== true) return undefined;
  const negative = sign === "-";
  if (base === 10 && digits.length <= SAFE_DIGITS) return negative ? 0 - Number(digits) : Number(digits);
  // A hostile scalar of many digits cannot fit 64 bits; it is not worth converting.
  const trimmed = digits.replace(/^0+(?=.)/, "");
  if (trimmed.length > MAX_DIGITS) return undefined;
  const magnitude = BigInt((BIGINT_PREFIX.get(base) as string) + trimmed);
  const value = negative ? -magnitude : magnitude;
  return value < INT64_MIN || value > (signed ? INT64_MAX : UINT64_MAX) ? undefined : narrowInteger(value);
}
