import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sortAsGo } from "./index.ts";

fc.configureGlobal({ seed: 1 });

describe("sortAsGo", () => {
  test("sorts every list, whatever its pattern", () => {
    const shape = fc.oneof(
      fc.array(fc.nat(1000), { maxLength: 300 }),
      fc.array(fc.nat(3), { maxLength: 300 }),
      fc.nat(300).map((length) => Array.from({ length }, (_, index) => length - index)),
      fc.nat(300).map((length) => Array.from({ length }, (_, index) => index % 7)),
    );
    fc.assert(
      fc.property(shape, (values) => {
        const before = [...values];
        const sorted = sortAsGo(values, (left, right) => left < right);
        expect(sorted).toEqual(values.toSorted((left, right) => left - right));
        expect(values).toEqual(before);
      }),
    );
  });

  test("keeps ties of short lists in order", () => {
    const pairs = ["b1", "a1", "b2", "a2"];
    expect(sortAsGo(pairs, (left, right) => left.charAt(0) < right.charAt(0))).toEqual([
      "a1",
      "a2",
      "b1",
      "b2",
    ]);
  });

  test("stays fast on an organ pipe and on equal values", () => {
    const pipe = Array.from({ length: 20_000 }, (_, index) => Math.min(index, 20_000 - index));
    let comparisons = 0;
    sortAsGo(pipe, (left, right) => ++comparisons > 0 && left < right);
    sortAsGo(
      Array.from({ length: 20_000 }, () => 1),
      (left, right) => ++comparisons > 0 && left < right,
    );
    expect(comparisons).toBeLessThan(2_000_000);
  });
});
