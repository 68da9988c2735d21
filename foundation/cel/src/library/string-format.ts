import {
  CelDuration,
  CelFailure,
  CelMap,
  CelTimestamp,
  CelTypeName,
  CelUint,
  type CelValue,
  isList,
  typeNameOf,
} from "../value.ts";
import { plainDecimal, textOfDuration } from "./conversions.ts";
import { quoteText } from "./quote-text.ts";
import { formatTimestamp } from "./time.ts";

/** How numbers read: with the digit groups of English, as the library's earlier versions write them, or without. */
export type FormatDialect = "english" | "plain";

/** One clause of a template: `%.2f` has the verb `f` and the precision 2. */
export interface Clause {
  readonly verb: string;
  readonly precision: number | undefined;
}

const MOST_DIGITS = 1000;

/** Fills in a template; a problem of the template or of a value is an error. */
export function formatText(template: string, values: readonly CelValue[], dialect: FormatDialect): CelValue {
  return expand(template, {
    has: (index) => index < values.length,
    size: values.length,
    write: (clause, index) => formatClause(clause, values[index] ?? null, dialect),
  });
}

interface Arguments<P> {
  readonly has: (index: number) => boolean;
  readonly size: number;
  readonly write: (clause: Clause, index: number) => string | P;
}

/** Reads a template clause by clause; ends at the first problem. */
export function expand<P extends object>(
  template: string,
  { has, size, write }: Arguments<P>,
): string | P | CelFailure {
  let text = "";
  let index = 0;
  for (let at = 0; at < template.length; at++) {
    const character = template[at] ?? "";
    if (character !== "%" || template[at + 1] === "%") {
      text += character;
      if (character === "%") at++;
      continue;
    }
    if (!has(index)) return outOfRange(index);
    if (at + 1 >= template.length) return new CelFailure("unexpected end of string");
    if (index >= size) return outOfRange(index);
    const clause = clauseAt(template, at + 1);
    if (clause instanceof CelFailure) return clause;
    const part = write(clause.clause, index);
    if (typeof part !== "string") return part;
    text += part;
    index++;
    at = clause.end;
  }
  return text;
}

function outOfRange(index: number): CelFailure {
  return new CelFailure(`index ${index} out of range`);
}

function clauseAt(
  template: string,
  start: number,
): { readonly clause: Clause; readonly end: number } | CelFailure {
  const prefix = "could not parse formatting clause:";
  let at = start;
  let precision: number | undefined;
  if (template[at] === ".") {
    const digits = /^[0-9]+/.exec(template.slice(at + 1))?.[0];
    if (digits === undefined)
      return new CelFailure(
        `${prefix} error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax`,
      );
    precision = Math.min(Number(digits), MOST_DIGITS);
    at += 1 + digits.length;
  }
  const verb = template[at] ?? "";
  if (verb === "")
    return new CelFailure(
      `${prefix} error while parsing precision: could not find end of precision specifier`,
    );
  if (!"sdfebxXo".includes(verb)) return new CelFailure(`${prefix} unrecognized formatting clause "${verb}"`);
  return { clause: { verb, precision }, end: at };
}

/** What each clause is for, in the words of its error. */
export function wrongOperand(verb: string, typeName: string, dialect: FormatDialect): CelFailure {
  return new CelFailure(`error during formatting: ${purposeOf(verb, dialect)}, was given ${typeName}`);
}

// oxlint-disable-next-line complexity -- one case for each verb
function purposeOf(verb: string, dialect: FormatDialect): string {
  const isPlain = dialect === "plain";
  switch (verb) {
    case "d":
      return `decimal clause can only be used on ${isPlain ? "ints, uints, and doubles" : "integers"}`;
    case "f":
      return `fixed-point clause can only be used on ${isPlain ? "ints, uints, and doubles" : "doubles"}`;
    case "e":
      return `scientific clause can only be used on ${isPlain ? "ints, uints, and doubles" : "doubles"}`;
    case "b":
      return isPlain
        ? "only ints, uints, and bools can be formatted as binary"
        : "only integers and bools can be formatted as binary";
    case "o":
      return isPlain
        ? "octal clause can only be used on ints and uints"
        : "octal clause can only be used on integers";
    case "s":
      return "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps";
    default:
      return isPlain
        ? "only ints, uints, bytes, and strings can be formatted as hex"
        : "only integers, byte buffers, and strings can be formatted as hex";
  }
}

