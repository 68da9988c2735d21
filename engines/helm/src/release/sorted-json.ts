import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";

const ESCAPED: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** A string as Go's `json.Marshal` writes it. */
export function goJsonString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => ESCAPED[char] ?? char,
  );
}

/** A value as Go's `json.Marshal` writes its maps: keys in bytewise order. */
export function sortedGoJson(value: JsonValue): string {
  if (typeof value === "string") return goJsonString(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => sortedGoJson(item)).join(",")}]`;
  const object = value as JsonObject;
  const keys = Object.keys(object).sort(compareUtf8);
  return `{${keys.map((key) => `${goJsonString(key)}:${sortedGoJson(object[key] ?? null)}`).join(",")}}`;
}
