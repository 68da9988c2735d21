import { describe, expect, it } from "vitest";

import { renderSprig, sprigError } from "./render-sprig.ts";

const TIME = '{{ $t := toDate "2006-01-02T15:04:05Z07:00" "2024-02-29T10:11:12+02:00" }}';

describe("methods of a time", () => {
  it.each([
    ["$t.MarshalText | toString", "2024-02-29T10:11:12+02:00"],
    ['printf "%s" $t.MarshalJSON', '"2024-02-29T10:11:12+02:00"'],
    ["$t.MarshalBinary", "[1 0 0 0 14 221 114 51 32 0 0 0 0 0 120]"],
    ["$t.UTC.GobEncode", "[1 0 0 0 14 221 114 51 32 0 0 0 0 255 255]"],
    ['$t.AppendFormat nil "2006"', "[50 48 50 52]"],
    ["$t.AppendText nil | len", "25"],
  ])("%s gives bytes", (action, want) => {
    expect(renderSprig(`${TIME}{{ ${action} }}`)).toBe(want);
  });

  it.each([
    ["$t.Date", "function Date has 3 return values; should be 1 or 2"],
    ["$t.Clock.X", "function Clock has 3 return values; should be 1 or 2"],
    ["$t.ISOWeek", "invalid function signature for ISOWeek: second return value should be error; is int"],
    ["$t.Date 1", "wrong number of args for Date: want 0 got 1"],
    ["($t.AddDate 9000 0 0).MarshalText", "Time.MarshalText: year outside of range [0,9999]"],
  ])("%s fails as in Go", (action, want) => {
    expect(sprigError(`${TIME}{{ ${action} }}`)).toContain(want);
  });
});
