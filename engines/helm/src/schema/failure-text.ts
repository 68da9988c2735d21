import { quoteGo } from "@weir/text";
import { SchemaNumber, type SchemaValue } from "./schema-value.ts";

/** A text in single quotes, as errors of helm's schema library have it. */
export function quoted(text: string): string {
  return `'${quoteGo(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(", ");
}

/** A value that is no list and no table, as errors show it. */
export function displayed(value: SchemaValue): string {
  if (typeof value === "string") return quoted(value);
  if (value instanceof SchemaNumber) return value.text;
  if (typeof value === "number") return plainFloat(value);
  if (typeof value === "object" && value !== null) return "value";
  return value === null ? "<nil>" : String(value);
}

/** Go's `%v` of a float64. */
function plainFloat(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e21)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return String(value);
}

/** A count with English separators: `1,500`. */
export function countText(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A float as Go's printer for English writes it: `12,345.5`, and `1.5×10⁰⁶` from a million on. */
export function floatText(value: number): string {
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 6)) return `${mantissa}×10${superscript(exponent)}`;
  const [whole = "0", fraction] = String(value).split(".");
  const grouped = whole.startsWith("-") ? `-${group(whole.slice(1))}` : group(whole);
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function group(digits: string): string {
  return digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function superscript(exponent: number): string {
  const digits = String(Math.abs(exponent)).padStart(2, "0");
  const raised = [...digits].map((digit) => SUPERSCRIPTS.charAt(Number(digit))).join("");
  return exponent < 0 ? `⁻${raised}` : raised;
}