// oxlint-disable-next-line complexity -- one case for each verb
function formatClause(
  { verb, precision }: Clause,
  value: CelValue,
  dialect: FormatDialect,
): string | CelFailure {
  const number = numberOf(value);
  switch (verb) {
    case "s":
      return textOf(value) ?? wrongOperand(verb, typeNameOf(value), dialect);
    case "d":
      if (typeof number === "bigint") return String(number);
      return typeof number === "number" && dialect === "plain"
        ? realText(number)
        : wrongOperand(verb, typeNameOf(value), dialect);
    case "f":
    case "e":
      return formatReal(verb, precision ?? 6, value, dialect);
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      return typeof number === "bigint" ? number.toString(2) : wrongOperand(verb, typeNameOf(value), dialect);
    case "o":
      return typeof number === "bigint" ? number.toString(8) : wrongOperand(verb, typeNameOf(value), dialect);
    default:
      return formatHex(verb, value, number) ?? wrongOperand(verb, typeNameOf(value), dialect);
  }
}

function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === "bigint" || typeof value === "number") return value;
  return value instanceof CelUint ? value.value : undefined;
}

function formatHex(verb: string, value: CelValue, number: bigint | number | undefined): string | undefined {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const text =
    bytes instanceof Uint8Array
      ? Buffer.from(bytes).toString("hex")
      : typeof number === "bigint"
        ? number.toString(16)
        : undefined;
  return verb === "X" ? text?.toUpperCase() : text;
}

// oxlint-disable-next-line complexity -- the two dialects differ in each step
function formatReal(
  verb: "f" | "e",
  precision: number,
  value: CelValue,
  dialect: FormatDialect,
): string | CelFailure {
  const special =
    typeof value === "string" && ["NaN", "Infinity", "-Infinity"].includes(value) ? Number(value) : undefined;
  const number =
    special ?? (dialect === "plain" ? numberOf(value) : typeof value === "number" ? value : undefined);
  if (number === undefined) return wrongOperand(verb, typeNameOf(value), dialect);
  const real = Number(number);
  if (!Number.isFinite(real))
    return dialect === "plain" ? realText(real) : real > 0 ? "∞" : Number.isNaN(real) ? "NaN" : "-∞";
  if (verb === "f") return dialect === "english" ? grouped(fixed(real, precision)) : fixed(real, precision);
  const [digits = "", power = "+0"] = real
    .toExponential(Math.min(dialect === "english" ? 6 : precision, 100))
    .split("e");
  const size = power.slice(1).padStart(2, "0");
  if (dialect === "plain") return `${digits}e${power[0]}${size}`;
  const raised = Array.from(size, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${digits}×10${power.startsWith("-") ? "⁻" : ""}${raised}`;
}

function fixed(value: number, precision: number): string {
  const most = 100;
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${precision === 0 ? "" : `.${"0".repeat(precision)}`}`;
  return value.toFixed(Math.min(precision, most)) + "0".repeat(Math.max(0, precision - most));
}

function grouped(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const text = whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ",");
  return fraction === undefined ? text : `${text}.${fraction}`;
}

function realText(value: number): string {
  return Number.isFinite(value) ? plainDecimal(value) : String(value);
}

/** A value as `%s` writes it; undefined for one that has no text. */
// oxlint-disable-next-line complexity -- one line for each kind of value
function textOf(value: CelValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return realText(value);
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof CelTimestamp) return formatTimestamp(value.nanoseconds);
  if (value instanceof CelDuration) return textOfDuration(value);
  if (value instanceof CelTypeName) return value.name;
  return isList(value) || value instanceof CelMap ? nestedText(value) : undefined;
}

function nestedText(value: CelValue): string | undefined {
  if (typeof value === "string") return quoteText(value);
  if (isList(value)) {
    const items = value.map(nestedText);
    return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
  }
  if (!(value instanceof CelMap)) return textOf(value);
  const entries = Array.from(value.entries(), ([key, item]) => [nestedText(key), nestedText(item)] as const);
  if (entries.some(([key, item]) => key === undefined || item === undefined)) return undefined;
  const texts = entries.map(([key = "", item = ""]) => ({ key, text: `${key}:${item}` }));
  texts.sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)));
  return `{${texts.map(({ text }) => text).join(", ")}}`;
}
