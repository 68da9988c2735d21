import type { Token } from "./lexer.ts";
import { type CelValue, CelUint } from "./value.ts";

const LARGEST_INT = 2n ** 63n - 1n;
const LARGEST_UINT = 2n ** 64n - 1n;

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
]);

interface Quoted {
  readonly body: string;
  readonly isRaw: boolean;
}

/** The text that a string literal stands for; undefined where an escape names no character. */
function unquoteString(literal: string): string | undefined {
  const { body, isRaw } = bodyOf(literal);
  if (isRaw) return body;
  let text = "";
  for (const part of parts(body)) {
    if (part.kind === "text") text += part.text;
    else if (part.code > 0x10ffff || (part.code >= 0xd800 && part.code <= 0xdfff)) return undefined;
    else text += String.fromCodePoint(part.code);
  }
  return text;
}

/** The bytes that a bytes literal stands for: `\x` and octal escapes are bytes, text is UTF-8. */
function unquoteBytes(literal: string): Uint8Array | undefined {
  const { body, isRaw } = bodyOf(literal.slice(1));
  const encoder = new TextEncoder();
  if (isRaw) return encoder.encode(body);
  const bytes: number[] = [];
  for (const part of parts(body)) {
    if (part.kind === "text") bytes.push(...encoder.encode(part.text));
    else if (part.isByte) bytes.push(part.code);
    else return undefined;
  }
  return Uint8Array.from(bytes);
}

function bodyOf(literal: string): Quoted {
  const isRaw = /^[rR]/.test(literal);
  const quoted = isRaw ? literal.slice(1) : literal;
  const isTriple = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''"));
  const width = isTriple ? 3 : 1;
  const body = quoted.slice(width, -width);
  return { body: isTriple ? body.replaceAll("\r\n", "\n") : body, isRaw };
}

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly code: number; readonly isByte: boolean };

function* parts(body: string): Generator<Part> {
  const pattern =
    /[^\\]+|\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))/gsu;
  for (const [whole, hex, short, long, octal, single] of body.matchAll(pattern)) {
    if (!whole.startsWith("\\")) yield { kind: "text", text: whole };
    else if (single !== undefined) {
      const code = ESCAPES.get(single);
      yield code === undefined ? { kind: "text", text: single } : { kind: "code", code, isByte: true };
    } else if (octal !== undefined) yield { kind: "code", code: Number.parseInt(octal, 8), isByte: true };
    else {
      const digits = hex ?? short ?? long ?? "";
      yield { kind: "code", code: Number.parseInt(digits, 16), isByte: hex !== undefined };
    }
  }
}

/** The value of a literal, or what is wrong with it. */
// oxlint-disable-next-line complexity -- one case for each kind of literal
export function literalValue(token: Token, isNegative: boolean): CelValue | { readonly problem: string } {
  const sign = isNegative ? "-" : "";
  switch (token.kind) {
    case "int": {
      const value = isNegative ? -BigInt(token.text) : BigInt(token.text);
      return value > LARGEST_INT || value < -LARGEST_INT - 1n ? { problem: "invalid int literal" } : value;
    }
    case "uint": {
      const value = BigInt(token.text.slice(0, -1));
      return value > LARGEST_UINT ? { problem: "invalid uint literal" } : new CelUint(value);
    }
    case "float": {
      const value = Number(sign + token.text);
      return Number.isFinite(value) ? value : { problem: "invalid double literal" };
    }
    case "string":
      return unquoteString(token.text) ?? { problem: "unable to unescape string" };
    case "bytes":
      return unquoteBytes(token.text) ?? { problem: "unable to unescape string" };
    default:
      return token.text === "null" ? null : token.text === "true";
  }
}
