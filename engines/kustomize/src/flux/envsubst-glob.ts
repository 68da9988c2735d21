import { firstRune } from "./byte-text.ts";

/** The pattern is malformed; whoever asked goes on as if nothing matched. */
const BAD = Symbol("bad pattern");

/** Whether a shell pattern matches bytes as a whole; `*` crosses slashes. `undefined` for a malformed pattern. */
export function globMatches(pattern: string, name: string): boolean | undefined {
  let rest = name;
  let remaining = pattern;
  while (remaining.length > 0) {
    const { star, chunk, tail } = nextChunk(remaining);
    remaining = tail;
    if (star && chunk === "") return true;
    const next = afterChunk(chunk, rest, { star, isLast: remaining === "" });
    if (next === BAD) return undefined;
    if (next === undefined) return false;
    rest = next;
  }
  return rest === "";
}

interface Chunk {
  readonly star: boolean;
  readonly chunk: string;
  readonly tail: string;
}

function nextChunk(pattern: string): Chunk {
  const trimmed = pattern.replace(/^\*+/, "");
  let inRange = false;
  let at = 0;
  for (; at < trimmed.length; at++) {
    const character = trimmed[at];
    if (character === "\\") at += at + 1 < trimmed.length ? 1 : 0;
    else if (character === "[") inRange = true;
    else if (character === "]") inRange = false;
    else if (character === "*" && !inRange) break;
  }
  return { star: trimmed.length < pattern.length, chunk: trimmed.slice(0, at), tail: trimmed.slice(at) };
}

type Rest = string | undefined | typeof BAD;

/** What is left of the text behind a chunk; behind a star the chunk may stand anywhere. */
function afterChunk(chunk: string, text: string, { star, isLast }: { star: boolean; isLast: boolean }): Rest {
  const direct = matchChunk(chunk, text);
  if (typeof direct === "string" && (direct === "" || !isLast)) return direct;
  if (direct === BAD) return BAD;
  if (!star) return undefined;
  for (let at = 1; at <= text.length; at++) {
    const found = matchChunk(chunk, text.slice(at));
    if (found === BAD) return BAD;
    if (found !== undefined && (found === "" || !isLast)) return found;
  }
  return undefined;
}

function matchChunk(chunk: string, text: string): Rest {
  let pattern = chunk;
  let rest = text;
  while (pattern !== "") {
    if (rest === "") return undefined;
    const step = pattern.startsWith("[") ? matchRange(pattern, rest) : matchOne(pattern, rest);
    if (step === undefined || step === BAD) return step;
    pattern = step.pattern;
    rest = step.rest;
  }
  return rest;
}

type Step = { readonly pattern: string; readonly rest: string } | undefined | typeof BAD;

function matchOne(pattern: string, rest: string): Step {
  if (pattern.startsWith("?")) {
    return { pattern: pattern.slice(1), rest: rest.slice(firstRune(rest).width) };
  }
  const literal = pattern.startsWith("\\") ? pattern.slice(1) : pattern;
  if (literal === "") return BAD;
  return literal[0] === rest[0] ? { pattern: literal.slice(1), rest: rest.slice(1) } : undefined;
}

function matchRange(pattern: string, rest: string): Step {
  const { rune, width } = firstRune(rest);
  const code = rune.codePointAt(0) ?? 0;
  let remaining = pattern.slice(1);
  const isNegated = remaining.startsWith("^");
  if (isNegated) remaining = remaining.slice(1);
  let matches = false;
  for (let count = 0; !(count > 0 && remaining.startsWith("]")); count++) {
    const low = rangeEnd(remaining);
    if (low === BAD) return BAD;
    const high = low.rest.startsWith("-") ? rangeEnd(low.rest.slice(1)) : low;
    if (high === BAD) return BAD;
    if (low.code <= code && code <= high.code) matches = true;
    remaining = high.rest;
  }
  return matches === isNegated ? undefined : { pattern: remaining.slice(1), rest: rest.slice(width) };
}

function rangeEnd(text: string): { readonly code: number; readonly rest: string } | typeof BAD {
  if (text === "" || text.startsWith("-") || text.startsWith("]")) return BAD;
  const from = text.startsWith("\\") ? text.slice(1) : text;
  if (from === "") return BAD;
  const { rune, width } = firstRune(from);
  const rest = from.slice(width);
  if (rest === "" || (rune === "\ufffd" && width === 1)) return BAD;
  return { code: rune.codePointAt(0) ?? 0, rest };
}
