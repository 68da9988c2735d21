import { describe, expect, test } from "vitest";
import { isKnownFormat, stringFormat } from "./formats.ts";

describe("string formats", () => {
  const cases: ReadonlyArray<{
    readonly format: string;
    readonly takes: readonly string[];
    readonly refuses: readonly string[];
  }> = [
    {
      format: "date-time",
      takes: ["2020-01-01T00:00:00Z", "2020-01-01t00:00:00.123+01:00", "2024-02-29T23:59:59z"],
      refuses: ["2020-01-01", "2020-01-01T00:00:00", "2023-02-29T00:00:00Z", "2020-01-01T24:00:00Z", "x"],
    },
    {
      format: "date",
      takes: ["2020-01-31", "2000-02-29"],
      refuses: ["2020-13-01", "1900-02-29", "2020-1-1"],
    },
    {
      format: "duration",
      takes: ["1h", "1.5h", "-1s", "0", "1 hour", "PT1H", "22 ns", "3 weeks"],
      refuses: ["x", "", "1", "1 month-ish"],
    },
    {
      format: "uri",
      takes: ["http://x", "/path", "mailto:a@b", "http://[::1]:80/x", "http://a:80"],
      refuses: ["x", "://", "", "http://a b", "/a%zz", "http://a:port"],
    },
    { format: "email", takes: ["a@b.c", "Name <a@b>", '"a b"@c'], refuses: ["x", "a@", "@b", "a b@c"] },
    {
      format: "hostname",
      takes: ["host", "a.example", "a-b", "9.example.com"],
      refuses: ["a.b", "-x", "a..b", ""],
    },
    { format: "ipv4", takes: ["1.2.3.4", "010.1.1.1"], refuses: ["256.1.1.1", "::1", "1.2.3"] },
    {
      format: "ipv6",
      takes: ["::1", "::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::8"],
      refuses: ["1.2.3.4", "1:2:3", "1::2::3", "1:2:3:4:5:6:7:8:9", "g::", "fe80::1%eth0"],
    },
    { format: "cidr", takes: ["10.0.0.0/8", "::/0"], refuses: ["10.0.0.0", "10.0.0.0/33", "::/129", "x/1"] },
    {
      format: "mac",
      takes: ["00:00:5e:00:53:01", "00-00-5e-00-53-01", "0000.5e00.5301"],
      refuses: ["x", "00:00:5e:00:53", "00:00-5e:00:53:01"],
    },
    { format: "uuid", takes: ["00000000-0000-0000-0000-000000000000"], refuses: ["x"] },
    {
      format: "uuid4",
      takes: ["A0000000-0000-4000-8000-000000000000"],
      refuses: ["00000000-0000-3000-8000-000000000000"],
    },
    { format: "byte", takes: ["eA==", "YWJj"], refuses: ["!!", "", "eA="] },
    { format: "bsonobjectid", takes: ["507f1f77bcf86cd799439011"], refuses: ["x"] },
    {
      format: "creditcard",
      takes: ["4111111111111111", "4111-1111-1111-1111"],
      refuses: ["1", "4111111111111112"],
    },
    { format: "isbn", takes: ["0321751043", "978-0321751041"], refuses: ["x", "0321751044"] },
    { format: "hexcolor", takes: ["#fff", "00FF00"], refuses: ["x", "#ffff"] },
    { format: "rgbcolor", takes: ["rgb(1, 2,3)"], refuses: ["rgb(256,0,0)", "x"] },
    { format: "ssn", takes: ["111-22-3333"], refuses: ["x", "111223333"] },
    { format: "password", takes: ["", "x"], refuses: [] },
    { format: "k8s-short-name", takes: ["abc", "a-1"], refuses: ["Abc", "-a", "a".repeat(64), "a.b"] },
    { format: "k8s-long-name", takes: ["a.b-c.d"], refuses: ["a..b", ".a"] },
  ];
  test.each(cases)("of the name $format", ({ format, takes, refuses }) => {
    const check = stringFormat(format);
    expect(takes.filter((text) => check?.(text) !== true)).toEqual([]);
    expect(refuses.filter((text) => check?.(text) !== false)).toEqual([]);
  });

  test("that the API server does not enforce are none", () => {
    expect(["nope", "int32", "ip", "quantity", "binary"].filter((name) => stringFormat(name))).toEqual([]);
  });
});

describe("isKnownFormat", () => {
  const cases = [
    { type: "integer", format: "int32", want: true },
    { type: "integer", format: "date", want: false },
    { type: "number", format: "double", want: true },
    { type: "string", format: "date-time", want: true },
    { type: undefined, format: "uri", want: true },
    { type: "object", format: "uri", want: false },
  ];
  test.each(cases)("says $want of $format for $type", ({ type, format, want }) => {
    expect(isKnownFormat(type, format)).toBe(want);
  });
});
