import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DurationSyntaxError,
  formatGoDuration,
  goDurationMs,
  parseGoDuration,
  roundGoDuration,
  truncateGoDuration,
} from "./index.ts";

fc.configureGlobal({ seed: 1 });

const anyDuration = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe("parseGoDuration", () => {
  test.each([
    { text: "0", want: 0n },
    { text: "-0", want: 0n },
    { text: "1h30m", want: 5_400_000_000_000n },
    { text: "-1.5s", want: -1_500_000_000n },
    { text: "+.5ms", want: 500_000n },
    { text: "1.s", want: 1_000_000_000n },
    { text: "1us1\u00b5s1\u03bcs", want: 3000n },
    { text: "9223372036854775807ns", want: 2n ** 63n - 1n },
    { text: "-9223372036854775808ns", want: -(2n ** 63n) },
    { text: "0.9223372036854775807h", want: 3_320_413_933_267n },
  ])("reads $text", ({ text, want }) => {
    expect(parseGoDuration(text)).toBe(want);
  });

  test.each([
    { text: "", want: 'time: invalid duration ""' },
    { text: "-", want: 'time: invalid duration "-"' },
    { text: "s", want: 'time: invalid duration "s"' },
    { text: ".s", want: 'time: invalid duration ".s"' },
    { text: "5", want: 'time: missing unit in duration "5"' },
    { text: "1h5", want: 'time: missing unit in duration "1h5"' },
    { text: "1d", want: 'time: unknown unit "d" in duration "1d"' },
    { text: "1h-3m", want: 'time: unknown unit "h-" in duration "1h-3m"' },
    { text: '1"\u00e9', want: 'time: unknown unit "\\"\\xc3\\xa9" in duration "1\\"\\xc3\\xa9"' },
    { text: "9223372036854775808ns", want: 'time: invalid duration "9223372036854775808ns"' },
    { text: "3000000h", want: 'time: invalid duration "3000000h"' },
  ])("refuses $text in Go's words", ({ text, want }) => {
    expect(() => parseGoDuration(text)).toThrow(
      new DurationSyntaxError("", text).constructor as typeof Error,
    );
    expect(() => parseGoDuration(text)).toThrow(want);
  });

  test("reads back what formatGoDuration writes", () => {
    fc.assert(
      fc.property(anyDuration, (ns) => {
        // From a microsecond on the text has a fraction, which Go reads through floating point: it may lose a few units.
        const difference = parseGoDuration(formatGoDuration(ns)) - ns;
        expect(difference >= -1n && difference <= 1n).toBe(true);
      }),
    );
  });

  test("takes time in proportion to a hostile text", () => {
    expect(() => parseGoDuration("9".repeat(1_000_000))).toThrow(DurationSyntaxError);
    expect(parseGoDuration(`0.${"9".repeat(1_000_000)}s`)).toBe(1_000_000_000n);
  });
});

describe("formatGoDuration", () => {
  test.each([
    { ns: 0n, want: "0s" },
    { ns: 1n, want: "1ns" },
    { ns: 1100n, want: "1.1\u00b5s" },
    { ns: 2_200_000n, want: "2.2ms" },
    { ns: 60_000_000_000n, want: "1m0s" },
    { ns: 3_600_000_000_001n, want: "1h0m0.000000001s" },
    { ns: -(2n ** 63n), want: "-2562047h47m16.854775808s" },
  ])("writes $want", ({ ns, want }) => {
    expect(formatGoDuration(ns)).toBe(want);
  });
});

describe("rounding", () => {
  test("takes halves away from zero and stays in range", () => {
    expect(roundGoDuration(1500n, 1000n)).toBe(2000n);
    expect(roundGoDuration(-1500n, 1000n)).toBe(-2000n);
    expect(roundGoDuration(2n ** 63n - 1n, 1_000_000_000n)).toBe(2n ** 63n - 1n);
    expect(truncateGoDuration(-1999n, 1000n)).toBe(-1000n);
    expect(roundGoDuration(5n, 0n)).toBe(5n);
  });

  test("never moves further than half a multiple", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }),
        fc.bigInt({ min: 1n, max: 2n ** 40n }),
        (ns, m) => {
          const distance = roundGoDuration(ns, m) - ns;
          expect((distance < 0n ? -distance : distance) * 2n <= m).toBe(true);
          expect(roundGoDuration(ns, m) % m).toBe(0n);
          expect(truncateGoDuration(ns, m) % m).toBe(0n);
        },
      ),
    );
  });
});

test("goDurationMs keeps fractions", () => {
  expect(goDurationMs("1m0.5ms")).toBe(60_000.5);
});
