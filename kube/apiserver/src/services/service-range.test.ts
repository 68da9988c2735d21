import { describe, expect, test } from "vitest";
import { formatAddress, InvalidServiceRangeError, parseAddress, parseServiceRange } from "./service-range.ts";

describe("parseServiceRange", () => {
  test.each([
    ["10.0.0.0/24", "10.0.0.1", "10.0.0.254", "10.0.0.17"],
    ["10.0.7.9/24", "10.0.7.1", "10.0.7.254", "10.0.7.17"],
    ["10.0.0.0/16", "10.0.0.1", "10.0.255.254", "10.0.1.1"],
    ["255.240.0.0/12", "255.240.0.1", "255.255.255.254", "255.240.1.1"],
    ["10.0.0.0/28", "10.0.0.1", "10.0.0.14", "10.0.0.1"],
    ["10.0.0.0/30", "10.0.0.1", "10.0.0.2", "10.0.0.1"],
  ])("reads %s", (cidr, first, last, dynamic) => {
    const range = parseServiceRange(cidr);
    expect([range.first, range.last, range.dynamic].map(formatAddress)).toEqual([first, last, dynamic]);
  });

  test.each(["10.0.0.0", "10.0.0.0/8", "10.0.0.0/31", "10.0.0/24", "fd00::/112", "10.0.0.256/24", "x/24"])(
    "refuses %s",
    (cidr) => {
      expect(() => parseServiceRange(cidr)).toThrow(InvalidServiceRangeError);
    },
  );

  test("reads an address that it wrote", () => {
    for (const address of [0, 1, 167_772_161, 4_294_967_295]) {
      expect(parseAddress(formatAddress(address))).toBe(address);
    }
  });
});
