import { expect, test } from "vitest";
import { parseHelmignore } from "./parse-helmignore.ts";

const cases: ReadonlyArray<readonly [rules: string, path: string, isDirectory: boolean, isIgnored: boolean]> =
  [
    ["*.txt", "a/b.txt", false, true],
    ["*.txt", "a/b.txt.gz", false, false],
    ["/a.txt", "a.txt", false, true],
    ["/a.txt", "b/a.txt", false, false],
    ["docs/", "docs", true, true],
    ["docs/", "docs", false, false],
    ["a/*.md", "a/x.md", false, true],
    ["a/*.md", "a/b/x.md", false, false],
    ["# a\n\n  b  ", "b", false, true],
    // What a negated pattern does not match is left out.
    ["!a", "b", false, true],
    ["!a", "a", false, false],
    ["\ufeffa", "a", false, true],
    ["", "templates/.x", false, true],
    ["", "templates/x", false, false],
  ];

test.each(cases)("rules %j on %s (folder: %s) leave it out: %s", (rules, path, isDirectory, isIgnored) => {
  expect(parseHelmignore(rules)(path, isDirectory)).toBe(isIgnored);
});

test("refuses two stars and broken patterns in helm's words", () => {
  expect(() => parseHelmignore("a/**/b")).toThrow("double-star (**) syntax is not supported");
  expect(() => parseHelmignore("a[")).toThrow("syntax error in pattern");
});
