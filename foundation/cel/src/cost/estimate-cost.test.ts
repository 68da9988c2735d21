import { describe, expect, test } from "vitest";
import { compile } from "../compile.ts";
import { INT, listOf, mapOf, objectOf, STRING } from "../cel-type.ts";
import { kubernetes } from "../environment.ts";

const self = objectOf(
  "object",
  new Map([
    ["l", listOf(STRING)],
    ["m", mapOf(STRING, STRING)],
    ["n", INT],
    ["s", STRING],
  ]),
);

/** Lists hold ten, texts twenty, and keys of maps have no size. */
function largest(path: readonly string[]): number | undefined {
  const last = path.at(-1) ?? "";
  if (["@items", "@values", "s"].includes(last)) return 20;
  return ["l", "m"].includes(last) ? 10 : 0;
}

describe("estimateCost", () => {
  test.each([
    { expression: "true", want: 0 },
    { expression: "self.n > 1", want: 3 },
    { expression: "self.s == 'abc'", want: 3 },
    { expression: "has(self.s)", want: 1 },
    { expression: "self.s.contains('abc')", want: 4 },
    { expression: "self.s.matches('a+b*')", want: 5 },
    { expression: "self.l.all(x, x == 'a')", want: 53 },
    { expression: "self.l.map(x, x).size() > 1", want: 145 },
    { expression: "self.n > 1 ? self.l.size() > 1 : true", want: 7 },
    { expression: "self.m.all(k, self.m[k] == 'x')", want: 83 },
    { expression: "self.?s.orValue('z') == 'a'", want: 4 },
    { expression: "self.l.all(x, self.l.all(y, x == y))", want: 763 },
  ])("$expression costs $want at most", ({ expression, want }) => {
    expect(compile(expression, kubernetes([["self", self]])).estimateCost(largest)).toBe(want);
  });

  test("what has no bound costs infinitely much", () => {
    const rule = compile("self.l.all(x, self.l.all(y, x == y))", kubernetes([["self", self]]));
    expect(rule.estimateCost(() => undefined)).toBe(2 ** 64);
  });
});
