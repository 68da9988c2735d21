import { compareUtf8, type JsonValue } from "@weir/core";

const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

const SHORT_ESCAPES = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

function quoteCharacter(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return "\\ufffd";
  if (PRINTABLE.test(character)) return character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

/** Quotes a text as Go's `%q` does. */
export function quoteGo(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !/["\\]/.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const character of text) quoted += quoteCharacter(character);
  return `${quoted}"`;
}

/** Formats a number as Go's `%v` formats a float64: JavaScript's shortest digits, but exponents below 1e-4 spelt out. */
export function formatGoFloat(value: number): string {
  const text = String(value);
  const magnitude = Math.abs(value);
  if (magnitude === 0 || magnitude >= 1e-4) return text;
  const [digits = "", exponent = ""] = value.toExponential().split("e-");
  return `${digits}e-${exponent.padStart(2, "0")}`;
}

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Whether Go would hold this JSON integer as an int64. */
export function fitsInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64;
}

/** Formats a JSON number as Go's `%v` formats what it was decoded into. */
export function formatGoNumber(value: number | bigint): string {
  if (typeof value === "number") return formatGoFloat(value);
  return fitsInt64(value) ? String(value) : formatGoFloat(Number(value));
}

function escapeHtml(text: string): string {
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** Writes a value as Go's `json.Marshal` does: keys sorted, `<`, `>` and `&` escaped. */
export function writeGoJson(value: JsonValue): string {
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return escapeHtml(JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map(writeGoJson).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => compareUtf8(a, b));
  return `{${entries.map(([key, item]) => `${escapeHtml(JSON.stringify(key))}:${writeGoJson(item)}`).join(",")}}`;
}
