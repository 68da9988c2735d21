import fc from "fast-check";
import { describe, expect, it, test } from "vitest";

import {
  canBackquoteGo,
  type FloatFormat,
  formatGoFloat,
  isPrintable,
  parseGoAtoi,
  parseGoBool,
  parseGoFloat,
  parseGoInt,
  parseGoUint,
  quoteGo,
  quoteGoAscii,
  unquoteGo,
} from "../index.ts";

fc.configureGlobal({ seed: 1 });

describe("integers", () => {
  it.each([
    ["0x1F", 31n],
    ["-0b101", -5n],
    ["0o17", 15n],
    ["017", 15n],
    ["1_000", 1000n],
    ["0x_ff", 255n],
    ["0", 0n],
    ["-9223372036854775808", -(2n ** 63n)],
  ])("reads %s by its prefix", (text, want) => {
    expect(parseGoInt(text, { base: 0 })).toBe(want);
  });

  it.each(["", "-", "08", "1__0", "_1", "1_", "0x", "1.0", "0b2"])("refuses %j", (text) => {
    expect(() => parseGoInt(text, { base: 0 })).toThrow(
      `strconv.ParseInt: parsing ${quoteGo(text)}: invalid syntax`,
    );
  });

  it("says what is out of range", () => {
    expect(() => parseGoAtoi("9223372036854775808")).toThrow(
      'strconv.Atoi: parsing "9223372036854775808": value out of range',
    );
    expect(() => parseGoUint("-1")).toThrow("invalid syntax");
    expect(() => parseGoInt("128", { bits: 8 })).toThrow("value out of range");
    expect(() => parseGoInt("9".repeat(1_000_000))).toThrow("value out of range");
  });
});

describe("floats", () => {
  it.each<[number, FloatFormat, number | undefined, string]>([
    [1e21, "g", undefined, "1e+21"],
    [999999, "g", undefined, "999999"],
    [1e6, "g", undefined, "1e+06"],
    [1.5e-7, "e", 3, "1.500e-07"],
    [0.1, "f", 20, "0.10000000000000000555"],
    [2.5, "f", 0, "2"],
    [9.995, "f", 2, "9.99"],
    [99.99, "g", 2, "1e+02"],
    [1, "x", undefined, "0x1p+00"],
    [-1.75, "x", 1, "-0x1.cp+00"],
    [1, "b", undefined, "4503599627370496p-52"],
    [Number.NEGATIVE_INFINITY, "f", 2, "-Inf"],
  ])("writes %d as %s with precision %s", (value, format, precision, want) => {
    expect(formatGoFloat(value, format, precision)).toBe(want);
  });

  it.each([
    ["1e3", 1000],
    [".5", 0.5],
    ["0x1.8p1", 3],
    ["+Inf", Number.POSITIVE_INFINITY],
    ["-infinity", Number.NEGATIVE_INFINITY],
    ["1_0.5", 10.5],
    ["0x0.0000000000001p-1022", 5e-324],
  ])("reads %s", (text, want) => {
    expect(parseGoFloat(text)).toBe(want);
  });

  it("refuses what is none or is too large", () => {
    expect(() => parseGoFloat("1e")).toThrow('strconv.ParseFloat: parsing "1e": invalid syntax');
    expect(() => parseGoFloat("1e999")).toThrow("value out of range");
    expect(() => parseGoFloat("0x1")).toThrow("invalid syntax");
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true }),
        fc.constantFrom<FloatFormat>("g", "e", "f", "x"),
        (value, format) => {
          expect(parseGoFloat(formatGoFloat(value, format))).toBe(value);
        },
      ),
    );
  });
});

test("booleans are six words each way", () => {
  expect(["1", "t", "T", "true", "TRUE", "True"].map(parseGoBool)).not.toContain(false);
  expect(() => parseGoBool("yes")).toThrow('strconv.ParseBool: parsing "yes": invalid syntax');
});

describe("quoting", () => {
  it.each([
    ['"a\\n\\x41\\u00e9"', "a\nAé"],
    ["`a\\n\r`", "a\\n"],
    ["'\\''", "'"],
    ['"\\xff"', "\udcff"],
    ['"\\303\\251"', "é"],
  ])("reads the literal %j", (literal, want) => {
    expect(unquoteGo(literal)).toBe(want);
  });

  it.each(['"', '"\\z"', "'ab'", '"a\nb"', '"\\400"', '"\\ud800"', '"a"b"'])("refuses %j", (literal) => {
    expect(unquoteGo(literal)).toBeUndefined();
  });

  it("knows what Go prints", () => {
    // U+1FADF came with Unicode 16, which Go does not have.
    expect(["é", "\u{1f600}", "\u00ad", "\u{1fadf}", "\u00a0"].map(isPrintable)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(quoteGo("\udcff")).toBe('"\\xff"');
    expect(quoteGoAscii("é\u{1f600}")).toBe('"\\u00e9\\U0001f600"');
    expect(canBackquoteGo("a\tb")).toBe(true);
    expect(canBackquoteGo("a\nb")).toBe(false);
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(unquoteGo(quoteGo(text))).toBe(text.toWellFormed());
      }),
    );
  });
});
