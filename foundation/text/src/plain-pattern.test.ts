import fc from "fast-check";
import { RE2JS } from "re2js";
import { expect, test } from "vitest";
import { compileRegexp } from "./index.ts";
import { plainPattern } from "./plain-pattern.ts";

test.each([
  "a(b)+",
  "(a",
  "a)",
  "a++",
  "a+?",
  "*a",
  "^*",
  "a|*",
  "(?i)a",
  "(?P<n>a)",
  "[z-a]",
  "[a-z-9]",
  "[]a]",
  "[[:alpha:]]",
  "[é]",
  "é",
  "\\bx",
  "\\s",
  "\\pL",
  "a{2,1}",
  "a{1000}",
  "a$b",
  "a^",
  "{x}",
  "a]",
])("leaves %s to RE2", (pattern) => {
  expect(plainPattern(pattern)).toBeUndefined();
});

test.each([
  ["^[0-9]+$", 16 * 1024],
  ["[^A-Za-z0-9]+$", 1000],
  ["^\\d+\\.\\d+\\.\\d+$", 99],
  ["^(?:a|b)$", 16 * 1024],
])("takes %s for texts of at most %i", (pattern, longestText) => {
  expect(plainPattern(pattern)?.longestText).toBe(longestText);
});

test("leaves what could be tried in very many ways to RE2", () => {
  expect(plainPattern("(a|a)".repeat(30))).toBeUndefined();
  expect(plainPattern("a*".repeat(10))).toBeUndefined();
});

test("gives texts that are long or no ASCII to RE2", () => {
  expect(compileRegexp("a+$").matches(`${"a".repeat(100_000)}b`)).toBe(false);
  expect(compileRegexp("^.$").matches("\u{1f600}")).toBe(true);
  expect(compileRegexp("\\W").find("aé")?.start).toBe(1);
});

const piece = fc
  .tuple(
    fc.constantFrom(
      "a",
      "b",
      "-",
      "\\.",
      ".",
      "\\d",
      "\\W",
      "[a-c]",
      "[^a-c]",
      "[\\w-]",
      "[^\\d.]",
      "\\$",
      "[-.]",
    ),
    fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}"),
  )
  .map((parts) => parts.join(""));
const sequence = fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join(""));
const group = fc
  .tuple(fc.constantFrom("(", "(?:"), sequence, sequence)
  .map(([open, left, right]) => `${open}${left}|${right})`);
const plain = fc
  .tuple(
    fc.constantFrom("", "^"),
    fc.array(fc.oneof(sequence, group), { maxLength: 3 }),
    fc.constantFrom("", "$"),
  )
  .map(([start, parts, end]) => `${start}${parts.join("")}${end}`);
const text = fc.string({ unit: fc.constantFrom(..."abcd0.-$\n\r\v _"), maxLength: 12 });

test("matches as RE2 does", () => {
  fc.assert(
    fc.property(plain, text, (pattern, given) => {
      fc.pre(plainPattern(pattern) !== undefined);
      const found = compileRegexp(pattern).findAll(given);
      expect(found.map(({ start, groups }) => ({ start, groups }))).toEqual(matchesOfRe2(pattern, given));
    }),
    { numRuns: 3000 },
  );
});

function matchesOfRe2(pattern: string, given: string): readonly object[] {
  const matcher = RE2JS.compile(pattern).matcher(given);
  const found: object[] = [];
  let previousEnd = -1;
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && start === previousEnd) continue;
    previousEnd = end;
    const groups = Array.from(
      { length: matcher.groupCount() + 1 },
      (_, index) => matcher.group(index) ?? undefined,
    );
    found.push({ start, groups });
  }
  return found;
}
