/**
 * Whether a name matches a shell pattern by the rules of Go's `path.Match`: `*` and `?` stop at `/`, classes as
 * `[a-z]` and `[^a-z]`, `\` quotes. `undefined` for a malformed pattern, which Go reports only when it gets that far.
 * Linear in pattern times name: a `*` never looks back beyond itself.
 */
export function matchGoPath(pattern: string, name: string): boolean | undefined {
  if (!SPECIAL.test(pattern)) return pattern === name;
  return LAST_PART.test(pattern) ? endsIn(name, pattern.slice(1)) : matchChunks(pattern, name);
}

/** Whether nothing but one part of a path stands before a text. */
function endsIn(name: string, tail: string): boolean {
  return name.endsWith(tail) && !name.slice(0, name.length - tail.length).includes("/");
}

function matchChunks(pattern: string, name: string): boolean | undefined {
  let rest = name;
  let remaining = pattern;
  while (remaining !== "") {
    const { star, chunk, after } = nextChunk(remaining);
    remaining = after;
    if (star && chunk === "") return !rest.includes("/");
    const direct = matchChunk(chunk, rest);
    if (direct === undefined) return undefined;
    if (direct !== false && (direct === "" || remaining !== "")) {
      rest = direct;
      continue;
    }
    const skipped = star ? skipToChunk(chunk, rest, remaining === "") : false;
    if (skipped === undefined) return undefined;
    if (skipped === false) return checkRemaining(remaining);
    rest = skipped;
  }
  return rest === "";
}

const SPECIAL = /[*?[\\]/;
/** A star and what a name ends with, such as `*.bak`. */
const LAST_PART = /^\*[^*?[\\/]*$/;

interface Chunk {
  readonly star: boolean;
  readonly chunk: string;
  readonly after: string;
}

/** Leading stars, and what follows up to the next star that is not in a class or quoted. */
function nextChunk(pattern: string): Chunk {
  let start = 0;
  while (pattern[start] === "*") start += 1;
  let inClass = false;
  let index = start;
  for (; index < pattern.length; index += 1) {
    const char = pattern[index];
    if (char === "\\") index += 1;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "*" && !inClass) break;
  }
  index = Math.min(index, pattern.length);
  return { star: start > 0, chunk: pattern.slice(start, index), after: pattern.slice(index) };
}

/** Tries the chunk at each later place that a star can reach. */
function skipToChunk(chunk: string, name: string, isLast: boolean): string | false | undefined {
  for (let index = 0; index < name.length && name[index] !== "/"; index += 1) {
    const found = matchChunk(chunk, name.slice(index + 1));
    if (found === undefined) return undefined;
    if (found !== false && !(isLast && found !== "")) return found;
  }
  return false;
}

/** No match, but the rest of the pattern may still be malformed, which is then the answer. */
function checkRemaining(pattern: string): false | undefined {
  let remaining = pattern;
  while (remaining !== "") {
    const { chunk, after } = nextChunk(remaining);
    remaining = after;
    if (matchChunk(chunk, "") === undefined) return undefined;
  }
  return false;
}

/** What is left of the name after the chunk matched at its start; `false` for no match, `undefined` for a bad pattern. */
function matchChunk(chunk: string, name: string): string | false | undefined {
  const pattern = [...chunk];
  const text = [...name];
  let failed = false;
  let at = 0;
  for (let index = 0; index < pattern.length; index += 1) {
    const char: string | undefined = failed ? undefined : text[at];
    const item = matchItem(pattern, index, char ?? "");
    if (item === undefined) return undefined;
    index = item.end;
    failed ||= char === undefined || !item.matched;
    at += 1;
  }
  return failed ? false : text.slice(at).join("");
}

/** How one item of a pattern takes one character; `""` stands for the end of the name. */
interface ItemMatch {
  readonly matched: boolean;
  /** Index of the last character of the item. */
  readonly end: number;
}

function matchItem(pattern: readonly string[], index: number, char: string): ItemMatch | undefined {
  const first = pattern[index];
  if (first === "[") return matchClass(pattern, index + 1, char);
  if (first === "?") return { matched: char !== "/", end: index };
  const end = first === "\\" ? index + 1 : index;
  if (end >= pattern.length) return undefined;
  return { matched: pattern[end] === char, end };
}

function matchClass(pattern: readonly string[], start: number, char: string): ItemMatch | undefined {
  let index = start;
  const isNegated = pattern[index] === "^";
  if (isNegated) index += 1;
  let matched = false;
  for (let ranges = 0; ; ranges += 1) {
    if (pattern[index] === "]" && ranges > 0)
      return { matched: matched !== isNegated && char !== "", end: index };
    const low = classCharacter(pattern, index);
    if (low === undefined) return undefined;
    index = low.next;
    let high = low;
    if (pattern[index] === "-") {
      const upper = classCharacter(pattern, index + 1);
      if (upper === undefined) return undefined;
      high = upper;
      index = upper.next;
    }
    if (compareRunes(low.char, char) <= 0 && compareRunes(char, high.char) <= 0) matched = true;
  }
}

interface ClassCharacter {
  readonly char: string;
  readonly next: number;
}

/** One character of a class; a bare `-` or `]` is malformed, and so is a class that the character would end. */
function classCharacter(pattern: readonly string[], start: number): ClassCharacter | undefined {
  let index = start;
  const first = pattern[index];
  if (first === undefined || first === "-" || first === "]") return undefined;
  if (first === "\\") index += 1;
  const char = pattern[index];
  if (char === undefined || index + 1 >= pattern.length) return undefined;
  return { char, next: index + 1 };
}

function compareRunes(a: string, b: string): number {
  return (a.codePointAt(0) ?? -1) - (b.codePointAt(0) ?? -1);
}
