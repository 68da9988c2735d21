import { describe, expect, test } from "vitest";
import { runFaultSoak } from "../src/soak/fault-soak.ts";

describe("controllers under random faults", () => {
  // `npm run soak` does the same with more objects for longer.
  test.each([11, 12])("lose nothing, seed %i", async (seed) => {
    const { problems, runs } = await runFaultSoak({ seed, objects: 30, steps: 400 });
    expect(problems).toEqual([]);
    expect(runs).toBeGreaterThan(400);
  });
});
