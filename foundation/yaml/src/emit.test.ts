import type { JsonValue } from "@weir/core";
import { describe, expect, it, test } from "vitest";
import { YamlTimestamp } from "./decode-state.ts";
import { emitYaml, emitYamlInOwnOrder, emitYamlPretty, jsonToYaml } from "./emit.ts";

describe("emitYaml", () => {
  const cases: ReadonlyArray<{ readonly name: string; readonly value: JsonValue; readonly want: string }> = [
    {
      name: "keys in natural order",
      value: { a10: 1, a2: 1, a: 1, A: 1, _x: 1, "9": 1, "10": 1 },
      want: '_x: 1\n"9": 1\n"10": 1\nA: 1\na: 1\na2: 1\na10: 1\n',
    },
    {
      name: "sequences at their key's indentation",
      value: { a: [1, [2, { b: 3, c: [] }]] },
      want: "a:\n- 1\n- - 2\n  - b: 3\n    c: []\n",
    },
    { name: "empty collections in brackets", value: { a: {}, b: [] }, want: "a: {}\nb: []\n" },
    {
      name: "quotes around what would read as something else",
      value: ["yes", "1", "~", "", "2024-01-02", "1:30", "0x1"],
      want: '- "yes"\n- "1"\n- "~"\n- ""\n- "2024-01-02"\n- "1:30"\n- "0x1"\n',
    },
    {
      name: "quotes around what would not read at all",
      value: ["- a", "a: b", "a #b", "*a", " a", "it's"],
      want: "- '- a'\n- 'a: b'\n- 'a #b'\n- '*a'\n- ' a'\n- it's\n",
    },
    {
      name: "escapes",
      value: ["\t", "\u0001", "\ufeff", "😀", "a\u00a0b"],
      want: '- "\\t"\n- "\\x01"\n- "\\uFEFF"\n- "\\U0001F600"\n- a\u00a0b\n',
    },
    {
      name: "everything escaped after a leading byte order mark",
      value: "\ufeffab",
      want: '"\\uFEFF\\x61\\x62"\n',
    },
    {
      name: "lines as literals",
      value: { a: "x\ny\n", b: "x\ny", c: "x\n\n", d: " x\n" },
      want: "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2\n   x\n",
    },
    { name: "lines that end in a blank in quotes", value: "a \nb", want: '"a \\nb"\n' },
    {
      name: "a key of two lines after a question mark",
      value: { "a\nb": [1], c: "x\n" },
      want: "? |-\n  a\n  b\n: - 1\nc: |\n  x\n",
    },
    {
      name: "floats and integers",
      value: [1, -0, 1.5, 1e21, 1e-7, 123456.5, 1234567.5, 1e20],
      want: "- 1\n- 0\n- 1.5\n- 1e+21\n- 1e-07\n- 123456.5\n- 1.2345675e+06\n- 1e+20\n",
    },
    {
      name: "long integers",
      value: [9007199254740993n, 18446744073709551615n, 18446744073709551616n],
      want: "- 9007199254740993\n- 18446744073709551615\n- 1.8446744073709552e+19\n",
    },
    { name: "null and booleans", value: [null, true, false], want: "- null\n- true\n- false\n" },
    { name: "a scalar document", value: "a\n", want: "|\n  a\n" },
  ];

  test.each(cases)("writes $name", ({ value, want }) => {
    expect(emitYaml(value)).toBe(want);
  });

  test("folds at single spaces beyond column 80 and never at two", () => {
    const word = "x".repeat(78);
    expect(emitYaml({ a: `${word} b` })).toBe(`a: ${word}\n  b\n`);
    expect(emitYaml({ a: `${word}  b` })).toBe(`a: ${word}  b\n`);
    expect(emitYaml({ a: `'${word} b` })).toBe(`a: '''${word}\n  b'\n`);
    expect(emitYaml({ a: `\t${word}  b` })).toBe(`a: "\\t${word}\n  \\ b"\n`);
  });

  test("reads a next line character as the JSON in between makes it", () => {
    expect(emitYaml("a\u0085b")).toBe("a b\n");
  });

  test.each(["\u007f", "\u0080", "\uffff"])("refuses the control character %j", (character) => {
    expect(() => emitYaml({ a: character })).toThrow("yaml: control characters are not allowed");
  });

  test("refuses a key longer than go-yaml reads back", () => {
    expect(emitYaml({ ["k".repeat(1022)]: 1 })).toMatch(/^\? k/);
    expect(() => emitYaml({ ["k".repeat(1023)]: 1 })).toThrow("yaml: did not find expected ',' or '}'");
  });

  test("writes __proto__ as any other key", () => {
    expect(emitYaml(JSON.parse('{"__proto__":{"a":1}}') as JsonValue)).toBe("__proto__:\n  a: 1\n");
  });
});

describe("jsonToYaml", () => {
  test("tells a float from an integer by its text", () => {
    expect(jsonToYaml("[1e6, 1000000, 1.0, -0.0, 0.5e1]")).toBe("- 1e+06\n- 1000000\n- 1\n- -0\n- 5\n");
  });

  test("reports what is wrong with the text in go-yaml's words", () => {
    expect(() => jsonToYaml('{"a":')).toThrow("yaml: line 1: did not find expected node content");
  });
});

describe("pretty YAML", () => {
  it.each<readonly [string, JsonValue, string]>([
    [
      "indents sequences below their key",
      { a: [{ x: 1n, y: [] }, "z"], b: {} },
      'a:\n  - x: 1\n    "y": []\n  - z\nb: {}\n',
    ],
    ["nests sequences on one line", [[1n, 2n], []], "- - 1\n  - 2\n- []\n"],
    ["folds no text", "word ".repeat(30).trim(), `${"word ".repeat(30).trim()}\n`],
    ["writes floats as Go does", [12345678, 1e21, 1.5], "- 1.2345678e+07\n- 1e+21\n- 1.5\n"],
    [
      "quotes what any reader takes for something else",
      ["yes", "0777", "1:20", "2020-01-01"],
      '- "yes"\n- "0777"\n- "1:20"\n- "2020-01-01"\n',
    ],
    [
      "writes a moment plain",
      { a: new YamlTimestamp("2021-05-06T00:00:00Z") as unknown as JsonValue },
      "a: 2021-05-06T00:00:00Z\n",
    ],
    ["writes lines as a literal", { a: "x\ny\n" }, "a: |\n  x\n  y\n"],
  ])("%s", (_name, value, want) => {
    expect(emitYamlPretty(value)).toBe(want);
  });
});

test("a value is written in its own order where that is asked for, with all its characters", () => {
  const value = { b: { z: 1, a: [] }, a10: "del \u007f, next \u0085", a2: { "": null } };
  expect(emitYamlInOwnOrder(value)).toBe(
    'b:\n  z: 1\n  a: []\na10: "del \\x7F, next \\N"\na2:\n  "": null\n',
  );
});
