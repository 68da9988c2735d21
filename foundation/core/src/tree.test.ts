import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cleanPath,
  memoryTree,
  mountTree,
  overlayTree,
  subTree,
  type Tree,
  TreePathError,
  walkTree,
} from "./index.ts";

fc.configureGlobal({ seed: 1 });

function treeOf(files: Readonly<Record<string, string>>): Tree {
  return memoryTree(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
}

function filesOf(tree: Tree): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...walkTree(tree, "")].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
  );
}

describe("memoryTree", () => {
  const tree = treeOf({ "a/b.txt": "b", "./a/c/../d": "d", z: "z", "\u{1f600}": "s", "\uffee": "h" });

  test.each([
    { path: "a/b.txt", want: "b" },
    { path: "./a//b.txt", want: "b" },
    { path: "x/../a/b.txt", want: "b" },
    { path: "a/d", want: "d" },
    { path: "a", want: undefined },
    { path: "", want: undefined },
    { path: "../a/b.txt", want: undefined },
    { path: "a/../../a/b.txt", want: undefined },
    { path: "/a/b.txt", want: undefined },
    { path: "a/b.txt/", want: "b" },
  ])("reads $path", ({ path, want }) => {
    const bytes = tree.read(path);
    expect(bytes === undefined ? undefined : Buffer.from(bytes).toString()).toBe(want);
  });

  test("lists directories in the order of UTF-8", () => {
    const names = ["a", "z", "\uffee", "\u{1f600}"];
    expect(tree.list("")?.map((entry) => entry.name)).toEqual(names);
    expect(tree.list(".")).toEqual(tree.list(""));
    expect(tree.list("a/")).toEqual([
      { name: "b.txt", kind: "file" },
      { name: "d", kind: "file" },
    ]);
    expect(tree.list("z")).toBeUndefined();
    expect(tree.list("none")).toBeUndefined();
    expect(tree.list("..")).toBeUndefined();
  });

  test.each([
    { name: "leaves the tree", files: { "../x": "" } },
    { name: "is absolute", files: { "/x": "" } },
    { name: "is the root", files: { "a/..": "" } },
    { name: "lies below a file", files: { a: "", "a/b": "" } },
    { name: "is a directory too", files: { "a/b": "", a: "" } },
    { name: "holds a zero byte", files: { "a\0b": "" } },
  ])("refuses a path that $name", ({ files }) => {
    expect(() => treeOf(files as Readonly<Record<string, string>>)).toThrow(TreePathError);
  });

  test("has a digest of paths and contents alone", () => {
    expect(treeOf({ a: "1", b: "2" }).digest).toBe(treeOf({ b: "2", "./a": "1" }).digest);
    expect(treeOf({ a: "1", b: "2" }).digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const others = [{ a: "1", b: "3" }, { a: "1" }, { a: "12" }, { a1: "", b: "2" }, { "a/b": "12" }, {}].map(
      (files) => treeOf(files as Readonly<Record<string, string>>).digest,
    );
    expect(new Set([...others, treeOf({ a: "1", b: "2" }).digest]).size).toBe(7);
  });
});

describe("subTree", () => {
  const tree = treeOf({ "a/b/c": "1", "a/d": "2", e: "3" });

  test("sees only what is below its directory", () => {
    const sub = subTree(tree, "./a/");
    expect(filesOf(sub)).toEqual({ "b/c": "1", d: "2" });
    expect(sub.read("../e")).toBeUndefined();
    expect(sub.read("b/../../e")).toBeUndefined();
    expect(sub.digest).toBe(treeOf({ "b/c": "1", d: "2" }).digest);
    expect(filesOf(subTree(sub, "b"))).toEqual({ c: "1" });
  });

  test("is empty where there is no directory", () => {
    for (const directory of ["none", "e", ".."]) {
      expect(subTree(tree, directory).list("")).toEqual([]);
      expect(subTree(tree, directory).read("c")).toBeUndefined();
    }
  });

  test("is undone by mountTree", () => {
    const mounted = mountTree(treeOf({ c: "1" }), "a/b");
    expect(filesOf(mounted)).toEqual({ "a/b/c": "1" });
    expect(mounted.list("a")).toEqual([{ name: "b", kind: "directory" }]);
    expect(mounted.list("a/x")).toBeUndefined();
    expect(mounted.digest).toBe(treeOf({ "a/b/c": "1" }).digest);
  });
});

describe("overlayTree", () => {
  test("merges directories and lets upper files hide what is below", () => {
    const base = treeOf({ "a/b": "1", "a/c": "2", "d/e": "3", f: "4" });
    const tree = overlayTree(base, treeOf({ "a/c": "new", "a/x": "5", d: "file now", "f/g": "6" }));
    expect(filesOf(tree)).toEqual({ "a/b": "1", "a/c": "new", "a/x": "5", d: "file now", "f/g": "6" });
    expect(tree.read("d/e")).toBeUndefined();
    expect(tree.list("d/e")).toBeUndefined();
    expect(tree.read("f")).toBeUndefined();
    expect(tree.digest).toBe(treeOf(filesOf(tree)).digest);
  });
});

describe("cleanPath", () => {
  test.each([
    ["", "."],
    ["abc/./../def", "def"],
    ["abc//def/", "abc/def"],
    ["../../abc", "../../abc"],
    ["abc/../../..", "../.."],
    ["/../abc", "/abc"],
    ["/", "/"],
    ["./", "."],
  ])("cleans %j to %j", (path, want) => {
    expect(cleanPath(path)).toBe(want);
  });

  test("changes nothing the second time", () => {
    const path = fc
      .array(fc.constantFrom("/", ".", "..", "a", "b"), { maxLength: 12 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(path, (value) => {
        expect(cleanPath(cleanPath(value))).toBe(cleanPath(value));
      }),
    );
  });
});
