import type { JsonObject, JsonValue } from "@weir/core";

const HTML: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** JSON as Go's `json.Marshal` writes it: keys sorted by bytes, HTML characters escaped. */
export function goJson(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return JSON.stringify(value);
  if (typeof value === "string") {
    return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => HTML[character] ?? character);
  }
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => goJson(item)).join(",")}]`;
  const object = value as JsonObject;
  const keys = Object.keys(object).sort(compareBytes);
  return `{${keys.map((key) => `${goJson(key)}:${goJson(object[key] ?? null)}`).join(",")}}`;
}

function compareBytes(a: string, b: string): number {
  // oxlint-disable-next-line no-control-regex -- the range of ASCII
  if (/^[\u0000-\u007f]*$/.test(a + b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}
