const ZERO = 0x30;

/** Digits whose sum of tens fits a JavaScript number exactly. */
const EXACT_DIGITS = 15;

/**
 * Compares keys as go-yaml sorts them: by characters, but letters after everything else, and runs of digits by their
 * value (`a2` before `a10`).
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    if (left > 0x7f || right > 0x7f) return compareRunes(a, b);
    const leftIsLetter = isAsciiLetter(left);
    const rightIsLetter = isAsciiLetter(right);
    if (leftIsLetter && rightIsLetter) return left - right;
    if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
    return compareRunes(a, b);
  }
  return a.length - b.length;
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

function compareRunes(textA: string, textB: string): number {
  const a = Array.from(textA);
  const b = Array.from(textB);
  const index = a.findIndex((rune, i) => rune !== b[i]);
  if (index === -1 || index >= b.length) return a.length - b.length;
  const left = a[index] as string;
  const right = b[index] as string;
  const leftIsLetter = LETTER.test(left);
  const rightIsLetter = LETTER.test(right);
  if (leftIsLetter && rightIsLetter) return codeOf(left) - codeOf(right);
  if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
  return compareDigits(a, b, index);
}

function codeOf(rune: string): number {
  return rune.codePointAt(0) as number;
}

interface DigitRun {
  readonly value: number | bigint;
  readonly end: number;
}

/** Neither differing character is a letter: digits from there on count by their value. */
function compareDigits(a: readonly string[], b: readonly string[], index: number): number {
  const seed = continuesNumber(a, b, index) ? 1 : 0;
  const left = digitRun(a, index, seed);
  const right = digitRun(b, index, seed);
  if (left.value < right.value) return -1;
  if (left.value > right.value) return 1;
  if (left.end !== right.end) return left.end - right.end;
  return codeOf(a[index] as string) - codeOf(b[index] as string);
}

/** Whether a zero at the place is a digit within a number rather than a leading zero. */
function continuesNumber(a: readonly string[], b: readonly string[], index: number): boolean {
  if (a[index] !== "0" && b[index] !== "0") return false;
  for (let i = index - 1; i >= 0 && DIGIT.test(a[i] as string); i -= 1) {
    if (a[i] !== "0") return true;
  }
  return false;
}

function digitRun(runes: readonly string[], start: number, seed: number): DigitRun {
  let end = start;
  while (end < runes.length && DIGIT.test(runes[end] as string)) end += 1;
  const codes = runes.slice(start, end).map((rune) => codeOf(rune) - ZERO);
  if (codes.length <= EXACT_DIGITS && codes.every((digit) => digit < 10)) {
    return { value: codes.reduce((value, digit) => value * 10 + digit, seed), end };
  }
  // Go computes in int64 and wraps; digits of other scripts count by their distance to ASCII's zero.
  const wrapped = codes.reduce(
    (value, digit) => BigInt.asIntN(64, value * 10n + BigInt(digit)),
    BigInt(seed),
  );
  return { value: wrapped, end };
}
