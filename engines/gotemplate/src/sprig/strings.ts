import { GoCallError, GoMap, GoSlice, type GoValue, quoteGo } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { areValid, byteLength, byteSlice, byteString, runesOf, textOfByteString } from "./byte-text.ts";
import { lengthOutOfRange, outOfRange, toIndex } from "./go-panic.ts";
import { isSpace } from "./go-unicode.ts";
import { joinText } from "./join-text.ts";
import { textOf, verbV } from "./text-of.ts";

/** Functions that cut, trim, join, search and quote text. */
export const stringFunctions = [
  defineFunction("hello", [], "string", () => "Hello!"),
  defineFunction("trunc", ["int", "string"], "string", ([count, text]) => truncated(toIndex(count), text)),
  defineFunction("substr", ["int", "int", "string"], "string", ([start, end, text]) =>
    substring(toIndex(start), toIndex(end), text),
  ),
  defineFunction("trim", ["string"], "string", ([text]) => trimmed(text, isSpace)),
  defineFunction("trimall", ["string", "string"], "string", ([cutset, text]) => trimAll(cutset, text)),
  defineFunction("trimAll", ["string", "string"], "string", ([cutset, text]) => trimAll(cutset, text)),
  defineFunction("trimSuffix", ["string", "string"], "string", (args) =>
    onBytes(args, (suffix, text) =>
      text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
    ),
  ),
  defineFunction("trimPrefix", ["string", "string"], "string", (args) =>
    onBytes(args, (prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  ),
  defineFunction("contains", ["string", "string"], "bool", (args) =>
    onBytes(args, (part, text) => text.includes(part)),
  ),
  defineFunction("hasPrefix", ["string", "string"], "bool", (args) =>
    onBytes(args, (part, text) => text.startsWith(part)),
  ),
  defineFunction("hasSuffix", ["string", "string"], "bool", (args) =>
    onBytes(args, (part, text) => text.endsWith(part)),
  ),
  defineFunction("repeat", ["int", "string"], "string", ([count, text], run) => repeated(text, count, run)),
  defineFunction("replace", ["string", "string", "string"], "string", ([old, by, text], run) =>
    replaced([old, by, text], run),
  ),
  defineFunction("plural", ["string", "string", "int"], "string", ([one, many, count]) =>
    count === 1n ? one : many,
  ),
  defineFunction("nospace", ["string"], "string", ([text]) => withoutSpace(text)),
  defineFunction("initials", ["string"], "string", ([text]) => initials(text)),
  defineFunction("quote", ["...interface {}"], "string", (values, run) =>
    joinText(
      present(values).map((value) => quoteGo(textOf(value, run))),
      " ",
      run,
    ),
  ),
  defineFunction("squote", ["...interface {}"], "string", (values, run) =>
    joinText(
      present(values).map((value) => `'${verbV(value, run)}'`),
      " ",
      run,
    ),
  ),
  defineFunction("cat", ["...interface {}"], "string", (values, run) =>
    joinText(
      present(values).map((value) => verbV(value, run)),
      " ",
      run,
    ),
  ),
  defineFunction("toString", ["interface {}"], "string", ([value], run) => textOf(value, run)),
  defineFunction("indent", ["int", "string"], "string", ([spaces, text], run) => indented(spaces, text, run)),
  defineFunction(
    "nindent",
    ["int", "string"],
    "string",
    ([spaces, text], run) => `\n${indented(spaces, text, run)}`,
  ),
  defineFunction("split", ["string", "string"], "map[string]string", ([separator, text], run) =>
    numbered(splitText(separator, text, run)),
  ),
  defineFunction(
    "splitn",
    ["string", "int", "string"],
    "map[string]string",
    ([separator, count, text], run) => numbered(splitText(separator, text, run, toIndex(count))),
  ),
  defineFunction(
    "splitList",
    ["string", "string"],
    "[]string",
    ([separator, text], run) => new GoSlice("string", splitText(separator, text, run)),
  ),
];

/** Works on characters, and on bytes where a text has some that are no characters. */
function onBytes<T extends string | boolean>(
  [part, text]: readonly [string, string],
  work: (part: string, text: string) => T,
): T {
  if (areValid(part, text)) return work(part, text);
  const result = work(byteString(part), byteString(text));
  return typeof result === "string" ? (textOfByteString(result) as T) : result;
}

function present(values: readonly GoValue[]): readonly GoValue[] {
  return values.filter((value) => value !== null);
}

function truncated(count: number, text: string): string {
  const length = byteLength(text);
  if (count < 0) return length + count > 0 ? byteSlice(text, length + count, length) : text;
  return length > count ? byteSlice(text, 0, count) : text;
}

function substring(start: number, end: number, text: string): string {
  const length = byteLength(text);
  if (start < 0) {
    if (end < 0) throw outOfRange(`[:${end}]`);
    if (end > length) throw outOfRange(`[:${end}] with length ${length}`);
    return byteSlice(text, 0, end);
  }
  const last = end < 0 || end > length ? length : end;
  if (start > last) throw outOfRange(`[${start}:${last}]`);
  return byteSlice(text, start, last);
}

function trimmed(text: string, drops: (rune: string) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end) {
    const rune = String.fromCodePoint(text.codePointAt(start) ?? 0);
    if (!drops(rune)) break;
    start += rune.length;
  }
  while (end > start) {
    const rune = lastRune(text, end);
    if (!drops(rune)) break;
    end -= rune.length;
  }
  return text.slice(start, end);
}

/** The rune that ends before a place: one or two units. */
function lastRune(text: string, end: number): string {
  const pair = text.slice(Math.max(end - 2, 0), end);
  return pair.length === 2 && pair.codePointAt(0) !== pair.charCodeAt(0) ? pair : text.slice(end - 1, end);
}

function trimAll(cutset: string, text: string): string {
  const cut = new Set(runesOf(cutset));
  return trimmed(text, (rune) => cut.has(runesOf(rune)[0] ?? ""));
}

/** The largest size that Go lets a program ask for. */
const MOST_ALLOCATED = 2n ** 48n;

function repeated(text: string, count: bigint, run: TemplateRun): string {
  if (count < 0n) throw new GoCallError("strings: negative Repeat count");
  if (BigInt(byteLength(text)) * count >= 2n ** 63n) {
    throw new GoCallError("strings: Repeat output length overflow");
  }
  if (text === "") return "";
  if (BigInt(byteLength(text)) * count > MOST_ALLOCATED) throw lengthOutOfRange();
  const times = toIndex(count);
  run.charge(text.length * times);
  return text.repeat(times);
}

function replaced([old, by, text]: readonly [string, string, string], run: TemplateRun): string {
  const parts = splitText(old, text, run);
  return joinText(old === "" ? ["", ...parts, ""] : parts, by, run);
}

/** goutils works on bytes here, and takes each for a character. */
function withoutSpace(text: string): string {
  const bytes = byteString(text);
  const kept = Array.from(bytes).filter((byte) => !isSpace(byte));
  return kept.length === bytes.length ? text : kept.join("");
}

/** As `withoutSpace` by bytes. */
function initials(text: string): string {
  let isFirst = true;
  let out = "";
  for (const byte of byteString(text)) {
    const isGap = isSpace(byte);
    if (isFirst && !isGap) out += byte;
    isFirst = isGap;
  }
  return out;
}

/** As Sprig's `indent`: empty lines are indented too. */
export function indented(spaces: bigint, text: string, run: TemplateRun): string {
  const pad = repeated(" ", spaces, run);
  const lines = text.split("\n");
  run.charge(pad.length * lines.length);
  return pad + lines.join(`\n${pad}`);
}

/** As `strings.SplitN`, and `strings.Split` without a count: an empty separator splits into runes. */
function splitText(separator: string, text: string, run: TemplateRun, count = -1): string[] {
  if (count === 0) return [];
  const isValid = areValid(separator, text);
  const [cut, whole] = isValid ? [separator, text] : [byteString(separator), byteString(text)];
  run.charge(PART_COST * occurrences(cut, whole));
  if (separator === "") return limited(Array.from(text), separator, count);
  const parts = limited(whole.split(cut), cut, count);
  return isValid ? parts : parts.map(textOfByteString);
}

/** What a part of a text weighs, besides its characters. */
const PART_COST = 8;

function occurrences(part: string, text: string): number {
  if (part === "") return text.length;
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

function limited(parts: string[], separator: string, count: number): string[] {
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoMap {
  const entries = parts.map((part, index): [string, GoValue] => [`_${index}`, part]);
  return new GoMap("map[string]string", "string", new Map(entries));
}
