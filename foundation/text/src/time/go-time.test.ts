import { describe, expect, it, test } from "vitest";

import {
  atLocation,
  formatInstant,
  goDuration,
  type GoArgument,
  goInt,
  type GoObject,
  goTime,
  goTimeNow,
  type GoValue,
  loadLocation,
  localLocation,
  parseInstant,
  sprintf,
  utcLocation,
} from "../index.ts";

const LAYOUT = "2006-01-02T15:04:05.999999999Z07:00";

function call(object: GoObject, name: string, ...args: readonly GoArgument[]): GoValue | undefined {
  return object.method(name)?.call(args, undefined);
}

describe("zones", () => {
  it.each([
    ["America/New_York", "2023-07-04T00:00:00Z", "2023-07-03 20:00:00 -0400 EDT"],
    ["America/New_York", "2023-12-04T00:00:00Z", "2023-12-03 19:00:00 -0500 EST"],
    ["Europe/Berlin", "2023-07-04T00:00:00Z", "2023-07-04 02:00:00 +0200 CEST"],
    ["Asia/Kathmandu", "2023-07-04T00:00:00Z", "2023-07-04 05:45:00 +0545 +0545"],
    ["Local", "2023-07-04T00:00:00Z", "2023-07-04 00:00:00 +0000 UTC"],
  ])("shows %s at %s", (zone, time, want) => {
    const instant = parseInstant(LAYOUT, time, utcLocation);
    const location = loadLocation(zone) ?? utcLocation;
    expect(formatInstant(atLocation(instant, location), "2006-01-02 15:04:05 -0700 MST")).toBe(want);
  });

  it.each(["Nowhere/Land", "europe/berlin", "CET+01", "../etc/passwd", "+01:00"])(
    "does not know %s",
    (name) => {
      expect(loadLocation(name)).toBeUndefined();
    },
  );

  it("reads a time in a zone", () => {
    const berlin = loadLocation("Europe/Berlin") ?? utcLocation;
    const read = (text: string): string =>
      formatInstant(parseInstant("2006-01-02 15:04", text, berlin), LAYOUT);
    expect(read("2024-03-31 01:59")).toBe("2024-03-31T01:59:00+01:00");
    // The hour that the clocks skip.
    expect(read("2024-03-31 02:30")).toBe("2024-03-31T03:30:00+02:00");
    expect(read("2024-07-01 12:00")).toBe("2024-07-01T12:00:00+02:00");
  });
});

describe("times", () => {
  const time = goTime(1_700_000_000n, 123_456_789n);

  it("print as Go's do", () => {
    expect(sprintf("%v", [time])).toBe("2023-11-14 22:13:20.123456789 +0000 UTC");
    expect(sprintf("%#v", [time])).toBe(
      "time.Date(2023, time.November, 14, 22, 13, 20, 123456789, time.Local)",
    );
    expect(sprintf("%v", [goTimeNow(1000, 2500)])).toBe("1970-01-01 00:00:01 +0000 UTC m=+2.500000000");
    expect(time.json()).toBe("2023-11-14T22:13:20.123456789Z");
  });

  it.each<[string, readonly GoArgument[], string]>([
    ["Year", [], "2023"],
    ["Month", [], "November"],
    ["Weekday", [], "Tuesday"],
    ["YearDay", [], "318"],
    ["UnixNano", [], "1700000000123456789"],
    ["Add", [goDuration(-3_600_000_000_000n)], "2023-11-14 21:13:20.123456789 +0000 UTC"],
    ["AddDate", [0n, 3n, 20n], "2024-03-05 22:13:20.123456789 +0000 UTC"],
    ["Truncate", [goDuration(3_600_000_000_000n)], "2023-11-14 22:00:00 +0000 UTC"],
    ["Round", [goDuration(86_400_000_000_000n)], "2023-11-15 00:00:00 +0000 UTC"],
    ["Sub", [goTime(1_699_999_999n)], "1.123456789s"],
    ["After", [goTime(1n)], "true"],
    ["IsZero", [], "false"],
    ["Location", [], "Local"],
    ["Format", ["Jan _2 3:04PM"], "Nov 14 10:13PM"],
  ])("have %s", (name, args, want) => {
    expect(sprintf("%v", [call(time, name, ...args) ?? null])).toBe(want);
  });

  it("keep the clock that never jumps until they are looked at elsewhere", () => {
    const later = goTimeNow(0, 5000);
    const earlier = goTimeNow(99_000, 1000);
    expect(sprintf("%v", [call(later, "Sub", earlier) ?? null])).toBe("4s");
    const stripped = call(later, "UTC");
    expect(sprintf("%v", [stripped ?? null])).toBe("1970-01-01 00:00:00 +0000 UTC");
  });
});

test("durations have methods", () => {
  const duration = goDuration(5_400_000_000_001n);
  expect(sprintf("%v", [duration])).toBe("1h30m0.000000001s");
  expect(call(duration, "Hours")).toBe(1.5000000000002778);
  expect(call(duration, "Milliseconds")).toEqual(goInt(5_400_000n, "int64"));
  expect(sprintf("%v", [call(duration, "Round", goDuration(3_600_000_000_000n)) ?? null])).toBe("2h0m0s");
});

describe("reading", () => {
  it.each([
    ["2006-01-02", "2021-1-2", 'as "2006-01-02": cannot parse "1-2" as "01"'],
    ["2006-01-02", "2023-02-29", ": day out of range"],
    ["15:04", "25:00", ": hour out of range"],
    ["2006-002", "2021-366", ": day-of-year out of range"],
    ["2006", "2021é", ': extra text: "\\xc3\\xa9"'],
    ["-0700", "+2561", ": time zone offset minute out of range"],
  ])("in %s refuses %s", (layout, text, problem) => {
    const separator = problem.startsWith(":") ? "" : " ";
    const shown = text.replace("é", "\\xc3\\xa9");
    expect(() => parseInstant(layout, text, localLocation)).toThrow(
      `parsing time "${shown}"${separator}${problem}`,
    );
  });
});
