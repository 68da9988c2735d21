import { expect, test } from "vitest";
import { runConnectionSoak } from "../src/soak/connection-soak.ts";

// `npm run soak -- connections --minutes 10` does the same for longer.
test("controllers whose connections drop lose nothing and leave nothing behind", {
  timeout: 180_000,
}, async () => {
  const { problems, drops, runs } = await runConnectionSoak({ seed: 21, seconds: 12, objects: 30 });
  expect(problems).toEqual([]);
  expect(drops).toBeGreaterThan(10);
  expect(runs).toBeGreaterThan(100);
});
