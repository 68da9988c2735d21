import { describe, expect, test } from "vitest";
import { chooseVersion } from "./choose-version.ts";

const versions = ["2.0.0-rc.1", "1.10.0", "1.9.0+a", "v1.2.0", "1.0", "junk"].map((version) => ({ version }));

describe("chooseVersion", () => {
  test.each([
    ["*", "1.10.0"],
    ["", "1.10.0"],
    ["1.x", "1.10.0"],
    ["<1.10.0", "1.9.0+a"],
    ["<1.9.0", "v1.2.0"],
    [">=2.0.0-0", "2.0.0-rc.1"],
    ["1.9.0+a", "1.9.0+a"],
    ["1.0", "1.0"],
    ["junk", "junk"],
    ["3.x", undefined],
  ])("takes for %j of the versions %j", (range, want) => {
    expect(chooseVersion(versions, range)?.version).toBe(want);
  });

  test("takes the newest of equal versions", () => {
    const equal = [
      { version: "1.0.0+a", created: "2024-01-01T00:00:00Z" },
      { version: "1.0.0+b", created: "2024-03-01T00:00:00Z" },
      { version: "1.0.0+c", created: "no time" },
    ];
    expect(chooseVersion(equal, "1.x")?.version).toBe("1.0.0+b");
  });

  test("says what is no range", () => {
    expect(() => chooseVersion(versions, "abc!!")).toThrow('improper constraint: "abc!!"');
  });
});
