import { parseGoDuration } from "@weir/core";
import { quoteGo } from "@weir/text";

import { CommandError } from "../cli-error.ts";
import type { HelmFlagKind } from "./helm-flags.ts";
import { readCsv } from "./read-csv.ts";

/** What Go reads as true. */
export const TRUE_WORDS: readonly string[] = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE_WORDS: readonly string[] = ["0", "f", "F", "FALSE", "false", "False"];
const WAIT_WORDS: readonly string[] = ["true", "false", "watcher", "hookOnly", "legacy"];

/** The values that the text of a flag holds. Throws a `WeirError` in the words of Go's pflag where it holds none. */
export function readFlagValue(kind: HelmFlagKind, text: string): readonly string[] {
  switch (kind) {
    case "slice":
      return text === "" ? [] : readCsv(text);
    case "bool":
      check(TRUE_WORDS.includes(text) || FALSE_WORDS.includes(text), `${syntaxOf("ParseBool", text)}`);
      return [text];
    case "int":
      checkInteger(text);
      return [text];
    case "float":
      checkFloat(text);
      return [text];
    case "duration":
      parseGoDuration(text);
      return [text];
    case "wait":
      check(
        WAIT_WORDS.includes(text),
        `invalid wait input ${quoteGo(text)}. Valid inputs are watcher, hookOnly, and legacy`,
      );
      return [text];
    case "pairs":
      return readPairs(text);
    default:
      return [text];
  }
}

function check(isRight: boolean, problem: string): void {
  if (!isRight) throw new CommandError("InvalidFlag", problem);
}

function syntaxOf(parser: string, text: string): string {
  return `strconv.${parser}: parsing ${quoteGo(text)}: invalid syntax`;
}

const FLOAT = /^[+-]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;
/** From here on a number is rounded to none that 32 bits hold. */
const FLOAT32_LIMIT = 3.4028235677973366e38;

function checkFloat(text: string): void {
  check(FLOAT.test(text), syntaxOf("ParseFloat", text));
  const value = Number(text);
  const isFine = Number.isNaN(value) || Math.abs(value) < FLOAT32_LIMIT || /inf/i.test(text);
  check(isFine, `strconv.ParseFloat: parsing ${quoteGo(text)}: value out of range`);
}

const INTEGER = /^([+-]?)(0x[0-9a-f_]+|0b[01_]+|0o?[0-7_]*|[1-9][0-9_]*)$/i;
const MAX_INT64 = 2n ** 63n - 1n;

function checkInteger(text: string): void {
  const [, sign = "", digits = ""] = INTEGER.exec(text) ?? [];
  check(digits !== "" && !/__|_$/.test(digits), syntaxOf("ParseInt", text));
  const plain = digits.replaceAll("_", "").replace(/^0([0-7])/, "0o$1");
  const value = BigInt(plain);
  const isFine = sign === "-" ? value <= MAX_INT64 + 1n : value <= MAX_INT64;
  check(isFine, `strconv.ParseInt: parsing ${quoteGo(text)}: value out of range`);
}

function readPairs(text: string): readonly string[] {
  const signs = text.split("=").length - 1;
  check(signs > 0, `${text} must be formatted as key=value`);
  const pairs = signs === 1 ? [text.replaceAll(/^"+|"+$/g, "")] : readCsv(text);
  for (const pair of pairs) check(pair.includes("="), `${pair} must be formatted as key=value`);
  return pairs;
}
