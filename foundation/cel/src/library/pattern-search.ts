import { compileRegexp, type Regexp, RegexpSyntaxError } from "@weir/text";
import { CelFailure, type CelValue } from "../value.ts";

/** What a function of a text and a pattern does with the pattern compiled. */
export type PatternSearch = (regexp: Regexp, text: string, more: CelValue | undefined) => CelValue;

/** Whether a pattern matches anywhere in a text. */
export const matchesAnywhere: PatternSearch = (regexp, text) => regexp.matches(text);

/** The leftmost match, or an empty text. */
export const findFirst: PatternSearch = (regexp, text) => regexp.find(text)?.groups[0] ?? "";

/** A limit ends the search early. */
export const findAll: PatternSearch = (regexp, text, limit = -1n) => {
  const most = typeof limit === "bigint" && limit >= 0n ? Number(limit) : Number.POSITIVE_INFINITY;
  const found: string[] = [];
  if (most === 0) return found;
  for (const { groups } of regexp.eachMatch(text)) {
    found.push(groups[0] ?? "");
    if (found.length >= most) break;
  }
  return found;
};

/** The functions of patterns, by name. */
export const PATTERN_SEARCHES: ReadonlyMap<string, PatternSearch> = new Map([
  ["matches", matchesAnywhere],
  ["find", findFirst],
  ["findAll", findAll],
]);

/** Searches a text; fails where the pattern is none. */
export function searchText(search: PatternSearch, text: string, pattern: string, more?: CelValue): CelValue {
  try {
    return search(compileRegexp(pattern), text, more);
  } catch (error) {
    if (error instanceof RegexpSyntaxError) return new CelFailure(error.message);
    throw error;
  }
}

/** Searches texts for patterns, of which the last one stays compiled. */
export function patternSearcher(
  search: PatternSearch,
): (text: string, pattern: string, more: CelValue | undefined) => CelValue {
  let last: Regexp | undefined;
  const compiled: PatternSearch = (regexp, text, more) => {
    last = regexp;
    return search(regexp, text, more);
  };
  return (text, pattern, more) =>
    last?.pattern === pattern ? search(last, text, more) : searchText(compiled, text, pattern, more);
}
