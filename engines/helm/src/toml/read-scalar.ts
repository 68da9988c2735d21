import {
  fixedLocation,
  goInt,
  type GoLocation,
  GoTime,
  type GoValue,
  parseInstant,
  quoteGo,
  utcLocation,
} from "@weir/text";
import { WeirError } from "@weir/core";

import { TomlFlaw } from "./toml-error.ts";
import type { TomlToken } from "./toml-token.ts";

/** Reads what was scanned, or says what is wrong with it. */
export function readScalar(token: TomlToken): GoValue {
  switch (token.kind) {
    case "integer":
      return readInteger(token);
    case "float":
      return readFloat(token);
    case "bool":
      return token.text === "true";
    case "datetime":
      return readMoment(token);
    default:
      return readText(token);
  }
}

/** The text that a string stands for. */
export function readText(token: TomlToken): string {
  const { kind, text, hasEscapes } = token;
  if (kind === "raw-multiline") return withoutFirstBreak(text);
  if (kind === "multiline") return unescaped(token, withoutEscapedBreaks(withoutFirstBreak(text)));
  return kind === "string" && hasEscapes ? unescaped(token, text) : text;
}

function withoutFirstBreak(text: string): string {
  return text.replace(/^\r?\n/, "");
}

/** A line break after a backslash goes, with all space around it. */
function withoutEscapedBreaks(text: string): string {
  return text.replace(/\\(?:\\|[ \t\r\n]+)/g, (found) => (found.includes("\n") ? "" : found));
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\u001b",
  '"': '"',
  "\\": "\\",
};

function unescaped({ line }: TomlToken, text: string): string {
  return text.replace(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/gs, (escape) => {
    if (escape.length > 2) return characterOf(escape.slice(2), line);
    const character = ESCAPES[escape.slice(1)];
    if (character === undefined) throw new TomlFlaw(line, `invalid escape: '${escape}'`);
    return character;
  });
}

function characterOf(digits: string, line: number): string {
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new TomlFlaw(line, `Escaped character '\\u${digits}' is not valid UTF-8.`);
  }
  return String.fromCodePoint(code);
}

const MAX_INT64 = 2n ** 63n - 1n;

function readInteger({ text, line }: TomlToken): GoValue {
  const shown = `Invalid integer ${quoteGo(text)}`;
  if (!areUnderscoresFine(text)) {
    throw new TomlFlaw(line, `${shown}: underscores must be surrounded by digits`);
  }
  if (hasLeadingZero(text)) throw new TomlFlaw(line, `${shown}: cannot have leading zeroes`);
  const [, sign = "", digits = ""] = /^([+-]?)(.*)$/.exec(text.replaceAll("_", "")) ?? [];
  const value = sign === "-" ? -BigInt(digits) : BigInt(digits);
  if (value > MAX_INT64 || value < -MAX_INT64 - 1n) {
    throw new TomlFlaw(line, `${text} is out of range for int64`);
  }
  return goInt(value, "int64");
}

function readFloat({ text, line }: TomlToken): number {
  const shown = `Invalid float ${quoteGo(text)}`;
  const parts = text.split(/[.eE]/).filter((part) => part !== "");
  if (!parts.every(areUnderscoresFine)) {
    throw new TomlFlaw(line, `${shown}: underscores must be surrounded by digits`);
  }
  if (hasLeadingZero(parts[0] ?? "")) throw new TomlFlaw(line, `${shown}: cannot have leading zeroes`);
  if (/\.(?![0-9])/.test(text)) {
    throw new TomlFlaw(line, `${shown}: '.' must be followed by one or more digits`);
  }
  const plain = text.replaceAll("_", "");
  if (plain.endsWith("nan")) return Number.NaN;
  if (plain.endsWith("inf")) return plain.startsWith("-") ? -Infinity : Infinity;
  if (!/^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(plain)) {
    throw new TomlFlaw(line, `Invalid float value: ${quoteGo(text)}`);
  }
  const value = Number(plain);
  if (!Number.isFinite(value)) throw new TomlFlaw(line, `${text} is out of range for float64`);
  return value;
}

function hasLeadingZero(text: string): boolean {
  return /^0[^box]/s.test(text) || /^[+-]0./s.test(text);
}

const FLOAT_WORD = /^[+-]?(?:nan|inf)$/;

/** Whether each underscore has a digit, of any base, on both sides. */
function areUnderscoresFine(text: string): boolean {
  return FLOAT_WORD.test(text) || (!/(?:^|[^0-9a-fA-F])_/.test(text) && /[0-9a-fA-F]$/.test(text));
}

/** BurntSushi marks times without an offset by zones of these names, as far from UTC as the process, which is not at all. */
function localZone(kind: "datetime" | "date" | "time"): GoLocation {
  return fixedLocation(`${kind}-local`, 0);
}

const LAYOUTS: readonly (readonly [layout: string, zone: "datetime" | "date" | "time" | undefined])[] = [
  ["2006-01-02T15:04:05.999999999Z07:00", undefined],
  ["2006-01-02T15:04:05.999999999", "datetime"],
  ["2006-01-02", "date"],
  ["15:04:05.999999999", "time"],
  ["2006-01-02T15:04Z07:00", undefined],
  ["2006-01-02T15:04", "datetime"],
  ["15:04", "time"],
];

function readMoment({ text: given, line }: TomlToken): GoTime {
  const text = given.replaceAll("z", "Z").replaceAll(/[t ]/g, "T");
  for (const [layout, zone] of LAYOUTS) {
    const time = tryParse(layout, text, zone === undefined ? utcLocation : localZone(zone));
    if (time === undefined) continue;
    if (isZeroMissing(text, layout)) break;
    return time;
  }
  throw new TomlFlaw(line, `invalid datetime: ${quoteGo(text)}`);
}

function tryParse(layout: string, text: string, location: GoLocation): GoTime | undefined {
  try {
    return new GoTime(parseInstant(layout, text, location));
  } catch (error) {
    if (error instanceof WeirError) return undefined;
    throw error;
  }
}

/** Go takes numbers without their leading zero: then what separates them is not where it is in the layout. */
function isZeroMissing(text: string, layout: string): boolean {
  const fixed = /^[^.Z]*/.exec(layout)?.[0] ?? "";
  return Array.from(fixed).some((char, index) => !/[0-9]/.test(char) && text[index] !== char);
}
