import { describe, expect, test } from "vitest";
import { aKustomization } from "../../test/a-kustomization.ts";
import { jitteredIntervalMsOf, retryIntervalMsOf, timeoutMsOf } from "./timing.ts";

describe("timeoutMsOf", () => {
  const cases = [
    { name: "is the interval less 30 s by default", spec: { interval: "10m" }, want: 570_000 },
    { name: "is what the spec says", spec: { interval: "10m", timeout: "2m" }, want: 120_000 },
    { name: "is never below 30 s when said", spec: { interval: "10m", timeout: "5s" }, want: 30_000 },
    { name: "is never below 30 s by default", spec: { interval: "40s" }, want: 30_000 },
  ];
  test.each(cases)("$name", ({ spec, want }) => {
    expect(timeoutMsOf(aKustomization({ spec }).spec)).toBe(want);
  });
});

describe("the next run", () => {
  test("comes after the retry interval, and else the interval, when a run failed", () => {
    expect(retryIntervalMsOf(aKustomization({ spec: { retryInterval: "1m" } }).spec)).toBe(60_000);
    expect(retryIntervalMsOf(aKustomization().spec)).toBe(600_000);
  });

  test.each([
    { random: 0, want: 570_000 },
    { random: 0.5, want: 600_000 },
    { random: 1, want: 630_000 },
  ])("is moved by at most 5 % when a run succeeded ($random)", ({ random, want }) => {
    expect(jitteredIntervalMsOf(aKustomization().spec, { next: () => random }, 0.05)).toBeCloseTo(want);
  });
});
