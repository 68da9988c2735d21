import { describe, expect, test } from "vitest";
import { matchGoPath } from "./match-go-path.ts";

describe("matchGoPath", () => {
  // From the documentation of Go's path.Match and its grammar.
  const cases: ReadonlyArray<readonly [pattern: string, name: string, want: boolean | undefined]> = [
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*c", "abc", true],
    ["a*", "a", true],
    ["a*", "ab/c", false],
    ["a*/b", "abc/b", true],
    ["a*/b", "a/c/b", false],
    ["a*b*c*d*e*/f", "axbxcxdxe/f", true],
    ["a*b*c*d*e*/f", "axbxcxdxexxx/fff", false],
    ["a*b?c*x", "abxbbxdbxebxczzx", true],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[e-g]", "abc", false],
    ["ab[^c]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a?b", "a☺b", true],
    ["a[^a]b", "a☺b", true],
    ["a?b", "a/b", false],
    ["[\\]a]", "]", true],
    ["[\\-x]", "x", true],
    ["[]a]", "]", undefined],
    ["[-]", "-", undefined],
    ["[x-]", "x", undefined],
    ["[a-b-c]", "a", undefined],
    ["[", "a", undefined],
    ["[^bc", "a", undefined],
    ["a[", "a", undefined],
    ["a[", "ab", undefined],
    ["a[", "x", undefined],
    ["*x", "xxx", true],
    ["", "", true],
    ["", "a", false],
  ];
  test.each(cases)("%j against %j is %j", (pattern, name, want) => {
    expect(matchGoPath(pattern, name)).toBe(want);
  });
});
