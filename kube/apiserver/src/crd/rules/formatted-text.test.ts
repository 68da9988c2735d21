import { CelDuration, CelTimestamp, type CelValue, celFailure } from "@weir/cel";
import { describe, expect, test } from "vitest";
import { formattedText } from "./formatted-text.ts";

const SECOND = 1_000_000_000n;

describe("formattedText", () => {
  const values: ReadonlyArray<readonly [format: string, text: string, want: CelValue]> = [
    ["uuid", "x", "x"],
    ["duration", "1h30m", new CelDuration(5400n * SECOND)],
    ["duration", "2 days 1 hr", new CelDuration(49n * 3600n * SECOND)],
    ["duration", "PT1H", new CelDuration(3600n * SECOND)],
    ["date", "1970-01-02", new CelTimestamp(86_400n * SECOND)],
    ["date-time", "", new CelTimestamp(0n)],
    ["date-time", "1970-01-01T01:00:00.000000001+01:00", new CelTimestamp(1n)],
    ["date-time", "1970-01-01T00:00:01", new CelTimestamp(SECOND)],
    ["byte", "aGVsbG8=", new TextEncoder().encode("hello")],
    ["byte", "_-A=", new Uint8Array([255, 224])],
  ];
  test.each(values)("reads the %s %j", (format, text, want) => {
    expect(formattedText(text, format)).toEqual(want);
  });

  const failures: ReadonlyArray<readonly [format: string, text: string, message: string]> = [
    ["duration", "soon", "Invalid duration soon: unable to parse soon as duration"],
    [
      "duration",
      "99999999999999999999 s",
      'Invalid duration 99999999999999999999 s: strconv.Atoi: parsing "99999999999999999999": value out of range',
    ],
    [
      "date",
      "x",
      'Invalid date formatted string x: parsing time "x" as "2006-01-02": cannot parse "x" as "2006"',
    ],
    [
      "date-time",
      "2024-13-01T00:00:00Z",
      'Invalid date-time formatted string 2024-13-01T00:00:00Z: parsing time "2024-13-01T00:00:00Z": month out of range',
    ],
    ["byte", "!!", "Invalid byte formatted string !!: illegal base64 data at input byte 0"],
    ["byte", "aGVsbG8", "Invalid byte formatted string aGVsbG8: illegal base64 data at input byte 4"],
    ["byte", "a+b=", "Invalid byte formatted string a+b=: illegal base64 data at input byte 1"],
    ["byte", "aGVsbG8=x", "Invalid byte formatted string aGVsbG8=x: illegal base64 data at input byte 8"],
    ["byte", "aGVsbA=x", "Invalid byte formatted string aGVsbA=x: illegal base64 data at input byte 6"],
  ];
  test.each(failures)("says in Go's words that the %s is none: %j", (format, text, message) => {
    expect(formattedText(text, format)).toEqual(celFailure(message));
  });
});
