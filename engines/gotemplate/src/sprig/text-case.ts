import { defineFunction } from "../define-function.ts";
import { isAscii, runesOf } from "./byte-text.ts";
import { camelCase, delimitedCase } from "./case-words.ts";
import { isLower, isSpace, isTitle, isUpper, lowerRune, titleRune, upperRune } from "./go-unicode.ts";

/** `upper`, `title`, `snakecase` and their like. */
export const textCaseFunctions = [
  defineFunction("upper", ["string"], "string", ([text]) =>
    isAscii(text) ? text.toUpperCase() : runesOf(text).map(upperRune).join(""),
  ),
  defineFunction("lower", ["string"], "string", ([text]) =>
    isAscii(text) ? text.toLowerCase() : runesOf(text).map(lowerRune).join(""),
  ),
  defineFunction("title", ["string"], "string", ([text]) => titled(text)),
  defineFunction("untitle", ["string"], "string", ([text]) => untitled(text)),
  defineFunction("swapcase", ["string"], "string", ([text]) => swapped(text)),
  defineFunction("snakecase", ["string"], "string", ([text]) => delimitedCase(text, "_")),
  defineFunction("kebabcase", ["string"], "string", ([text]) => delimitedCase(text, "-")),
  defineFunction("camelcase", ["string"], "string", ([text]) => camelCase(text)),
];

/** What ends a word for `strings.Title`: in ASCII all but letters, digits and underscores, elsewhere only spaces. */
function endsWord(rune: string): boolean {
  return rune <= "\x7f" ? !/\w/.test(rune) : !/[\p{L}\p{Nd}]/u.test(rune) && isSpace(rune);
}

/** As `strings.Title`. */
function titled(text: string): string {
  let before = " ";
  let out = "";
  for (const rune of runesOf(text)) {
    out += endsWord(before) ? titleRune(rune) : rune;
    before = rune;
  }
  return out;
}

/** As goutils' `Uncapitalize`: the first letter of each word that spaces separate. */
function untitled(text: string): string {
  let isFirst = true;
  let out = "";
  for (const rune of runesOf(text)) {
    const isGap = isSpace(rune);
    out += isFirst && !isGap ? lowerRune(rune) : rune;
    isFirst = isGap;
  }
  return out;
}

/** As goutils' `SwapCase`: a lower case letter becomes a title's where a word starts. */
function swapped(text: string): string {
  let isFirst = true;
  let out = "";
  for (const rune of runesOf(text)) {
    if (isUpper(rune) || isTitle(rune)) {
      out += lowerRune(rune);
      isFirst = false;
    } else if (isLower(rune)) {
      out += isFirst ? titleRune(rune) : upperRune(rune);
      isFirst = false;
    } else {
      out += rune;
      isFirst = isSpace(rune);
    }
  }
  return out;
}
