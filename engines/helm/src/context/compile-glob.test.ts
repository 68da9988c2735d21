import { describe, expect, it } from "vitest";

import { compileGlob } from "./compile-glob.ts";

describe("a pattern of files", () => {
  it.each([
    ["*.yaml", "a.yaml", true],
    ["*.yaml", "d/a.yaml", false],
    ["**.yaml", "d/a.yaml", true],
    ["d/**", "d/e/f", true],
    ["d/*", "d/e/f", false],
    ["?.txt", "a.txt", true],
    ["?.txt", "/.txt", false],
    ["[abc].txt", "b.txt", true],
    ["[!abc].txt", "b.txt", false],
    ["[a-c].txt", "d.txt", false],
    ["{a,b{c,d}}.txt", "bd.txt", true],
    ["{a,b}.txt", "c.txt", false],
    ["{a,b", "b", true],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    ["a.b", "axb", false],
    ["", "", true],
  ])("%s and %s: %s", (pattern, path, want) => {
    expect(compileGlob(pattern)?.(path)).toBe(want);
  });

  it.each(["[", "[]", "[a-]x", "[c-a]"])("is broken as %s", (pattern) => {
    expect(compileGlob(pattern)).toBeUndefined();
  });
});
