import { quoteGo } from "@weir/text";

import { END, type TomlScanner } from "./toml-scanner.ts";
import type { TomlToken } from "./toml-token.ts";

const SIMPLE_ESCAPES = new Set(["e", "b", "t", "n", "f", "r", '"', " ", "\t", "\\"]);
const DIGITS: ReadonlyMap<string, readonly [count: number, word: string]> = new Map([
  ["x", [2, "two"]],
  ["u", [4, "four"]],
  ["U", [8, "eight"]],
]);

/** A string whose opening quote was taken. */
export function scanString(scanner: TomlScanner, quote: '"' | "'"): TomlToken {
  const start = scanner.at;
  let hasEscapes = false;
  for (;;) {
    const char = scanner.next();
    if (char === END) scanner.fail(`unexpected EOF; expected ${quotedOnce(quote)}`);
    if (char === "\n" || char === "\r") scanner.fail("strings cannot contain newlines", "line-before");
    if (char === "\\" && quote === '"') {
      scanEscape(scanner, start);
      hasEscapes = true;
    }
    if (char === quote) {
      const text = scanner.since(start).slice(0, -1);
      return { kind: quote === '"' ? "string" : "raw", text, hasEscapes, line: scanner.line };
    }
  }
}

/** A string over several lines, whose three opening quotes were taken. */
export function scanMultiline(scanner: TomlScanner, quote: '"' | "'"): TomlToken {
  const start = scanner.at;
  const isBasic = quote === '"';
  const kind = isBasic ? "multiline" : "raw-multiline";
  for (;;) {
    const char = scanner.next();
    if (char === END) scanner.fail(`unexpected EOF; expected ${quote === '"' ? `'"""'` : `"'''"`}`);
    if (char === "\\" && isBasic) scanMultilineEscape(scanner, start);
    if (char !== quote || !acceptsTwo(scanner, quote)) continue;
    // Quotes may stand before the closing three, but no more than two.
    if (scanner.peek() !== quote) {
      return { kind, text: scanner.since(start).slice(0, -3), hasEscapes: true, line: scanner.line };
    }
    if (hasFiveQuotes(scanner.since(start), quote)) {
      scanner.fail(`unexpected ${quote === '"' ? `'""""""'` : `"''''''"`}`);
    }
    scanner.back(quote);
    scanner.back(quote);
  }
}

function acceptsTwo(scanner: TomlScanner, quote: string): boolean {
  return scanner.accept(quote) && scanner.accept(quote);
}

/** Quotes in quotes of the other kind. */
function quotedOnce(quotes: string): string {
  return quotes.startsWith("'") ? `"${quotes}"` : `'${quotes}'`;
}

function hasFiveQuotes(text: string, quote: string): boolean {
  const five = quote.repeat(5);
  return text.endsWith(five) && !(quote === '"' && text.endsWith(`\\${five}`));
}

function scanMultilineEscape(scanner: TomlScanner, start: number): void {
  const char = scanner.next();
  if (char === "\n" || char === "\r") return;
  scanner.back(char);
  scanEscape(scanner, start);
}

function scanEscape(scanner: TomlScanner, start: number): void {
  const char = scanner.next();
  if (SIMPLE_ESCAPES.has(char)) return;
  const digits = DIGITS.get(char);
  if (digits === undefined) scanner.fail(`invalid escape in string '\\${char}'`, "here");
  const [count, word] = digits;
  for (let digit = 0; digit < count; digit += 1) {
    if (/[0-9a-fA-F]/.test(scanner.next())) continue;
    scanner.fail(
      `expected ${word} hexadecimal digits after '\\${char}', but got ${quoteGo(scanner.since(start))} instead`,
    );
  }
}
