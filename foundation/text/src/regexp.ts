import { WeirError } from "@weir/core";
import { type PlainPattern, plainPattern } from "./plain-pattern.ts";
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";

/** A text is not a regular expression; the message is that of Go's regexp. */
export class RegexpSyntaxError extends WeirError {
  override readonly name = "RegexpSyntaxError";
  readonly reason = "InvalidRegexp";
  readonly retry = "never";
  readonly pattern: string;

  constructor(pattern: string, problem: string, options?: { readonly cause?: unknown }) {
    super(`error parsing regexp: ${problem}`, options);
    this.pattern = pattern;
  }
}

/** Where a regular expression matched, in UTF-16 code units. */
export interface RegexpMatch {
  readonly start: number;
  readonly end: number;
  /** The whole match, then each group; `undefined` for one that took no part. */
  readonly groups: readonly (string | undefined)[];
  /** The groups that have a name. */
  readonly named: ReadonlyMap<string, string | undefined>;
}

/** A compiled regular expression with the syntax and the matches of Go's regexp, in time linear in the text. */
export interface Regexp {
  readonly pattern: string;
  /** Whether it matches anywhere in the text, as `MatchString`. */
  matches(text: string): boolean;
  /** The leftmost match. */
  find(text: string): RegexpMatch | undefined;
  /** All matches from left to right, none of which overlap; an empty one right behind another is left out. */
  findAll(text: string): readonly RegexpMatch[];
  /** The matches of `findAll` one after another: for who stops before the last. */
  eachMatch(text: string): Iterable<RegexpMatch>;
  /** Replaces all matches; `$1`, `${1}`, `$name` and `$$` stand in the template for what they stand for in Go's `Expand`. */
  replaceAll(text: string, template: string): string;
}

/** Longest pattern that is compiled; Kubernetes objects and kustomizations hold far shorter ones. */
const LONGEST_PATTERN = 64 * 1024;
/** As Go: deeper ones could not be compiled without deep recursion. */
const DEEPEST_NESTING = 1000;

/** Compiles a pattern once for many texts. Throws `RegexpSyntaxError`. */
export function compileRegexp(pattern: string): Regexp {
  if (pattern.length > LONGEST_PATTERN) throw new RegexpSyntaxError(pattern, "expression too large");
  if (nestsTooDeep(pattern)) {
    throw new RegexpSyntaxError(pattern, `expression nests too deeply: \`${pattern}\``);
  }
  const plain = plainPattern(pattern);
  const matcher = plain === undefined ? linearMatcher(pattern) : plainMatcher(pattern, plain);
  return {
    pattern,
    matches: matcher.test,
    find: (text) => matcher.matches(text).next().value,
    findAll: (text) => [...matcher.matches(text)],
    eachMatch: matcher.matches,
    replaceAll: (text, template) => {
      let replaced = "";
      let end = 0;
      for (const match of matcher.matches(text)) {
        replaced += text.slice(end, match.start) + expandMatch(template, match);
        end = match.end;
      }
      return replaced + text.slice(end);
    },
  };
}

/** What finds the matches of one pattern. */
interface Matcher {
  readonly test: (text: string) => boolean;
  readonly matches: (text: string) => Generator<RegexpMatch, undefined>;
}

function linearMatcher(pattern: string): Matcher {
  const compiled = compile(pattern);
  const names = Object.entries(compiled.namedGroups());
  return { test: (text) => compiled.test(text), matches: (text) => allMatches(compiled, names, text) };
}

/** JavaScript's own engine where it gives the same at once; RE2 is loaded and compiles for other texts only. */
function plainMatcher(pattern: string, { expression, longestText }: PlainPattern): Matcher {
  let linear: Matcher | undefined;
  const isPlain = (text: string): boolean => text.length <= longestText && isAscii(text);
  const forOthers = (): Matcher => {
    linear ??= linearMatcher(pattern);
    return linear;
  };
  return {
    test: (text) => (isPlain(text) ? text.search(expression) >= 0 : forOthers().test(text)),
    matches: (text) => (isPlain(text) ? plainMatches(expression, text) : forOthers().matches(text)),
  };
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII, too.
  return /^[\0-\x7f]*$/.test(text);
}

function* plainMatches(expression: RegExp, text: string): Generator<RegexpMatch, undefined> {
  let previousEnd = -1;
  for (const match of text.matchAll(expression)) {
    const start = match.index;
    const end = start + match[0].length;
    if (start === end && start === previousEnd) continue;
    previousEnd = end;
    yield { start, end, groups: [...match], named: new Map() };
  }
  return undefined;
}

/** The pattern that matches where `pattern` matches the whole text, as kustomize and Flux anchor patterns of users. */
export function anchoredPattern(pattern: string): string {
  return `^(?:${pattern})$`;
}

/** The pattern that matches exactly this text, as Go's `QuoteMeta`. */
export function quotePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    if (cause instanceof RE2JSSyntaxException) {
      const problem = `${cause.getDescription()}: \`${cause.getPattern() ?? ""}\``;
      // Go's text says it all: the library's own error would only repeat it.
      throw new RegexpSyntaxError(pattern, problem);
    }
    if (cause instanceof RE2JSException || cause instanceof RangeError) {
      throw new RegexpSyntaxError(pattern, "expression too large", { cause });
    }
    throw cause;
  }
}

/** Counts open parentheses; those in classes or quoted count too, which no real pattern has a thousand of. */
function nestsTooDeep(pattern: string): boolean {
  let depth = 0;
  for (const char of pattern) {
    if (char === "(") depth++;
    else if (char === ")") depth--;
    if (depth > DEEPEST_NESTING) return true;
  }
  return false;
}

function* allMatches(
  compiled: RE2JS,
  names: readonly (readonly [string, number])[],
  text: string,
): Generator<RegexpMatch, undefined> {
  const matcher = compiled.matcher(text);
  let previousEnd = -1;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && start === previousEnd) continue;
    previousEnd = end;
    const groups = Array.from(
      { length: matcher.groupCount() + 1 },
      (_, index) => matcher.group(index) ?? undefined,
    );
    yield { start, end, groups, named: new Map(names.map(([name, index]) => [name, groups[index]])) };
  }
  return undefined;
}

/** What a `$` in a template may stand for: itself, a name in braces, or the longest name that follows. */
const REFERENCE = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/** What a match makes of a template, by the rules of Go's `Expand`: `$1`, `${1}`, `$name` and `$$`. */
export function expandMatch(template: string, match: RegexpMatch): string {
  return template.replace(REFERENCE, (_whole, dollar?: string, braced?: string, bare?: string) => {
    if (dollar !== undefined) return "$";
    const name = braced ?? bare ?? "";
    const value = /^[0-9]+$/.test(name) ? match.groups[Number(name)] : match.named.get(name);
    return value ?? "";
  });
}
