import { describe, expect, test } from "vitest";
import { FlushPace } from "./flush-pace.ts";

function paceAfter(times: readonly number[]): FlushPace {
  const pace = new FlushPace();
  for (const ms of times) pace.took(ms);
  return pace;
}

describe("a flush", () => {
  test.each([
    { name: "of an unknown disk", times: [], writes: 1, want: false },
    { name: "of one write on a quick disk", times: Array(20).fill(0.2), writes: 1, want: true },
    { name: "of several writes on a quick disk", times: Array(20).fill(0.2), writes: 2, want: false },
    { name: "on a slow disk", times: Array(20).fill(4), writes: 1, want: false },
    {
      name: "on a quick disk that stalls at times",
      times: Array(40).fill([0.2, 0.2, 0.2, 50]).flat(),
      writes: 1,
      want: true,
    },
    {
      name: "on a disk that became slow",
      times: [...Array(100).fill(0.2), ...Array(40).fill(3)],
      writes: 1,
      want: false,
    },
  ])("$name is waited for on the spot: $want", ({ times, writes, want }) => {
    expect(paceAfter(times).waitsOnTheSpot(writes)).toBe(want);
  });
});
