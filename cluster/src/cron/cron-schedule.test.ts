import { describe, expect, test } from "vitest";
import { parseCronSchedule } from "./cron-schedule.ts";

/** What robfig/cron v3.0.1 gives for the same. */
const runs: ReadonlyArray<{
  readonly spec: string;
  readonly after: string;
  readonly want: readonly string[];
}> = [
  {
    spec: "*/15 9-17 * * MON-fri",
    after: "2026-01-02T17:31:10Z",
    want: ["2026-01-02T17:45:00Z", "2026-01-05T09:00:00Z"],
  },
  {
    spec: "0 0 13 * 5",
    after: "2026-01-01T00:00:00Z",
    want: ["2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z"],
  },
  { spec: "0 0 29 2 *", after: "2026-01-01T00:00:00Z", want: ["2028-02-29T00:00:00Z"] },
  {
    spec: "0 0 */2 * 1",
    after: "2026-01-01T00:00:00Z",
    want: ["2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z"],
  },
  { spec: "59 23 31 dec ?", after: "2026-01-01T00:00:00Z", want: ["2026-12-31T23:59:00Z"] },
  { spec: "@hourly", after: "2026-01-01T00:00:00Z", want: ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"] },
  {
    spec: "@every 90s",
    after: "2026-01-01T00:00:00.500Z",
    want: ["2026-01-01T00:01:30Z", "2026-01-01T00:03:00Z"],
  },
  { spec: "@every 10ms", after: "2026-01-01T00:00:00Z", want: ["2026-01-01T00:00:01Z"] },
  // 02:30 is not there on the day when clocks go forward, and there twice when they go back.
  {
    spec: "TZ=Europe/Berlin 30 2 * * *",
    after: "2026-03-28T00:00:00Z",
    want: ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"],
  },
  {
    spec: "CRON_TZ=Europe/Berlin 30 2 * * *",
    after: "2026-10-24T12:00:00Z",
    want: ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"],
  },
  {
    spec: "TZ=Asia/Kolkata 0 6 * * *",
    after: "2026-01-01T00:00:00Z",
    want: ["2026-01-01T00:30:00Z", "2026-01-02T00:30:00Z"],
  },
];

describe("a schedule", () => {
  test.each(runs)("$spec is due when Kubernetes says so", ({ spec, after, want }) => {
    const schedule = parseCronSchedule(spec);
    let ms = Date.parse(after);
    for (const time of want) {
      ms = schedule.next(ms) ?? 0;
      expect(new Date(ms).toISOString()).toBe(time.replace("Z", ".000Z"));
    }
  });

  test("that never comes is due never", () => {
    expect(parseCronSchedule("0 0 31 2 *").next(Date.UTC(2026, 0, 1))).toBeUndefined();
  });

  const refusals: readonly (readonly [spec: string, message: string])[] = [
    ["", "empty spec string"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["1/2/3 * * * *", "too many slashes: 1/2/3"],
    ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ["@never", "unrecognized descriptor: @never"],
    ["@every x", "failed to parse duration x"],
    ["TZ=Nowhere/None * * * * *", "unknown time zone Nowhere/None"],
  ];
  test.each(refusals)("%j is refused", (spec, message) => {
    expect(() => parseCronSchedule(spec)).toThrow(message);
  });
});
