import { FakeClock, seededRandom } from "@weir/core";
import { type GoArgument, GoCallError, goInt, goTime, type GoValue, sprintf } from "@weir/text";
import { describe, expect, it } from "vitest";

import { createTemplateRun } from "../create-template-run.ts";
import { sprigFunctions } from "./sprig-functions.ts";

/** The clock stands at 25 hours after 1970 began. */
function call(name: string, ...args: readonly GoArgument[]): string {
  const run = createTemplateRun({ clock: new FakeClock(90_000_000), random: seededRandom(1) });
  const result: GoValue | undefined = sprigFunctions.get(name)?.call(args, run);
  return sprintf("%v", [result ?? null]);
}

describe("dates", () => {
  it.each<readonly [name: string, args: readonly GoArgument[], want: string]>([
    ["date", ["2006-01-02", goInt(0)], "1970-01-01"],
    ["date", ["2006-01-02", "not a time"], "1970-01-02"],
    ["date", ["2006-01-02", 5], "1970-01-02"],
    ["dateInZone", ["15:04 MST", goTime(0n), "Asia/Tokyo"], "09:00 JST"],
    ["date_in_zone", ["15:04 MST", goTime(0n), "No/Where"], "00:00 UTC"],
    ["htmlDate", [goInt(86_400, "int64")], "1970-01-02"],
    ["htmlDateInZone", [goTime(0n), "America/New_York"], "1969-12-31"],
    ["ago", [goTime(0n)], "25h0m0s"],
    ["ago", [goInt(5)], "24h59m55s"],
    ["dateModify", ["-1.5h", goTime(0n)], "1969-12-31 22:30:00 +0000 UTC"],
    ["date_modify", ["tomorrow", goTime(0n)], "1970-01-01 00:00:00 +0000 UTC"],
    ["toDate", ["2006-01-02", "2017-12-31"], "2017-12-31 00:00:00 +0000 UTC"],
    ["toDate", ["2006-01-02", "x"], "0001-01-01 00:00:00 +0000 UTC"],
    ["unixEpoch", [goTime(7n)], "7"],
    ["duration", ["95"], "1m35s"],
    ["duration", [goInt(95)], "0s"],
    ["durationRound", ["2h10m5s"], "2h"],
    ["durationRound", [goTime(0n)], "1d"],
    ["durationRound", ["-2400h"], "3mo"],
  ])("%s %o", (name, args, want) => {
    expect(call(name, ...args)).toBe(want);
  });

  it("fail in the words of Go where they must not be wrong", () => {
    expect(() => call("mustDateModify", "x", goTime(0n))).toThrow(
      new GoCallError('time: invalid duration "x"'),
    );
    expect(() => call("mustToDate", "2006", "x")).toThrow(
      'parsing time "x" as "2006": cannot parse "x" as "2006"',
    );
  });

  it("mark a run that looked at the clock", () => {
    const run = createTemplateRun({ clock: new FakeClock(0), random: seededRandom(1) });
    sprigFunctions.get("now")?.call([], run);
    expect([...run.impure]).toEqual(["clock"]);
  });
});
