import { describe, expect, test } from "vitest";
import { scheduleProblem } from "./cron-schedule.ts";

const isZone = (name: string): boolean => name === "UTC";

describe("a schedule", () => {
  test.each(["*/5 * * * *", "@daily", "@every 1h", "0 0 1,15 * MON-FRI", "TZ=UTC 0 3 * * *"])(
    "%s is right",
    (schedule) => expect(scheduleProblem(schedule, isZone)).toBeUndefined(),
  );

  test.each([
    ["", "expected exactly 5 fields, found 0: []"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["* * * JAN-foo *", 'failed to parse int from foo: strconv.Atoi: parsing "foo": invalid syntax'],
    ["@x", "unrecognized descriptor: @x"],
    ["TZ=Nope/X * * * * *", "provided bad location Nope/X: unknown time zone Nope/X"],
    ["TZ=UTC", "invalid schedule format: runtime error: slice bounds out of range [:-1]"],
  ])("%j is refused", (schedule, problem) => {
    expect(scheduleProblem(schedule, isZone)).toBe(problem);
  });
});
