import { describe, expect, test } from "vitest";
import { isYaml11NonString } from "./resolve-scalar.ts";

describe("isYaml11NonString", () => {
  test.each(["yes", "1", "1_000", "~", "- a", "-", "a: b", "[a]", "# c", "!!int 5", "---"])(
    "takes %j for something else than a string",
    (text) => {
      expect(isYaml11NonString(text)).toBe(true);
    },
  );

  test.each([
    "",
    "v",
    "...",
    "12:30:45",
    "a:b",
    "nginx:1.19",
    "'1'",
    '"yes"',
    "a #b",
    "2024-01-02",
    "*x",
    "{a",
    "1\n",
    "@at",
  ])("takes %j for a string or for no YAML", (text) => {
    expect(isYaml11NonString(text)).toBe(false);
  });
});
