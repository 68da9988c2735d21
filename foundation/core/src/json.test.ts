import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonDepthError, JsonSyntaxError, type JsonValue, parseJson, writeJson } from "./index.ts";

fc.configureGlobal({ seed: 1 });

function problemOf(text: string): { readonly problem: string; readonly offset: number } {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { problem: error.problem, offset: error.offset };
    throw error;
  }
  throw new Error(`no problem in ${text}`);
}

describe("parseJson", () => {
  const values: readonly { readonly text: string; readonly want: JsonValue }[] = [
    { text: "9007199254740991", want: 9007199254740991 },
    { text: "9007199254740992", want: 9007199254740992n },
    { text: "-9007199254740993", want: -9007199254740993n },
    { text: '{"a":[1, 18446744073709551616]}', want: { a: [1, 18446744073709551616n] } },
    {
      text: "[12345678901234567890.5,1234567890123456789e5]",
      want: [1.2345678901234567e19, Number("1234567890123456789e5")],
    },
    { text: '"12345678901234567890"', want: "12345678901234567890" },
    { text: '{"a":": 12345678901234567890","b":1e400}', want: { a: ": 12345678901234567890", b: Infinity } },
    { text: ' {"a":1,"a":2}\n', want: { a: 2 } },
    { text: "-0", want: -0 },
  ];
  test.each(values)("reads $text", ({ text, want }) => {
    expect(parseJson(text)).toEqual(want);
  });

  test.each(['{"__proto__":{"x":1}}', '{"__proto__":{"x":1},"n":12345678901234567890}'])(
    "keeps a __proto__ key as plain data in %s",
    (text) => {
      const value = parseJson(text) as Readonly<Record<string, JsonValue>>;
      expect(Object.hasOwn(value, "__proto__")).toBe(true);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(writeJson(value)).toBe(text);
    },
  );

  const problems: readonly { readonly text: string; readonly problem: string; readonly offset: number }[] = [
    { text: "", problem: "unexpected end of JSON input", offset: 0 },
    { text: '{"a":', problem: "unexpected end of JSON input", offset: 5 },
    { text: '{"a"', problem: "unexpected end of JSON input", offset: 4 },
    { text: '"abc', problem: "unexpected end of JSON input", offset: 4 },
    { text: "tru", problem: "invalid character ' ' in literal true (expecting 'e')", offset: 3 },
    { text: "-", problem: "invalid character ' ' in numeric literal", offset: 1 },
    { text: "{a:1}", problem: "invalid character 'a' looking for beginning of object key string", offset: 1 },
    {
      text: '{"a":1,}',
      problem: "invalid character '}' looking for beginning of object key string",
      offset: 7,
    },
    { text: "[1,]", problem: "invalid character ']' looking for beginning of value", offset: 3 },
    { text: "[1 2]", problem: "invalid character '2' after array element", offset: 3 },
    { text: '{"a" 1}', problem: "invalid character '1' after object key", offset: 5 },
    { text: '{"a":1 "b":2}', problem: "invalid character '\"' after object key:value pair", offset: 7 },
    { text: "1 2", problem: "invalid character '2' after top-level value", offset: 2 },
    { text: "01", problem: "invalid character '1' after top-level value", offset: 1 },
    { text: "trux", problem: "invalid character 'x' in literal true (expecting 'e')", offset: 3 },
    { text: "nil", problem: "invalid character 'i' in literal null (expecting 'u')", offset: 1 },
    { text: "1.x", problem: "invalid character 'x' after decimal point in numeric literal", offset: 2 },
    { text: "1e+]", problem: "invalid character ']' in exponent of numeric literal", offset: 3 },
    { text: "-x", problem: "invalid character 'x' in numeric literal", offset: 1 },
    { text: '"\\q"', problem: "invalid character 'q' in string escape code", offset: 2 },
    { text: '"\\u12g4"', problem: "invalid character 'g' in \\u hexadecimal character escape", offset: 5 },
    { text: '"a\nb"', problem: "invalid character '\\n' in string literal", offset: 2 },
    { text: "'a'", problem: "invalid character '\\'' looking for beginning of value", offset: 0 },
    { text: "é", problem: "invalid character 'Ã' looking for beginning of value", offset: 0 },
    { text: "\u0001", problem: "invalid character '\\x01' looking for beginning of value", offset: 0 },
  ];
  test.each(problems)("names what is wrong in $text", ({ text, problem, offset }) => {
    expect(problemOf(text)).toEqual({ problem, offset });
  });

  test("finds a problem in every text that the runtime rejects", () => {
    const fragment = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "a",
      "1",
      "0",
      "-",
      ".",
      "e",
      "true",
      " ",
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join("");
        try {
          JSON.parse(text);
        } catch {
          expect(problemOf(text).problem).not.toBe("invalid json");
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("refuses a text that nests deeper than the budget", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(() => parseJson(nested(1001))).toThrow(JsonDepthError);
    expect(() => parseJson(nested(100_000))).toThrow("json nests deeper than 1000 levels");
    expect(writeJson(parseJson(nested(1000)))).toBe(nested(1000));
    expect(() => parseJson("[[[1]]]", { maxDepth: 2 })).toThrow(JsonDepthError);
  });

  test("does not count brackets inside strings", () => {
    expect(parseJson(`["${'[\\"{\\\\'.repeat(1000)}"]`)).toEqual(['["{\\'.repeat(1000)]);
  });
});

describe("writeJson", () => {
  test("writes large integers with all their digits", () => {
    expect(writeJson({ a: 18446744073709551616n, b: [-1n, "x"], c: 1e21 })).toBe(
      '{"a":18446744073709551616,"b":[-1,"x"],"c":1e+21}',
    );
  });

  test("indents on request", () => {
    expect(writeJson({ a: 10000000000000000001n }, { indent: 2 })).toBe('{\n  "a": 10000000000000000001\n}');
  });

  test("refuses a value too deep for it", () => {
    const deep = JSON.parse("[".repeat(50_000) + "]".repeat(50_000)) as JsonValue;
    expect(() => writeJson(deep)).toThrow(JsonDepthError);
    expect(() => writeJson([1n, deep])).toThrow(JsonDepthError);
  });

  test("is undone by parseJson", () => {
    const long = fc
      .bigInt({ min: -(2n ** 80n), max: 2n ** 80n })
      .filter((n) => n >= 2n ** 53n || n <= -(2n ** 53n));
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, false),
        fc.string({ unit: "binary" }),
        fc.maxSafeInteger().map((n) => n + 0),
        long,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (wanted) => {
        expect(parseJson(writeJson(wanted))).toEqual(wanted);
      }),
    );
  });
});
