import { memoryTree } from "@weir/core";
import { describe, expect, test } from "vitest";
import { kindAt, pathInSource, shownPath } from "./source-path.ts";

describe("pathInSource", () => {
  test.each([
    [["charts/app"], "charts/app"],
    [["./charts//app/"], "charts/app"],
    [["../../etc"], "etc"],
    [["charts/app", "../lib"], "charts/lib"],
    [["charts", "../../../x"], "x"],
    [["."], ""],
    [["a/.."], ""],
  ])("of %j is %j", (parts, want) => {
    expect(pathInSource(...parts)).toBe(want);
  });
});

test("a path is shown below the source", () => {
  expect([shownPath(""), shownPath("a/b")]).toEqual(["$SOURCE", "$SOURCE/a/b"]);
});

test("kindAt tells folders from files", () => {
  const tree = memoryTree(new Map([["a/b", new Uint8Array()]]));
  expect(["", "a", "a/b", "c"].map((path) => kindAt(tree, path))).toEqual([
    "directory",
    "directory",
    "file",
    undefined,
  ]);
});
