/**
 * Unicode as Go's `unicode` package has it: one rune becomes one rune.
 *
 * JavaScript's case mapping may make several characters of one (`ß` to `SS`); Go keeps such a rune, or has a rune of its
 * own for it.
 */

/** Runes whose upper case is one rune in Go, but several in JavaScript, and their distance to it. */
const GREEK_WITH_IOTA: readonly (readonly [first: number, last: number, distance: number])[] = [
  [0x1f80, 0x1f87, 8],
  [0x1f90, 0x1f97, 8],
  [0x1fa0, 0x1fa7, 8],
  [0x1fb3, 0x1fb3, 9],
  [0x1fc3, 0x1fc3, 9],
  [0x1ff3, 0x1ff3, 9],
];

/** Letters with a form of their own at the start of a title; each is the middle of three. */
const TITLE_FORMS: Readonly<Record<string, string>> = {
  Ǆ: "ǅ",
  ǆ: "ǅ",
  ǅ: "ǅ",
  Ǉ: "ǈ",
  ǉ: "ǈ",
  ǈ: "ǈ",
  Ǌ: "ǋ",
  ǌ: "ǋ",
  ǋ: "ǋ",
  Ǳ: "ǲ",
  ǳ: "ǲ",
  ǲ: "ǲ",
};

/** Georgian letters have an upper case, but titles do not use it. */
const GEORGIAN = /^[\u10d0-\u10fa\u10fd-\u10ff]$/;

/** Letters that got their other case after Unicode 15, which is Go's. */
const NEWER_CASE =
  /^[\u019b\u0264\ua7cb-\ua7cd\ua7da-\ua7dc\u1c89\u1c8a\u{10d50}-\u{10d65}\u{10d70}-\u{10d85}]$/u;

function isOneRune(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0) !== text.charCodeAt(0));
}

/** `unicode.ToUpper`. */
export function upperRune(rune: string): string {
  if (NEWER_CASE.test(rune)) return rune;
  const upper = rune.toUpperCase();
  if (isOneRune(upper)) return upper;
  const code = rune.codePointAt(0) ?? 0;
  const found = GREEK_WITH_IOTA.find(([first, last]) => code >= first && code <= last);
  return found === undefined ? rune : String.fromCodePoint(code + found[2]);
}

/** `unicode.ToLower`. */
export function lowerRune(rune: string): string {
  if (rune === "\u0130") return "i";
  if (NEWER_CASE.test(rune)) return rune;
  const lower = rune.toLowerCase();
  return isOneRune(lower) ? lower : rune;
}

/** `unicode.ToTitle`. */
export function titleRune(rune: string): string {
  return TITLE_FORMS[rune] ?? (GEORGIAN.test(rune) ? rune : upperRune(rune));
}

/** `unicode.IsUpper`. */
export function isUpper(rune: string): boolean {
  return /^\p{Lu}$/u.test(rune);
}

/** `unicode.IsLower`. */
export function isLower(rune: string): boolean {
  return /^\p{Ll}$/u.test(rune);
}

/** `unicode.IsTitle`. */
export function isTitle(rune: string): boolean {
  return /^\p{Lt}$/u.test(rune);
}

/** `unicode.IsLetter`. */
export function isLetter(rune: string): boolean {
  return /^\p{L}$/u.test(rune);
}

/** `unicode.IsNumber`. */
export function isNumber(rune: string): boolean {
  return /^\p{N}$/u.test(rune);
}

/** `unicode.IsPunct`. */
export function isPunctuation(rune: string): boolean {
  return /^\p{P}$/u.test(rune);
}

/** What `unicode.IsSpace` is true of, as a class of a regular expression. */
export const SPACE_CLASS =
  "\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const SPACE = new RegExp(`^[${SPACE_CLASS}]$`);

/** `unicode.IsSpace`. */
export function isSpace(rune: string): boolean {
  return SPACE.test(rune);
}
