import { describe, expect, test } from "vitest";
import { CelCompileError, CelCostError, CelEvaluationError, CelProgramError } from "./cel-error.ts";
import { STRING } from "./cel-type.ts";
import { compile } from "./compile.ts";
import { kubernetes } from "./environment.ts";
import { holdsMoreThan } from "./value-count.ts";

const environment = kubernetes([
  ["w", STRING],
  ["spaces", STRING],
]);
const values = new Map([
  ["w", "lorem ipsum ".repeat(20)],
  ["spaces", `${" ".repeat(400_000)}x`],
]);

/** How an evaluation ends: by itself, refused as text or type, or given up. */
function endOf(expression: string): string {
  try {
    compile(expression, environment)
      .program()
      .evaluate((name) => values.get(name));
    return "value";
  } catch (error) {
    if (error instanceof CelCostError) return "cost";
    if (error instanceof CelCompileError || error instanceof CelProgramError) return "refused";
    if (error instanceof CelEvaluationError) return "failed";
    throw error;
  }
}

function chained(start: string, link: (name: string) => string, count: number): string {
  let expression = start;
  for (let index = 0; index < count; index++) expression += `.map(a, ${link("a")})`;
  return `${expression}.size() > 0`;
}

const graph = (count: number): string =>
  chained("[[1]]", (name) => `[${name}, ${name}]`, count).replace(/\.size\(\) > 0$/, "[0]");

describe("hostile expressions", () => {
  const given: ReadonlyArray<readonly [what: string, expression: string, ends: string]> = [
    ["lists that double", chained("[[1, 2]]", (name) => `${name} + ${name}`, 60), "cost"],
    ["texts that double", chained("[w]", (name) => `${name} + ${name}`, 60), "cost"],
    ["texts that grow by their square", chained("[w]", (name) => `${name}.replace('', ${name})`, 6), "cost"],
    [
      "texts that are put into a text often",
      "lists.range(3000).map(x, w.replace('', w)).join('').size() > 0",
      "cost",
    ],
    [
      "texts that are formatted often",
      "[w.replace('', w)].map(t, lists.range(20000).map(x, t)).map(l, '%s'.format([l]))[0].size() > 0",
      "cost",
    ],
    [
      "lists that are flattened out of one",
      "[lists.range(50000)].map(b, lists.range(1000).map(x, b)).map(l, l.flatten())[0].size() > 0",
      "cost",
    ],
    ["graphs that are compared", `${graph(40)} == ${graph(40)}`, "cost"],
    ["graphs that are visited", `${graph(40)}.indexOf([]) == 0`, "cost"],
    [
      "texts that are measured often",
      "[w.replace('', w)].exists(t, lists.range(90000).all(x, t.size() > 0))",
      "cost",
    ],
    [
      "texts that are searched often",
      "[w.replace('', w)].exists(t, lists.range(900).all(x, !t.matches('(x+x+)+y')))",
      "cost",
    ],
    [
      "times in zones",
      "lists.range(60000).all(x, timestamp('2024-01-01T00:00:00Z').getHours('America/New_York') > 0)",
      "cost",
    ],
    ["spaces that are trimmed", "spaces.trim() == 'x'", "value"],
    ["patterns that backtrack", "w.matches('(([a-z ]+)+)+$') && !w.matches('(a|aa)+$')", "value"],
    ["folds in folds", `${"lists.range(99).all(x, ".repeat(12)}true${")".repeat(12)}`, "cost"],
  ];
  test.each(given)("ends with %s", (_what, expression, ends) => {
    expect(endOf(expression)).toBe(ends);
  });

  test("tells values that could not be written out", () => {
    const value = compile(graph(40), environment)
      .program()
      .evaluate(() => undefined);
    expect(holdsMoreThan(value, 1_000_000)).toBe(true);
    expect(holdsMoreThan([1n, [2n]], 4)).toBe(false);
    expect(holdsMoreThan([1n, [2n]], 3)).toBe(true);
  });

  const deep: ReadonlyArray<readonly [what: string, expression: string]> = [
    ["parentheses", `${"(".repeat(49_000)}1${")".repeat(49_000)}`],
    ["lists", `${"[".repeat(49_000)}1${"]".repeat(49_000)}`],
    ["negations", `${"!".repeat(99_000)}true`],
    ["signs", `${"-".repeat(99_000)}1`],
    ["sums", `1${" + 1".repeat(24_000)} > 0`],
    ["conjunctions", `true${" && true".repeat(12_000)}`],
    ["choices", `${"true ? 1 : ".repeat(9_000)}1`],
    ["selections", `{'a': 1}${".a".repeat(49_000)}`],
    ["indexes", `[1]${"[0]".repeat(33_000)}`],
    ["calls", `w${".trim()".repeat(14_000)}`],
    ["macros", `[1]${".map(x, x)".repeat(9_000)}`],
    ["patterns", `w.matches('${"(".repeat(40_000)}${")".repeat(40_000)}')`],
    ["repetitions", `w.matches('${"(".repeat(20)}a${"{99})".repeat(20)}')`],
    ["what is too long", `'${"a".repeat(100_001)}'`],
    ["nothing but dots", ".".repeat(99_000)],
    ["quotes", "'".repeat(99_001)],
  ];
  test.each(deep)("survives %s without end", (_what, expression) => {
    expect(["value", "refused", "failed", "cost"]).toContain(endOf(expression));
  });
});
