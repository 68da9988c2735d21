import { describe, expect, test } from "vitest";
import { formatIp, formatIpRange, networkOf, parseIp, parseIpRange, rangeContains } from "./ip-address.ts";
import {
  canonicalIpErrors,
  canonicalIpRangeErrors,
  endpointIpErrors,
  ipErrors,
  ipRangeErrors,
  ipRangeWarnings,
  ipWarnings,
} from "./ip-errors.ts";

const reasons = (errors: readonly { readonly detail: string }[]): readonly string[] =>
  errors.map(({ detail }) => detail);

describe("addresses", () => {
  test.each([
    ["10.1.2.3", "10.1.2.3"],
    ["010.001.2.3", "10.1.2.3"],
    ["::", "::"],
    ["::1", "::1"],
    ["FE80:0:0:0:0:0:0:0abc", "fe80::abc"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::1.2.3.4", "::102:304"],
    ["00001::", "1::"],
  ])("reads %s", (text, usual) => {
    const ip = parseIp(text);
    expect(ip === undefined ? undefined : formatIp(ip)).toBe(usual);
  });

  test.each([
    "",
    "x",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4.5",
    "1:2:3:4:5:6:7",
    "1::2::3",
    ":::",
    ":1",
    "1:2:3:4:5:6:7:8::",
    "10000::",
    "::1.2.3",
    "::1.2.3.4:5",
    "fe80::1%eth0",
    "1.2.3.4/5",
  ])("does not read %s", (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  test.each([
    ["10.1.2.3", []],
    ["x", ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]],
    ["010.1.2.3", ["must not have leading 0s"]],
    ["::ffff:1.2.3.4", ["must not be an IPv4-mapped IPv6 address"]],
    ["FD00::1", []],
  ])("are told what is wrong with %s", (text, why) => {
    expect(reasons(ipErrors("ip", text))).toEqual(why);
  });

  test("may stay as an old object holds them", () => {
    expect(ipErrors("ip", "010.1.2.3", ["010.1.2.3"])).toEqual([]);
  });

  test("have one spelling where a name is made of them", () => {
    expect(reasons(canonicalIpErrors("ip", "FD00::1"))).toEqual(['must be in canonical form ("fd00::1")']);
  });

  test.each([
    ["10.1.2.3", []],
    ["010.1.2.3", ['ip: non-standard IP address "010.1.2.3" is invalid: use "10.1.2.3"']],
    ["::ffff:1.2.3.4", ['ip: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"']],
    ["fd00:0::1", ['ip: IPv6 address "fd00:0::1" should be in RFC 5952 canonical format ("fd00::1")']],
  ])("warn of unusual spellings: %s", (text, warnings) => {
    expect(ipWarnings("ip", text)).toEqual(warnings);
  });

  test.each([
    ["0.0.0.0", ["may not be unspecified (0.0.0.0)"]],
    ["127.1.2.3", ["may not be in the loopback range (127.0.0.0/8, ::1/128)"]],
    ["::1", ["may not be in the loopback range (127.0.0.0/8, ::1/128)"]],
    ["169.254.9.9", ["may not be in the link-local range (169.254.0.0/16, fe80::/10)"]],
    ["febf::1", ["may not be in the link-local range (169.254.0.0/16, fe80::/10)"]],
    ["224.0.0.9", ["may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"]],
    ["ff12::1", ["may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"]],
    ["224.0.1.1", []],
    ["192.0.2.1", []],
  ])("are no endpoints where nobody answers: %s", (text, why) => {
    expect(reasons(endpointIpErrors("ip", text))).toEqual(why);
  });
});

describe("ranges", () => {
  test.each([
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.0.0.0/033", undefined],
    ["10.0.0.0/08", "10.0.0.0/8"],
    ["FD00:1::1/17", "fd00::/17"],
    ["::ffff:10.1.2.3/120", "10.1.2.0/24"],
    ["::ffff:10.1.2.3/90", "::ffc0:0:0/90"],
    ["::/0", "::/0"],
    ["10.0.0.0", undefined],
    ["10.0.0.0/+8", undefined],
    ["10.0.0.0/8/8", undefined],
  ])("are read: %s", (text, usual) => {
    const range = parseIpRange(text);
    expect(range === undefined ? undefined : formatIpRange(range)).toBe(usual);
  });

  test.each([
    ["10.0.0.0/8", "10.9.9.0/24", true],
    ["10.0.0.0/8", "11.0.0.0/24", false],
    ["fd00::/8", "10.0.0.0/24", false],
    ["0.0.0.0/0", "255.0.0.0/8", true],
  ])("contain: %s has %s: %s", (whole, part, isInside) => {
    const [outer, inner] = [parseIpRange(whole), parseIpRange(part)];
    expect(outer !== undefined && inner !== undefined && rangeContains(outer, networkOf(inner))).toBe(
      isInside,
    );
  });

  test.each([
    ["x", ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]],
    ["010.0.0.0/8", ["must not have leading 0s in IP or prefix length"]],
    ["::ffff:10.0.0.0/104", ["must not have an IPv4-mapped IPv6 address"]],
    ["10.1.2.3/8", ["must not have bits set beyond the prefix length"]],
    ["FD00::/8", []],
  ])("are told what is wrong with %s", (text, why) => {
    expect(reasons(ipRangeErrors("cidr", text))).toEqual(why);
  });

  test("have one spelling where Services are given addresses of them", () => {
    expect(reasons(canonicalIpRangeErrors("cidr", "FD00::/64"))).toEqual([
      'must be in canonical form ("fd00::/64")',
    ]);
  });

  test.each([
    ["10.0.0.0/8", []],
    [
      "10.1.2.3/8",
      [
        'cidr: CIDR value "10.1.2.3/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.2.3/32"?)',
      ],
    ],
    ["10.0.0.0/08", ['cidr: non-standard CIDR value "10.0.0.0/08" is invalid: use "10.0.0.0/8"']],
    ["FD00::/8", ['cidr: IPv6 CIDR value "FD00::/8" should be in RFC 5952 canonical format ("fd00::/8")']],
  ])("warn of unusual spellings: %s", (text, warnings) => {
    expect(ipRangeWarnings("cidr", text)).toEqual(warnings);
  });
});
