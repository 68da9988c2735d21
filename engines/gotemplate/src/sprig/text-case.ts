import type { GoFunction } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { isAscii, isRawByte, runesOf } from "./byte-text.ts";
import { camelCase, delimitedCase } from "./case-words.ts";
import { isLower, isSpace, isTitle, isUpper, lowerRune, titleRune, upperRune } from "./go-unicode.ts";

/** A function that looks at each character, which takes as long as a step. */
function caseFunction(name: string, change: (text: string) => string): GoFunction {
  return defineFunction(name, ["string"], "string", ([text], run) => {
    run.chargeSteps(text.length);
    return change(text);
  });
}

/** A function that is quick on ASCII. */
function simpleCaseFunction(
  name: string,
  ascii: (text: string) => string,
  rune: (rune: string) => string,
): GoFunction {
  return defineFunction(name, ["string"], "string", ([text], run) => {
    if (isAscii(text)) return ascii(text);
    run.chargeSteps(text.length);
    return mapped(text, rune);
  });
}

/** `upper`, `title`, `snakecase` and their like. */
export const textCaseFunctions = [
  simpleCaseFunction("upper", (text) => text.toUpperCase(), upperRune),
  simpleCaseFunction("lower", (text) => text.toLowerCase(), lowerRune),
  caseFunction("title", (text) => titled(text)),
  caseFunction("untitle", (text) => untitled(text)),
  caseFunction("swapcase", (text) => swapped(text)),
  caseFunction("snakecase", (text) => delimitedCase(text, "_")),
  caseFunction("kebabcase", (text) => delimitedCase(text, "-")),
  caseFunction("camelcase", (text) => camelCase(text)),
];

function mapped(text: string, map: (rune: string) => string): string {
  return text.replaceAll(/[A-Za-z]+|[^\0-\x7f]/gu, (found) => {
    if (isRawByte(found)) return "\ufffd";
    return found.length > 1 && isAscii(found) ? Array.from(found, map).join("") : map(found);
  });
}

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
