import { expect, test } from "vitest";
import { durationText, jitteredMs, retryText } from "./timing.ts";

test("durations are written as Go writes them", () => {
  expect(durationText(1_234.5678)).toBe("1.234568s");
  expect(durationText(570_000)).toBe("9m30s");
});

test("times until the next try are written without a fraction of a millisecond", () => {
  expect(retryText(30_000.4)).toBe("30s");
});

test("a time is moved by at most its jitter", () => {
  expect([0, 0.5, 1].map((random) => jitteredMs(1_000, { next: () => random }, 0.1))).toEqual([
    900, 1_000, 1_100,
  ]);
});
