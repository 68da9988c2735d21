import { describe, expect, test } from "vitest";
import { anchoredPattern, compileRegexp, quotePattern, RegexpSyntaxError } from "./index.ts";

describe("compileRegexp", () => {
  test.each([
    { pattern: "a(b", want: "error parsing regexp: missing closing ): `a(b`" },
    { pattern: "[z-a]", want: "error parsing regexp: invalid character class range: `z-a`" },
    { pattern: "a**", want: "error parsing regexp: invalid nested repetition operator: `**`" },
    { pattern: "(?=x)", want: "error parsing regexp: invalid or unsupported Perl syntax: `(?=`" },
    { pattern: "a\\", want: "error parsing regexp: trailing backslash at end of expression: ``" },
    { pattern: "*a", want: "error parsing regexp: missing argument to repetition operator: `*`" },
  ])("refuses $pattern in Go's words", ({ pattern, want }) => {
    expect(() => compileRegexp(pattern)).toThrow(RegexpSyntaxError);
    expect(() => compileRegexp(pattern)).toThrow(want);
  });

  test("refuses what would take deep recursion", () => {
    expect(() => compileRegexp("(".repeat(1001) + ")".repeat(1001))).toThrow("expression nests too deeply");
    expect(() => compileRegexp("a".repeat(70_000))).toThrow("expression too large");
  });

  test.each([
    { pattern: "a+b", text: "xaab", want: true },
    { pattern: "^a$", text: "a\n", want: false },
    { pattern: "(?m)^a$", text: "x\na\n", want: true },
    { pattern: "(?i)\\pL+-k", text: "É-K", want: true },
    { pattern: ".", text: "\n", want: false },
    { pattern: "(?s).", text: "\n", want: true },
    { pattern: "\\bx\\b", text: "a x b", want: true },
    { pattern: "[[:alpha:]]{2}", text: "1ab", want: true },
    { pattern: anchoredPattern("a|b"), text: "ab", want: false },
    { pattern: anchoredPattern(quotePattern("a.b")), text: "a.b", want: true },
    { pattern: anchoredPattern(quotePattern("a.b")), text: "axb", want: false },
  ])("$pattern on $text is $want", ({ pattern, text, want }) => {
    expect(compileRegexp(pattern).matches(text)).toBe(want);
  });

  test("takes time in proportion to the text where a backtracking engine would not", () => {
    expect(compileRegexp("^(a+)+$").matches(`${"a".repeat(50_000)}b`)).toBe(false);
  });

  test("finds groups by number and by name", () => {
    const regexp = compileRegexp("(?P<major>\\d+)\\.(\\d+)(-x)?");
    expect(regexp.find("v1.20")).toEqual({
      start: 1,
      end: 5,
      groups: ["1.20", "1", "20", undefined],
      named: new Map([["major", "1"]]),
    });
    expect(regexp.find("none")).toBeUndefined();
    expect(regexp.findAll("1.2 3.4").map(({ groups }) => groups[0])).toEqual(["1.2", "3.4"]);
  });

  test.each([
    { pattern: "b*", text: "abc", template: "X", want: "XaXcX" },
    { pattern: "(a)(b)?", text: "ab a", template: "[$2$1]", want: "[ba] [a]" },
    { pattern: "(?P<n>a)", text: "a", template: "${n}b$n-$nb$$1", want: "ab" + "a-" + "$1" },
    { pattern: "(a)", text: "a", template: "$1x ${1}x $9 $", want: " ax  $" },
    { pattern: "a", text: "a", template: "$0$0", want: "aa" },
    { pattern: "\u{1f600}", text: "x\u{1f600}y", template: "-", want: "x-y" },
  ])("replaces $pattern in $text by $template", ({ pattern, text, template, want }) => {
    expect(compileRegexp(pattern).replaceAll(text, template)).toBe(want);
  });
});
