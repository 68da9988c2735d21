import {
  canBackquoteGo,
  compileRegexp,
  GoCallError,
  GoSlice,
  quoteGo,
  quotePattern,
  type Regexp,
  type RegexpMatch,
  RegexpSyntaxError,
} from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { toIndex } from "./go-panic.ts";

/** Functions on regular expressions: those of Go, which take time linear in the text. */
export const regexFunctions = [
  defineFunction("regexMatch", ["string", "string"], "bool", ([pattern, text]) =>
    matchesOrNot(pattern, text),
  ),
  defineFunction("mustRegexMatch", ["string", "string"], "bool", ([pattern, text]) =>
    compiled("must", pattern).matches(text),
  ),
  ...both("RegexFindAll", (name, compile) =>
    defineFunction(name, ["string", "string", "int"], "[]string", ([pattern, text, count]) =>
      findAll(compile(pattern), text, toIndex(count)),
    ),
  ),
  ...both("RegexFind", (name, compile) =>
    defineFunction(
      name,
      ["string", "string"],
      "string",
      ([pattern, text]) => compile(pattern).find(text)?.groups[0] ?? "",
    ),
  ),
  ...both("RegexReplaceAll", (name, compile) =>
    defineFunction(name, ["string", "string", "string"], "string", ([pattern, text, template]) =>
      compile(pattern).replaceAll(text, template),
    ),
  ),
  ...both("RegexReplaceAllLiteral", (name, compile) =>
    defineFunction(name, ["string", "string", "string"], "string", ([pattern, text, by], run) => {
      const regexp = compile(pattern);
      const matches = regexp.findAll(text);
      run.charge(matches.length * by.length);
      return replaceLiteral(matches, text, by);
    }),
  ),
  ...both("RegexSplit", (name, compile) =>
    defineFunction(name, ["string", "string", "int"], "[]string", ([pattern, text, count]) =>
      split(compile(pattern), text, toIndex(count)),
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

function matchesOrNot(pattern: string, text: string): boolean {
  try {
    return validRegexp(pattern).matches(text);
  } catch (error) {
    if (error instanceof RegexpSyntaxError) return false;
    throw error;
  }
}

/** The first `count` matches, or all for a negative count; no match is a nil list. */
function firstMatches(regexp: Regexp, text: string, count: number): readonly RegexpMatch[] {
  const matches = regexp.findAll(text);
  return count < 0 ? matches : matches.slice(0, count);
}

function findAll(regexp: Regexp, text: string, count: number): GoSlice {
  const matches = firstMatches(regexp, text, count);
  return new GoSlice(
    "string",
    matches.map(({ groups }) => groups[0] ?? ""),
    matches.length === 0,
  );
}

function replaceLiteral(matches: readonly RegexpMatch[], text: string, by: string): string {
  let replaced = "";
  let end = 0;
  for (const match of matches) {
    replaced += text.slice(end, match.start) + by;
    end = match.end;
  }
  return replaced + text.slice(end);
}

/** As Go's `Split`: an empty match at the start of the text splits nothing off. */
function split(regexp: Regexp, text: string, count: number): GoSlice {
  if (count === 0) return new GoSlice("string", [], true);
  if (regexp.pattern !== "" && text === "") return new GoSlice("string", [""]);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of firstMatches(regexp, text, count)) {
    if (count > 0 && parts.length === count - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return new GoSlice("string", parts);
}
