import { compareUtf8, type JsonValue } from "@weir/core";
import { quoteGo } from "@weir/text";
import { isJsonArray, isJsonObject } from "./json-object.ts";

/** Writes JSON as Go's json.Marshal does: object keys sorted by bytes, `<`, `>` and `&` escaped. */
export function marshalGoJson(value: JsonValue): string {
  if (typeof value === "string") return marshalString(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return marshalNumber(value);
  if (isJsonArray(value)) return `[${value.map(marshalGoJson).join(",")}]`;
  if (!isJsonObject(value)) return String(value);
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort(compareUtf8)
    .map((key) => `${marshalString(key)}:${marshalGoJson(value[key] ?? null)}`);
  return `{${fields.join(",")}}`;
}

/** Printable ASCII without what JSON or Go escapes: nearly every key and value there is. */
const plainText = /^[ !#-%'-;=?-[\]-~]*$/;

function marshalString(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function marshalNumber(value: number): string {
  // Both languages change to exponents at 1e-6 and 1e21, and write the exponent without padding.
  return JSON.stringify(value);
}

/** Prints a number as Go's `%v` does: an integer in full, any other as a float. */
export function formatGoNumber(value: number | bigint): string {
  const isInt64 =
    typeof value === "bigint" ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
  return isInt64 ? value.toString() : formatGoFloat(Number(value));
}

/** Prints a float64 as Go's `%v` does: the shortest form, with an exponent from 1e+06 on and below 1e-04. */
export function formatGoFloat(value: number): string {
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return value.toString();
  const sign = exponent < 0 ? "-" : "+";
  return `${digits}e${sign}${Math.abs(exponent).toString().padStart(2, "0")}`;
}

/** Prints a decoded JSON value as Go's `%v` does: `map[a:1 b:[x y]]`. Integers are int64 unless all numbers are floats. */
export function formatGoValue(value: JsonValue, formatNumber: NumberFormat = formatGoNumber): string {
  if (value === null) return "<nil>";
  if (isNumeric(value)) return formatNumber(value);
  if (isJsonArray(value)) return `[${value.map((item) => formatGoValue(item, formatNumber)).join(" ")}]`;
  if (!isJsonObject(value)) return String(value);
  const fields = Object.keys(value)
    .sort(compareUtf8)
    .map((key) => `${key}:${formatGoValue(value[key] ?? null, formatNumber)}`);
  return `map[${fields.join(" ")}]`;
}

/** How Go holds numbers depends on what decoded them: some decoders give float64 to all. */
export type NumberFormat = (value: number | bigint) => string;

/** Prints a decoded JSON value as Go's `%#v` does: `map[string]interface {}{"a":1}`. */
export function formatGoSyntax(value: JsonValue): string {
  if (value === null) return "interface {}(nil)";
  if (isNumeric(value)) return formatGoNumber(value);
  if (typeof value === "string") return quoteGo(value);
  if (isJsonArray(value)) return `[]interface {}{${value.map(formatGoSyntax).join(", ")}}`;
  if (!isJsonObject(value)) return String(value);
  const fields = Object.keys(value).sort(compareUtf8);
  const pairs = fields.map((key) => `${quoteGo(key)}:${formatGoSyntax(value[key] ?? null)}`);
  return `map[string]interface {}{${pairs.join(", ")}}`;
}

/** Names a decoded JSON value's type as Go's `%T` does, with int64 for integers. */
export function goTypeName(value: JsonValue): string {
  if (value === null) return "<nil>";
  if (isNumeric(value)) return Number.isInteger(Number(value)) ? "int64" : "float64";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return isJsonArray(value) ? "[]interface {}" : "map[string]interface {}";
}

function isNumeric(value: JsonValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Length of a text in UTF-8, which is what Kubernetes' limits count. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
