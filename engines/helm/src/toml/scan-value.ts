import { quoteGo, quoteGoRune } from "@weir/text";

import { scanNumberOrDate, scanSigned, token } from "./scan-number.ts";
import { scanMultiline, scanString } from "./scan-string.ts";
import { END, type TomlScanner } from "./toml-scanner.ts";
import type { TomlToken } from "./toml-token.ts";

/** A scalar, or what opens a list or a table and was taken. */
export type ScannedValue = TomlToken | "[" | "{";

/** Scans a value or the beginning of one, past the space before it. */
export function scanValue(scanner: TomlScanner): ScannedValue {
  scanner.skipSpace();
  const start = scanner.at;
  const char = scanner.next();
  if (/[0-9]/.test(char)) {
    scanner.back(char);
    return scanNumberOrDate(scanner);
  }
  switch (char) {
    case "[":
    case "{":
      return char;
    case '"':
    case "'":
      return scanQuoted(scanner, char);
    case ".":
      return scanner.fail("floats must start with a digit, not '.'");
    case "-":
    case "+":
      return scanSigned(scanner, start);
    default:
      return scanWord(scanner, char, start);
  }
}

function scanQuoted(scanner: TomlScanner, quote: '"' | "'"): TomlToken {
  if (!scanner.accept(quote)) return scanString(scanner, quote);
  if (scanner.accept(quote)) return scanMultiline(scanner, quote);
  scanner.back(quote);
  return scanString(scanner, quote);
}

function scanWord(scanner: TomlScanner, first: string, start: number): TomlToken {
  let last = first;
  const accept = (char: string): boolean => {
    const isThere = scanner.accept(char);
    if (isThere) last = char;
    return isThere;
  };
  const isFloatWord = first === "i" || first === "n";
  if (isFloatWord && ((accept("n") && accept("f")) || (accept("a") && accept("n")))) {
    return token(scanner, "float", start);
  }
  if (/\p{L}/u.test(first)) {
    scanner.back(last);
    return scanBool(scanner, start);
  }
  if (first === END) return scanner.fail("unexpected EOF; expected value");
  return scanner.fail(
    `expected value but found ${quoteGoRune(first.codePointAt(0) ?? 0)} instead`,
    first === "\n" ? "line-before" : "end-aware",
  );
}

function scanBool(scanner: TomlScanner, start: number): TomlToken {
  const from = scanner.at;
  scanner.skip(/\p{L}/u);
  const word = scanner.since(from);
  if (word === "true" || word === "false") return token(scanner, "bool", start);
  return scanner.fail(`expected value but found ${quoteGo(word)} instead`);
}
