/** Any value as a number, as spf13/cast does it for Sprig: what is none is 0. */
import { GoInt, GoNumberError, GoObject, type GoValue, goInt, parseGoFloat, parseGoInt } from "@weir/text";

const SMALLEST = -(2n ** 63n);

/** `cast.ToInt64`, and `cast.ToInt`, which is the same on 64 bits. */
export function toInt64(value: GoValue): bigint {
  if (typeof value === "number") return truncateFloat(value);
  if (typeof value === "string") return orZero(() => parseGoInt(withoutZeroFraction(value), { base: 0 }));
  if (typeof value === "boolean") return value ? 1n : 0n;
  const int = castableInt(value);
  return int === undefined ? 0n : goInt(int.value, "int64").value;
}

/** `cast.ToFloat64`. */
export function toFloat64(value: GoValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") return Number(orZero(() => parseGoFloat(value)));
  if (typeof value === "boolean") return value ? 1 : 0;
  return Number(castableInt(value)?.value ?? 0n);
}

/** Go's `int64(f)` on amd64: what does not fit is the smallest number. */
export function truncateFloat(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return SMALLEST;
  return BigInt(Math.trunc(value));
}

/** Named types are no numbers to cast, but for these two. */
function castableInt(value: GoValue): GoInt | undefined {
  if (value instanceof GoInt) return value;
  if (!(value instanceof GoObject) || !(value.underlying instanceof GoInt)) return undefined;
  return value.type === "time.Weekday" || value.type === "time.Month" ? value.underlying : undefined;
}

/** `1.00` is read as `1`; a text with any other fraction is no integer. */
function withoutZeroFraction(text: string): string {
  return text.replace(/\.0+$/, "");
}

function orZero<T extends bigint | number>(parse: () => T): T | bigint {
  try {
    return parse();
  } catch (error) {
    if (error instanceof GoNumberError) return 0n;
    throw error;
  }
}
