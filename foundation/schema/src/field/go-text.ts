import { compareUtf8, type JsonValue } from "@weir/core";
import { jsonKind } from "../json-shape.ts";

/** Formats a number as Go's `%v` formats a float64: JavaScript's shortest digits, but exponents below 1e-4 spelt out. */
export function formatGoFloat(value: number): string {
  const text = String(value);
  const magnitude = Math.abs(value);
  if (magnitude === 0 || magnitude >= 1e-4) return text;
  const [digits = "", exponent = ""] = value.toExponential().split("e-");
  return `${digits}e-${exponent.padStart(2, "0")}`;
}

/** Formats a JSON number as Go's `%v` formats what it was decoded into. */
export function formatGoNumber(value: number | bigint): string {
  if (typeof value === "number") return formatGoFloat(value);
  return jsonKind(value) === "integer" ? String(value) : formatGoFloat(Number(value));
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
