/** A number as 0.DIGITS times ten to the power of `point`; no digits for zero. */
export interface DecimalDigits {
  readonly digits: string;
  readonly point: number;
}

/** The fewest digits that read back as the same float64; `value` is finite and not negative. */
export function shortestDigits(value: number): DecimalDigits {
  if (value === 0) return { digits: "", point: 0 };
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  return { digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

/** Every decimal digit of a float64; `value` is finite and not negative. */
export function exactDigits(value: number): DecimalDigits {
  if (value === 0) return { digits: "", point: 0 };
  const { mantissa, exponent } = binaryParts(value);
  if (exponent >= 0) {
    const whole = (mantissa << BigInt(exponent)).toString();
    return { digits: whole, point: whole.length };
  }
  const scaled = (mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits: scaled, point: scaled.length + exponent };
}

/** A float64 as mantissa times two to the power of exponent, as it is stored. */
export function binaryParts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** Cuts to a count of digits, to the nearest, ties to even; a count below zero leaves nothing. */
export function roundDigits({ digits, point }: DecimalDigits, count: number): DecimalDigits {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: "", point: 0 };
  const kept = digits.slice(0, count);
  if (!roundsUp(digits, count)) return trimmed(kept, point);
  const up = (BigInt(`1${kept}`) + 1n).toString();
  // The leading 1 keeps leading zeros and shows a carry out of the first digit.
  return up.startsWith("2") ? trimmed(`1${up.slice(1)}`, point + 1) : trimmed(up.slice(1), point);
}

function roundsUp(digits: string, count: number): boolean {
  const next = digits.charAt(count);
  if (next !== "5" || /[1-9]/.test(digits.slice(count + 1))) return next >= "5";
  return count > 0 && Number(digits.charAt(count - 1)) % 2 === 1;
}

function trimmed(digits: string, point: number): DecimalDigits {
  const significant = digits.replace(/0+$/, "");
  return significant === "" ? { digits: "", point: 0 } : { digits: significant, point };
}
