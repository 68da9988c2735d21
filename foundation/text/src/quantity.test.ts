import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityRangeError,
  QuantitySyntaxError,
  quantityFromJson,
  quantityMilliValue,
  quantityToDecimal,
  quantityToNumber,
  quantityValue,
  subtractQuantities,
} from "./index.ts";

fc.configureGlobal({ seed: 1 });

const anyQuantity = fc
  .tuple(
    fc.constantFrom("", "-", "+"),
    fc.bigInt({ min: 0n, max: 10n ** 12n }),
    fc.constantFrom("", ".5", ".125", ".000000001"),
    fc.constantFrom("", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-2"),
  )
  .map((parts) => parts.join(""));

describe("quantities", () => {
  test.each([
    { text: "1000m", want: "1" },
    { text: "0.5", want: "500m" },
    { text: "1.5Gi", want: "1536Mi" },
    { text: "1024Mi", want: "1Gi" },
    { text: "2000k", want: "2M" },
    { text: "1e3", want: "1e3" },
    { text: "+1", want: "+1" },
    { text: "0.1n", want: "1n" },
    { text: "-0", want: "0" },
    { text: "9Ei", want: "9223372036854775807" },
  ])("$text is written $want", ({ text, want }) => {
    expect(formatQuantity(parseQuantity(text))).toBe(want);
  });

  test.each([
    { text: "", part: "format" },
    { text: "1 Gi", part: "format" },
    { text: "1e3.5", part: "format" },
    { text: "1K", part: "suffix" },
    { text: "--1", part: "suffix" },
    { text: ".e-20", part: "number" },
  ])("$text is refused for its $part", ({ text, part }) => {
    expect(() => parseQuantity(text)).toThrow(QuantitySyntaxError);
    expect(() => parseQuantity(text)).toThrow(expect.objectContaining({ part }));
  });

  test("without a binary suffix that fits are written without one", () => {
    expect(formatQuantity(parseQuantity("798343044328.125Ki"))).toBe("817503277392000");
  });

  test("keep their value when they are written and read", () => {
    fc.assert(
      fc.property(anyQuantity, (text) => {
        const quantity = parseQuantity(text);
        const again = parseQuantity(formatQuantity(quantity));
        expect(compareQuantities(again, quantity)).toBe(0);
        // A binary quantity that no binary suffix fits is written without one, and read as a decimal from then on.
        expect(formatQuantity(parseQuantity(formatQuantity(again)))).toBe(formatQuantity(again));
      }),
    );
  });

  test("add and subtract exactly", () => {
    fc.assert(
      fc.property(anyQuantity, anyQuantity, (a, b) => {
        const [left, right] = [parseQuantity(a), parseQuantity(b)];
        const sum = addQuantities(left, right);
        expect(compareQuantities(subtractQuantities(sum, right), left)).toBe(0);
        expect(compareQuantities(sum, addQuantities(right, left))).toBe(0);
        expect(compareQuantities(left, right)).toBe(-compareQuantities(right, left) + 0);
      }),
    );
  });

  test("convert to whole units, thousandths, decimals and numbers", () => {
    const quantity = parseQuantity("1500.5m");
    expect(quantityValue(quantity)).toBe(2n);
    expect(quantityMilliValue(quantity)).toBe(1501n);
    expect(quantityToDecimal(quantity)).toBe("1.5005");
    expect(quantityToNumber(quantity)).toBeCloseTo(1.5005, 12);
  });

  test("come from JSON as text or as a number", () => {
    expect(formatQuantity(quantityFromJson(" 1Gi "))).toBe("1Gi");
    expect(formatQuantity(quantityFromJson(0.25))).toBe("250m");
    expect(formatQuantity(quantityFromJson(10n ** 20n))).toBe("100E");
  });

  test("of absurd size cost nothing to compare and are refused where digits would be written out", () => {
    const [huge, tiny] = [parseQuantity("1e2147483647"), parseQuantity("1e-2147483648")];
    expect(compareQuantities(huge, parseQuantity("1"))).toBe(1);
    expect(formatQuantity(tiny)).toBe("1e-9");
    expect(() => addQuantities(huge, tiny)).toThrow(QuantityRangeError);
    expect(() => quantityToDecimal(huge)).toThrow(QuantityRangeError);
    expect(() => parseQuantity("1".repeat(1_000_000))).toThrow(QuantityRangeError);
    expect(() => parseQuantity("1234567890123456789e999999")).toThrow(QuantityRangeError);
  });
});
