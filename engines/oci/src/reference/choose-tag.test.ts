import { describe, expect, test } from "vitest";
import { helmMediaTypes } from "../media-type.ts";
import { chooseChartVersion, chooseTag } from "./choose-tag.ts";

describe("chooseTag", () => {
  const tags = [
    "latest",
    "v1.0.0",
    "v1.0.1-rc.1",
    "v1.1.0",
    "1.2",
    "2.0.0-beta.1",
    "v1.10.0-alpine",
    "1.3.0_build",
  ];
  test.each([
    { semver: ">=1.0", want: "v1.1.0" },
    { semver: ">=1.0-0", want: "2.0.0-beta.1" },
    { semver: "~1.0.0-0", want: "v1.0.1-rc.1" },
    { semver: ">=1.0-0", semverFilter: "-alpine$", want: "v1.10.0-alpine" },
    { semver: "1.x", mediaType: helmMediaTypes.chart, want: "1.3.0_build" },
  ])("takes $want for $semver", ({ want, ...range }) => {
    expect(chooseTag(tags, range)).toBe(want);
  });

  test.each([
    { semver: ">9", name: "NoMatchingTagError", message: "no match found for semver: >9" },
    { semver: "1.x", semverFilter: "(", name: "RegexpSyntaxError", message: /^error parsing regexp/ },
    { semver: "one", name: "ConstraintError", message: "semver 'one' parse error" },
  ])("refuses $semver with $name", ({ name, message, ...range }) => {
    expect(() => chooseTag(tags, range)).toThrow(expect.objectContaining({ name }));
    expect(() => chooseTag(tags, range)).toThrow(message);
  });
});

describe("chooseChartVersion", () => {
  const tags = ["1.0.0", "1.1.0_build.1", "1.2.0-rc.1", "v3.0.0", "latest"];
  test.each([
    { range: "", want: "1.1.0+build.1" },
    { range: "*", want: "1.1.0+build.1" },
    { range: ">0.0.0-0", want: "1.2.0-rc.1" },
    { range: "1.0.0", want: "1.0.0" },
    { range: "~1.0", want: "1.0.0" },
  ])("takes $want for the range '$range'", ({ range, want }) => {
    expect(chooseChartVersion(tags, range)).toBe(want);
  });

  test("refuses a range that no tag lies in, and a repository without versions", () => {
    expect(() => chooseChartVersion(tags, ">9")).toThrow(
      "could not locate a version matching provided version string >9",
    );
    expect(() => chooseChartVersion(["latest"], "")).toThrow(
      "unable to locate any tags in provided repository",
    );
  });
});
