import { describe, expect, test } from "vitest";
import { interleave } from "./interleave.ts";
import { median, percentile, rounded, spread } from "./statistics.ts";
import { renderTable } from "./table.ts";

describe("median", () => {
  test.each([
    { name: "of an odd number", values: [30, 10, 20], want: 20 },
    { name: "of an even number", values: [40, 10, 30, 20], want: 25 },
    { name: "of one", values: [7], want: 7 },
    { name: "of nothing", values: [], want: Number.NaN },
  ])("is the middle $name", ({ values, want }) => {
    expect(median(values)).toBe(want);
  });
});

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    { percent: 50, want: 50 },
    { percent: 95, want: 95 },
    { percent: 100, want: 100 },
    { percent: 0, want: 1 },
  ])("$percent takes the nearest rank", ({ percent, want }) => {
    expect(percentile(hundred, percent)).toBe(want);
  });
});

describe("figures", () => {
  test.each([
    { value: 1234.56, want: 1235 },
    { value: 12.345, want: 12.3 },
    { value: 1.2345, want: 1.23 },
  ])("$value is shown as $want", ({ value, want }) => {
    expect(rounded(value)).toBe(want);
  });

  test("spread from the smallest to the largest", () => {
    expect(spread([3.2, 1.5, 2.1], 1)).toBe("1.5–3.2");
  });
});

describe("interleave", () => {
  test("runs A B B A in each round", async () => {
    const order: string[] = [];
    const run = (name: string) => async (): Promise<number> => order.push(name);
    const results = await interleave(2, run("A"), run("B"));
    expect(order.join("")).toBe("ABBAABBA");
    expect(results).toEqual({ left: [1, 4, 5, 8], right: [2, 3, 6, 7] });
  });
});

describe("renderTable", () => {
  test("aligns numbers to the right and keeps the order of columns", () => {
    expect(
      renderTable([
        { what: "a", ms: 5 },
        { what: "long", ms: 1000, note: "x" },
      ]),
    ).toBe("  what    ms  note\n  a        5\n  long  1000  x\n");
  });
});
