import { expect, test } from "vitest";
import { lineDiff } from "./line-diff.ts";

test("a changed line is shown with three lines on both sides of it", () => {
  const lines = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const changed = lines.with(4, "X");
  const expected = "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n";
  expect(lineDiff(lines.join("\n"), changed.join("\n"))).toBe(expected);
});

test("texts that are the same do not differ", () => {
  expect(lineDiff("a\nb", "a\nb")).toBe("");
});
