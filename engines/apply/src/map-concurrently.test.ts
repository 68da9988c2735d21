import { describe, expect, test } from "vitest";
import { mapConcurrently } from "./map-concurrently.ts";

describe("mapConcurrently", () => {
  test.each([
    { name: "the last of those that began together", failing: [0, 1, 2], at: 3, told: 2 },
    { name: "the last of fewer inputs than may run", failing: [0, 1], at: 4, told: 1 },
    { name: "the first, where that did not fail", failing: [0, 1], at: 3, told: 0 },
  ])("tells of $name", async ({ failing, at, told }) => {
    const inputs = at === 4 ? [0, 1] : [0, 1, 2, 3];
    const call = (input: number): Promise<number> =>
      failing.includes(input) ? Promise.reject(new RangeError(String(input))) : Promise.resolve(input);
    await expect(mapConcurrently(inputs, at, call)).rejects.toThrow(String(told));
  });

  test("keeps the order of the inputs", async () => {
    expect(await mapConcurrently([3, 1, 2], 2, (input) => Promise.resolve(input * 2))).toEqual([6, 2, 4]);
  });
});
