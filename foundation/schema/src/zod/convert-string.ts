import { compilePattern } from "../pattern.ts";
import type { SchemaNode } from "../schema-node.ts";
import { type AnyType, type CheckDef, type Conversion, checksOf, refuseCheck } from "./conversion.ts";

/** zod's names of formats that the API server checks, too; their patterns are left to it. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ["datetime", "date-time"],
  ["date", "date"],
  ["duration", "duration"],
  ["email", "email"],
  ["hostname", "hostname"],
  ["url", "uri"],
  ["uuid", "uuid"],
  ["guid", "uuid"],
  ["ipv4", "ipv4"],
  ["ipv6", "ipv6"],
  ["cidrv4", "cidr"],
  ["cidrv6", "cidr"],
  ["mac", "mac"],
  ["base64", "byte"],
  ["credit_card", "creditcard"],
]);

const FLAGS: Readonly<Record<string, string>> = { i: "i", m: "m", s: "s" };

/** Rewrites the escapes that only JavaScript has; all else means the same in RE2 or does not compile there. */
function toRe2(pattern: RegExp): string {
  const flags = [...pattern.flags].map((flag) => FLAGS[flag] ?? "").join("");
  const source = pattern.source.replace(
    /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|(.))/g,
    (whole, braced: string | undefined, four: string | undefined, character: string | undefined) => {
      const code = braced ?? four;
      if (code !== undefined) return `\\x{${code}}`;
      return character === "/" ? "/" : whole;
    },
  );
  return flags === "" ? source : `(?${flags})${source}`;
}

function readPattern(pattern: RegExp, conversion: Conversion): string {
  if (pattern.flags.includes("y")) return conversion.refuse("a sticky pattern");
  const source = toRe2(pattern);
  const compiled = compilePattern(source);
  if (compiled.kind === "valid") return source;
  return conversion.refuse(`the pattern ${pattern.source} is not one of RE2 (${compiled.problem})`);
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** What the string checks of a type add up to. */
interface StringParts {
  minLength?: number;
  maxLength?: number;
  format?: string;
  readonly patterns: string[];
}

type StringFormatDef = Extract<CheckDef, { readonly check: "string_format" }>;

function readStringFormat(def: StringFormatDef, parts: StringParts, conversion: Conversion): void {
  const format = FORMATS.get(def.format);
  if (format !== undefined) {
    if (parts.format !== undefined) conversion.refuse("a text has one format");
    parts.format = format;
  } else if ("prefix" in def && typeof def.prefix === "string") {
    parts.patterns.push(`^${escapeText(def.prefix)}`);
  } else if ("suffix" in def && typeof def.suffix === "string") {
    parts.patterns.push(`${escapeText(def.suffix)}$`);
  } else if ("includes" in def && typeof def.includes === "string") {
    parts.patterns.push(escapeText(def.includes));
  } else if (def.pattern !== undefined) {
    parts.patterns.push(readPattern(def.pattern, conversion));
  } else {
    conversion.refuse(`the format ${def.format} has no keyword`);
  }
}

function readCheck(def: CheckDef, parts: StringParts, conversion: Conversion): void {
  switch (def.check) {
    case "min_length":
      parts.minLength = Math.max(parts.minLength ?? 0, def.minimum);
      return;
    case "max_length":
      parts.maxLength = Math.min(parts.maxLength ?? Number.POSITIVE_INFINITY, def.maximum);
      return;
    case "length_equals":
      parts.minLength = def.length;
      parts.maxLength = def.length;
      return;
    case "string_format":
      readStringFormat(def, parts, conversion);
      return;
    default:
      refuseCheck(conversion, def.check);
  }
}

/** Converts a text with its lengths, patterns and format. */
export function convertString(type: AnyType, conversion: Conversion): SchemaNode {
  const parts: StringParts = { patterns: [] };
  for (const def of checksOf(type)) readCheck(def, parts, conversion);
  const { patterns, ...keywords } = parts;
  const [pattern, ...others] = patterns;
  return {
    type: "string",
    ...keywords,
    ...(pattern === undefined ? {} : { pattern }),
    ...(others.length === 0 ? {} : { allOf: others.map((other) => ({ pattern: other })) }),
  };
}

/** Converts a template literal, which is a text of one pattern. */
export function convertTemplate(type: AnyType, conversion: Conversion): SchemaNode {
  const { pattern } = type._zod;
  if (pattern === undefined) return conversion.refuse("the template has no pattern");
  return { type: "string", pattern: readPattern(pattern, conversion) };
}
