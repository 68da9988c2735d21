import { parseGoInteger, parseGoIntegerOfBase } from "./integer.ts";
import type { YamlDialect } from "./options.ts";
import { parseTimestamp } from "./timestamp.ts";

/** What a plain scalar means, in Go's types. */
export type Resolved =
  | { readonly kind: "string" }
  | { readonly kind: "binary"; readonly value: string }
  | { readonly kind: "null" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "timestamp"; readonly value: string };

/** The meaning of every scalar that is text. */
export const STRING: Resolved = { kind: "string" };
const NULL: Resolved = { kind: "null" };
const TRUE: Resolved = { kind: "bool", value: true };
const FALSE: Resolved = { kind: "bool", value: false };

const WORDS: ReadonlyArray<readonly [meaning: Resolved, words: string]> = [
  [TRUE, "true True TRUE"],
  [FALSE, "false False FALSE"],
  [NULL, "~ null Null NULL"],
  [{ kind: "float", value: Number.NaN }, ".nan .NaN .NAN"],
  [{ kind: "float", value: Number.POSITIVE_INFINITY }, ".inf .Inf .INF +.inf +.Inf +.INF"],
  [{ kind: "float", value: Number.NEGATIVE_INFINITY }, "-.inf -.Inf -.INF"],
];

/** Booleans of YAML 1.1 that version 3 dropped. */
const OLD_WORDS: ReadonlyArray<readonly [meaning: Resolved, words: string]> = [
  [TRUE, "y Y yes Yes YES on On ON"],
  [FALSE, "n N no No NO off Off OFF"],
];

const MEANINGS: Readonly<Record<YamlDialect, ReadonlyMap<string, Resolved>>> = {
  "go-yaml-v2": meaningsOf([...WORDS, ...OLD_WORDS]),
  "go-yaml-v3": meaningsOf(WORDS),
};

function meaningsOf(table: typeof WORDS): ReadonlyMap<string, Resolved> {
  return new Map(
    table.flatMap(([meaning, words]) => words.split(" ").map((word) => [word, meaning] as const)),
  );
}

/** First characters of scalars that may be something else than a string, and what to try for them. */
const WORD_START = 1;
const NUMBER_START = 2;
const DOT_START = 3;
const HINTS = hints();

function hints(): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of "yYnNtTfFoO~") table[character.charCodeAt(0)] = WORD_START;
  for (const character of "0123456789+-") table[character.charCodeAt(0)] = NUMBER_START;
  table[".".charCodeAt(0)] = DOT_START;
  return table;
}

const LONGEST_WORD = 5;
/** Go's own syntax: an underscore only between two digits. */
const DOT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const STYLE_FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/**
 * Decides what a plain scalar without a tag means.
 *
 * `timestamps: false` is for scalars with an explicit tag other than `!!timestamp`, which go-yaml does not try as one.
 */
export function resolvePlain(text: string, dialect: YamlDialect, timestamps = true): Resolved {
  const hint = HINTS[text.charCodeAt(0)];
  if (hint === undefined || hint === 0) return text === "" ? NULL : STRING;
  if (text.length <= LONGEST_WORD) {
    const meaning = MEANINGS[dialect].get(text);
    if (meaning !== undefined) return meaning;
  }
  if (hint === WORD_START) return STRING;
  if (hint === DOT_START) return DOT_FLOAT.test(text) ? floatOf(text.replaceAll("_", "")) : STRING;
  const moment = timestamps ? parseTimestamp(text) : undefined;
  return moment === undefined ? resolveNumber(text, dialect) : { kind: "timestamp", value: moment };
}

/** An overflow is an error for Go's `ParseFloat`, and so the scalar stays text. */
function floatOf(text: string): Resolved {
  const value = Number(text);
  return Number.isFinite(value) ? { kind: "float", value } : STRING;
}

function resolveNumber(text: string, dialect: YamlDialect): Resolved {
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  const integer = parseGoInteger(plain);
  if (integer !== undefined) return { kind: "int", value: integer };
  if (STYLE_FLOAT.test(plain)) {
    const float = floatOf(plain);
    if (float !== STRING) return float;
  }
  const odd =
    oddInteger(plain, "0b", 2) ?? (dialect === "go-yaml-v3" ? oddInteger(plain, "0o", 8) : undefined);
  return odd === undefined ? STRING : { kind: "int", value: odd };
}

/** go-yaml tries these prefixes once more by itself and so accepts a second sign: `0b-11` is -3. */
function oddInteger(plain: string, prefix: string, base: number): number | bigint | undefined {
  if (plain.startsWith(prefix)) return parseGoIntegerOfBase(plain.slice(prefix.length), base);
  if (plain.startsWith(`-${prefix}`)) return parseGoIntegerOfBase(`-${plain.slice(prefix.length + 1)}`, base);
  return undefined;
}
