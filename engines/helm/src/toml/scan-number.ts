import { quoteGoRune } from "@weir/text";

import type { TomlScanner } from "./toml-scanner.ts";
import type { TomlToken } from "./toml-token.ts";

const DIGIT = /[0-9]/;

/** Digits of numbers that are not decimal, by the letter after the zero. */
const BASES: ReadonlyMap<string, readonly [first: RegExp, more: RegExp, name: string]> = new Map([
  ["b", [/[01]/, /[01_]/, "a binary"]],
  ["o", [/[0-7]/, /[0-7_]/, "an octal"]],
  ["x", [/[0-9a-fA-F]/, /[0-9a-fA-F_]/, "a hexadecimal"]],
]);

/** A number or a moment that begins with a digit, which was not taken yet. It is only roughly what it seems: reading it tells. */
export function scanNumberOrDate(scanner: TomlScanner): TomlToken {
  const start = scanner.at;
  if (scanner.next() !== "0") return scanDigits(scanner, start);
  const char = scanner.next();
  if (DIGIT.test(char)) return scanDigits(scanner, start);
  if (char === "_") return scanDecimal(scanner, start);
  if (/[.eE]/.test(char)) return scanFloat(scanner, start);
  const base = BASES.get(char);
  if (base === undefined) {
    scanner.back(char);
    return token(scanner, "integer", start);
  }
  const [first, more, name] = base;
  const digit = scanner.peek();
  if (!first.test(digit)) scanner.fail(`not ${name} number: '${scanner.since(start)}${digit}'`);
  scanner.skip(more);
  return token(scanner, "integer", start);
}

function scanDigits(scanner: TomlScanner, start: number): TomlToken {
  scanner.skip(DIGIT);
  const char = scanner.next();
  if (char === "-" || char === ":") {
    scanner.skip(/[0-9\-:Tt .Zz+]/);
    const { text, ...rest } = token(scanner, "datetime", start);
    return { ...rest, text: text.trim() };
  }
  if (char === "_") return scanDecimal(scanner, start);
  if (/[.eE]/.test(char)) return scanFloat(scanner, start);
  scanner.back(char);
  return token(scanner, "integer", start);
}

function scanDecimal(scanner: TomlScanner, start: number): TomlToken {
  const char = scanner.skip(/[0-9_]/);
  if (!/[.eE]/.test(char)) return token(scanner, "integer", start);
  scanner.next();
  return scanFloat(scanner, start);
}

function scanFloat(scanner: TomlScanner, start: number): TomlToken {
  scanner.skip(/[0-9_.\-+eE]/);
  return token(scanner, "float", start);
}

/** A number whose sign was taken, from `start` on. */
export function scanSigned(scanner: TomlScanner, start: number): TomlToken {
  const char = scanner.next();
  if (char === "i" || char === "n") {
    const [second, third] = char === "i" ? ["n", "f"] : ["a", "n"];
    if (!scanner.accept(second as string) || !scanner.accept(third as string)) {
      scanner.fail(`invalid float: '${scanner.since(start)}'`);
    }
    return token(scanner, "float", start);
  }
  if (char === ".") scanner.fail("floats must start with a digit, not '.'");
  const base = char === "0" ? scanner.peek() : "";
  if (BASES.has(base)) {
    scanner.fail(`cannot use sign with non-decimal numbers: '${scanner.since(start)}${base}'`);
  }
  if (!DIGIT.test(char)) scanner.fail(`expected a digit but got ${quoteGoRune(char.codePointAt(0) ?? 0)}`);
  return scanDecimal(scanner, start);
}

/** What was scanned from `start` on. */
export function token(
  scanner: TomlScanner,
  kind: "integer" | "float" | "datetime" | "bool",
  start: number,
): TomlToken {
  return { kind, text: scanner.since(start), hasEscapes: false, line: scanner.line };
}
