import { compareUtf8, type JsonValue } from "@weir/core";

/** Characters that Go's JSON encoder escapes and JavaScript's does not. */
const ESCAPED_BY_GO = /[<>&\u2028\u2029]/g;

/** Writes a value as Go's `json.Marshal` does: keys by bytes, HTML's signs and lone surrogates escaped or replaced. */
export function writeGoJson(value: JsonValue): string {
  return write(value).replace(ESCAPED_BY_GO, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function write(value: JsonValue): string {
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  const object = value as { readonly [key: string]: JsonValue };
  const entries = Object.keys(object)
    .sort(compareUtf8)
    .map((key) => `${JSON.stringify(key.toWellFormed())}:${write(object[key] as JsonValue)}`);
  return `{${entries.join(",")}}`;
}
