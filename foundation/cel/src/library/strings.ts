import { BOOL, DYN, INT, listOf, STRING } from "../cel-type.ts";
import { type CelFunction, globalFunction, memberFunction } from "../function-table.ts";
import { CelFailure, type CelValue, noOverload } from "../value.ts";
import { matchesAnywhere, searchText } from "./pattern-search.ts";
import { quoteText } from "./quote-text.ts";
import { type FormatDialect, formatText } from "./string-format.ts";

function outOfRange(index: bigint): CelFailure {
  return new CelFailure(`index out of range: ${index}`);
}

function isOutside(index: bigint, length: number): boolean {
  return index < 0n || index > BigInt(length);
}

function charAt(text: string, index: bigint): CelValue {
  let left = index < 0n ? -1 : Number(index);
  let at = 0;
  for (; left > 0 && at < text.length; left--) at += widthAt(text, at);
  return left === 0 ? text.slice(at, at + widthAt(text, at)) : outOfRange(index);
}

/** How many code units the character at a place takes. */
function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** Where a text begins within another from an index on, both as lists of characters. */
function search(characters: readonly string[], sought: readonly string[], from: number, by: 1 | -1): bigint {
  const text = characters.join("");
  if (characters.length === text.length) {
    const found = by === 1 ? text.indexOf(sought.join(""), from) : text.lastIndexOf(sought.join(""), from);
    return BigInt(found);
  }
  for (let start = from; start >= 0 && start <= characters.length - sought.length; start += by) {
    if (sought.every((character, index) => characters[start + index] === character)) return BigInt(start);
  }
  return -1n;
}

function indexOf(text: string, sought: string, offset = 0n): CelValue {
  if (sought === "") return offset;
  if (offset < 0n) return outOfRange(offset);
  const characters = Array.from(text);
  return offset >= BigInt(characters.length)
    ? -1n
    : search(characters, Array.from(sought), Number(offset), 1);
}

function lastIndexOf(text: string, sought: string, offset?: bigint): CelValue {
  const characters = Array.from(text);
  if (sought === "") return offset ?? BigInt(characters.length);
  if (offset !== undefined && offset < 0n) return outOfRange(offset);
  if (offset !== undefined && offset >= BigInt(characters.length)) return -1n;
  const parts = Array.from(sought);
  const last = characters.length - parts.length;
  return last < 0 ? -1n : search(characters, parts, Math.min(Number(offset ?? last), last), -1);
}

function replace(text: string, old: string, replacement: string, limit = -1n): CelValue {
  if (limit === 0n) return text;
  const parts = old === "" ? ["", ...Array.from(text), ""] : text.split(old);
  const count = limit < 0n ? parts.length - 1 : Math.min(Number(limit), parts.length - 1);
  return (
    parts.slice(0, count + 1).join(replacement) +
    parts
      .slice(count + 1)
      .map((part) => old + part)
      .join("")
  );
}

function split(text: string, separator: string, limit = -1n): CelValue {
  if (limit === 0n) return [];
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  if (limit < 0n || limit >= BigInt(parts.length)) return parts;
  const kept = Number(limit) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(separator)];
}

function substring(text: string, start: bigint, end?: bigint): CelValue {
  const characters = Array.from(text);
  if (end !== undefined && start > end) {
    return new CelFailure(`invalid substring range. start: ${start}, end: ${end}`);
  }
  if (isOutside(start, characters.length)) return outOfRange(start);
  if (end !== undefined && isOutside(end, characters.length)) return outOfRange(end);
  return characters.slice(Number(start), end === undefined ? undefined : Number(end)).join("");
}

function join(list: readonly CelValue[], separator = ""): CelValue {
  const wrong = list.find((item) => typeof item !== "string");
  return wrong === undefined ? list.join(separator) : noOverload();
}

function test(name: string, holds: (text: string, part: string) => boolean): CelFunction {
  return {
    ...memberFunction(name, [[STRING, STRING], BOOL]),
    singleton: {
      arity: 2,
      apply: (text, part) =>
        typeof text === "string" && typeof part === "string" ? holds(text, part) : noOverload(),
    },
  };
}

/** What every environment can ask of a text. */
export const TEXT_TESTS: readonly CelFunction[] = [
  test("contains", (text, part) => text.includes(part)),
  test("startsWith", (text, part) => text.startsWith(part)),
  test("endsWith", (text, part) => text.endsWith(part)),
  {
    name: "matches",
    overloads: [true, false].map((isMember) => ({ isMember, params: [STRING, STRING], result: BOOL })),
    singleton: {
      arity: 2,
      accepts: (value) => typeof value === "string",
      apply: (text, pattern) =>
        typeof text === "string" && typeof pattern === "string"
          ? searchText(matchesAnywhere, text, pattern)
          : noOverload(),
    },
  },
];

const isUpper = /[A-Z]+/g;
const isLower = /[a-z]+/g;

const SPACE = /[\s\u0085]/u;

/** Searching for spaces before the end by a pattern would take the square of their number. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The extension library of strings; `reverse` came with its third version. */
export function stringLibrary(dialect: FormatDialect): readonly CelFunction[] {
  const reverse = (text: string): CelValue => Array.from(text).reverse().join("");
  return [
    memberFunction("charAt", [[STRING, INT], STRING, charAt]),
    memberFunction("indexOf", [[STRING, STRING], INT, indexOf], [[STRING, STRING, INT], INT, indexOf]),
    memberFunction(
      "lastIndexOf",
      [[STRING, STRING], INT, lastIndexOf],
      [[STRING, STRING, INT], INT, lastIndexOf],
    ),
    memberFunction("lowerAscii", [
      [STRING],
      STRING,
      (text: string) => text.replace(isUpper, (part) => part.toLowerCase()),
    ]),
    memberFunction("upperAscii", [
      [STRING],
      STRING,
      (text: string) => text.replace(isLower, (part) => part.toUpperCase()),
    ]),
    memberFunction(
      "replace",
      [[STRING, STRING, STRING], STRING, replace],
      [[STRING, STRING, STRING, INT], STRING, replace],
    ),
    memberFunction(
      "split",
      [[STRING, STRING], listOf(STRING), split],
      [[STRING, STRING, INT], listOf(STRING), split],
    ),
    memberFunction("substring", [[STRING, INT], STRING, substring], [[STRING, INT, INT], STRING, substring]),
    memberFunction("trim", [[STRING], STRING, trim]),
    memberFunction("format", [
      [STRING, listOf(DYN)],
      STRING,
      (template: string, values: readonly CelValue[]) => formatText(template, values, dialect),
    ]),
    globalFunction("strings.quote", [[STRING], STRING, quoteText]),
    memberFunction("join", [[listOf(STRING)], STRING, join], [[listOf(STRING), STRING], STRING, join]),
    ...(dialect === "plain" ? [memberFunction("reverse", [[STRING], STRING, reverse])] : []),
  ];
}
