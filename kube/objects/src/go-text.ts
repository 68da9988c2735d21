import type { JsonValue } from "@weir/core";
import { isJsonArray, isJsonObject } from "./json-object.ts";

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

/** Quotes a string as Go's `%q` does. */
export function quoteGo(text: string): string {
  let quoted = '"';
  for (const character of text) quoted += shortEscapes.get(character) ?? escapeUnprintable(character);
  return `${quoted}"`;
}

/** Tells what Go's unicode.IsPrint tells of one character. */
export function isPrintable(character: string): boolean {
  return character === " " || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);
}

function escapeUnprintable(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  if (isPrintable(character)) return character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Writes JSON as Go's json.Marshal does: object keys sorted by bytes, `<`, `>` and `&` escaped. */
export function marshalGoJson(value: JsonValue): string {
  if (typeof value === "string") return marshalString(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return marshalNumber(value);
  if (isJsonArray(value)) return `[${value.map(marshalGoJson).join(",")}]`;
  if (!isJsonObject(value)) return String(value);
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort(compareBytes)
    .map((key) => `${marshalString(key)}:${marshalGoJson(value[key] ?? null)}`);
  return `{${fields.join(",")}}`;
}

function marshalString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function marshalNumber(value: number): string {
  // Both languages change to exponents at 1e-6 and 1e21, and write the exponent without padding.
  return JSON.stringify(value);
}

/** Prints a number as Go's `%v` does: an integer in full, any other with an exponent from 1e+06 on and below 1e-04. */
export function formatGoNumber(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return value.toString();
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return value.toString();
  const sign = exponent < 0 ? "-" : "+";
  return `${digits}e${sign}${Math.abs(exponent).toString().padStart(2, "0")}`;
}

/** Orders strings as Go does, by their UTF-8 bytes. UTF-16 order differs where surrogates meet U+E000 and above. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rankUnit(a) - rankUnit(b);
  }
  return left.length - right.length;
}

/** Lifts surrogates, which stand for code points above U+FFFF, over the rest of the basic plane. */
function rankUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Length of a text in UTF-8, which is what Kubernetes' limits count. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
