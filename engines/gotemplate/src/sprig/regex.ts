import {
  canBackquoteGo,
  compileRegexp,
  expandMatch,
  GoCallError,
  GoSlice,
  quoteGo,
  quotePattern,
  type Regexp,
  type RegexpMatch,
  RegexpSyntaxError,
} from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { toIndex } from "./go-panic.ts";

/** Functions on regular expressions: those of Go, which take time linear in the text. */
export const regexFunctions = [
  defineFunction("regexMatch", ["string", "string"], "bool", ([pattern, text], run) =>
    matchesOrNot(pattern, text, run),
  ),
  defineFunction("mustRegexMatch", ["string", "string"], "bool", ([pattern, text], run) => {
    chargeMatching(text, run);
    return compiled("must", pattern).matches(text);
  }),
  ...both("RegexFindAll", (name, compile) =>
    defineFunction(name, ["string", "string", "int"], "[]string", ([pattern, text, count], run) =>
      findAll(compile(pattern), text, { count: toIndex(count), run }),
    ),
  ),
  ...both("RegexFind", (name, compile) =>
    defineFunction(name, ["string", "string"], "string", ([pattern, text], run) => {
      chargeMatching(text, run);
      return compile(pattern).find(text)?.groups[0] ?? "";
    }),
  ),
  ...both("RegexReplaceAll", (name, compile) =>
    defineFunction(name, ["string", "string", "string"], "string", ([pattern, text, template], run) =>
      replaceAll(compile(pattern), text, { run, by: (match) => expandMatch(template, match) }),
    ),
  ),
  ...both("RegexReplaceAllLiteral", (name, compile) =>
    defineFunction(name, ["string", "string", "string"], "string", ([pattern, text, by], run) =>
      replaceAll(compile(pattern), text, { run, by: () => by }),
    ),
  ),
  ...both("RegexSplit", (name, compile) =>
    defineFunction(name, ["string", "string", "int"], "[]string", ([pattern, text, count], run) =>
      split(compile(pattern), text, { count: toIndex(count), run }),
    ),
  ),
  defineFunction("regexQuoteMeta", ["string"], "string", ([text]) => quotePattern(text)),
];

type Compile = (pattern: string) => Regexp;

/** `regexFind` panics where `mustRegexFind` returns an error, which is worded differently. */
function both<T>(name: string, define: (name: string, compile: Compile) => T): readonly T[] {
  return [
    define(`r${name.slice(1)}`, (pattern) => compiled("panic", pattern)),
    define(`must${name}`, (pattern) => compiled("must", pattern)),
  ];
}

function compiled(mode: "must" | "panic", pattern: string): Regexp {
  try {
    return validRegexp(pattern);
  } catch (error) {
    if (!(error instanceof RegexpSyntaxError)) throw error;
    const prefix = mode === "must" ? "" : `regexp: Compile(${quoted(pattern)}): `;
    throw new GoCallError(prefix + error.message);
  }
}

function validRegexp(pattern: string): Regexp {
  const invalid = pattern.search(/\p{Surrogate}/u);
  if (invalid !== -1) throw new RegexpSyntaxError(pattern, `invalid UTF-8: \`${pattern.slice(invalid)}\``);
  return compileRegexp(pattern);
}

function quoted(pattern: string): string {
  return canBackquoteGo(pattern) ? `\`${pattern}\`` : quoteGo(pattern);
}

/** Matching is linear in the text, but takes longer than anything else that looks at it. */
function chargeMatching(text: string, run: TemplateRun): void {
  run.chargeSteps(Math.ceil(text.length / 4));
}

function matchesOrNot(pattern: string, text: string, run: TemplateRun): boolean {
  chargeMatching(text, run);
  try {
    return validRegexp(pattern).matches(text);
  } catch (error) {
    if (error instanceof RegexpSyntaxError) return false;
    throw error;
  }
}

interface Limits {
  /** How many matches are looked for; all for a negative count. */
  readonly count: number;
  readonly run: TemplateRun;
}

/** What a match weighs, besides its text. */
const MATCH_COST = 32;

function* firstMatches(
  regexp: Regexp,
  text: string,
  { count, run }: Limits,
): Generator<RegexpMatch, undefined> {
  let left = count < 0 ? Number.POSITIVE_INFINITY : count;
  if (left === 0) return undefined;
  chargeMatching(text, run);
  for (const match of regexp.eachMatch(text)) {
    run.charge(MATCH_COST);
    yield match;
    left -= 1;
    if (left === 0) break;
  }
  return undefined;
}

/** No match is a nil list. */
function findAll(regexp: Regexp, text: string, limits: Limits): GoSlice {
  const found = Array.from(firstMatches(regexp, text, limits), ({ groups }) => groups[0] ?? "");
  return new GoSlice("string", found, found.length === 0);
}

interface Replacement {
  readonly by: (match: RegexpMatch) => string;
  readonly run: TemplateRun;
}

function replaceAll(regexp: Regexp, text: string, { by, run }: Replacement): string {
  chargeMatching(text, run);
  let replaced = "";
  let end = 0;
  for (const match of regexp.eachMatch(text)) {
    const piece = by(match);
    run.charge(piece.length);
    replaced += text.slice(end, match.start) + piece;
    end = match.end;
  }
  return replaced + text.slice(end);
}

/** As Go's `Split`: an empty match at the start of the text splits nothing off. */
function split(regexp: Regexp, text: string, limits: Limits): GoSlice {
  const { count } = limits;
  if (count === 0) return new GoSlice("string", [], true);
  if (regexp.pattern !== "" && text === "") return new GoSlice("string", [""]);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of firstMatches(regexp, text, limits)) {
    if (count > 0 && parts.length === count - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return new GoSlice("string", parts);
}
