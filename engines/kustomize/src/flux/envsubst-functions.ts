import { runesOf, toBytes } from "./byte-text.ts";
import { globMatches } from "./envsubst-glob.ts";
import { SubstitutionError } from "./substitution-error.ts";

type Operator = (value: string, args: readonly string[]) => string;

/** Patterns are tried on every prefix of a value; longer ones would cost too much. */
const MAX_PATTERN_TEXT = 64 * 1024;

/** The upper or lower case of one character, itself where that is not one character. */
function mapRune(rune: string, map: (text: string) => string): string {
  const mapped = map(rune);
  return Array.from(mapped).length === 1 ? mapped : rune;
}

function mapRunes(bytes: string, map: (text: string) => string): string {
  return toBytes(
    runesOf(bytes)
      .map((rune) => mapRune(rune, map))
      .join(""),
  );
}

function mapFirst(bytes: string, map: (text: string) => string): string {
  const [first, ...rest] = runesOf(bytes);
  return first === undefined ? bytes : toBytes(mapRune(first, map) + rest.join(""));
}

const upper = (text: string): string => text.toUpperCase();
const lower = (text: string): string => text.toLowerCase();

function reverse(bytes: string): string {
  return toBytes(runesOf(bytes).toReversed().join(""));
}

function checkLength(value: string): void {
  if (value.length > MAX_PATTERN_TEXT) throw new SubstitutionError("value is too long for a pattern");
}

/** Cuts the longest or shortest prefix that a pattern matches; an empty one does not count. */
function trimPrefix(value: string, pattern: string, longest: boolean): string {
  checkLength(value);
  let cut = 0;
  for (let length = value.length; length > 0; length--) {
    const matches = globMatches(pattern, value.slice(0, length));
    if (matches === undefined) return value;
    if (!matches) continue;
    cut = length;
    if (longest) break;
  }
  return value.slice(cut);
}

function trimSuffix(value: string, pattern: string, longest: boolean): string {
  return reverse(trimPrefix(reverse(value), reverse(pattern), longest));
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^[-+]?\d+$/.test(text) ? Number(text) : undefined;
}

function substring(value: string, args: readonly string[]): string {
  const start = integer(args[0]);
  if (start === undefined) return value;
  const from = start < 0 ? Math.max(value.length + start, 0) : start;
  if (args.length === 1) return value.slice(from);
  const length = integer(args[1]);
  if (length === undefined) return value;
  if (from + length >= value.length) return value.slice(from);
  if (length < 0) throw new SubstitutionError(`substring length ${length} is negative`);
  return value.slice(from, from + length);
}

/** Replaces as Go's `strings.Replace`: an empty text stands before each character and at the end. */
function replaceAll(value: string, old: string, by: string): string {
  if (old !== "") return value.replaceAll(old, () => by);
  return (
    by +
    runesOf(value)
      .map((rune) => toBytes(rune) + by)
      .join("")
  );
}

const orDefault: Operator = (value, args) => (value === "" ? args.join("") : value);

const OPERATORS: Readonly<Record<string, Operator>> = {
  ",": (value) => mapFirst(value, lower),
  ",,": (value) => mapRunes(value, lower),
  "^": (value) => mapFirst(value, upper),
  "^^": (value) => mapRunes(value, upper),
  "#": (value, args) => (args.length === 0 ? String(value.length) : trimPrefix(value, args[0] ?? "", false)),
  "##": (value, args) => trimPrefix(value, args[0] ?? "", true),
  "%": (value, args) => trimSuffix(value, args[0] ?? "", false),
  "%%": (value, args) => trimSuffix(value, args[0] ?? "", true),
  ":": substring,
  "/": (value, args) => value.replace(args[0] ?? "", () => args[1] ?? ""),
  "//": (value, args) => replaceAll(value, args[0] ?? "", args[1] ?? ""),
  "/#": (value, args) =>
    args.length === 2 && value.startsWith(args[0] ?? "")
      ? value.replace(args[0] ?? "", () => args[1] ?? "")
      : value,
  "/%": (value, args) => {
    const [old = "", by] = args;
    return by !== undefined && value.endsWith(old) ? value.slice(0, value.length - old.length) + by : value;
  },
};

/** What an operator makes of a variable's value; every one that is not known gives a default. */
export function applyOperator(operator: string, value: string, args: readonly string[]): string {
  const known = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  return (known ?? orDefault)(value, args);
}
