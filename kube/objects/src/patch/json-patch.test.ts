import type { JsonValue } from "@weir/core";
import { describe, expect, test } from "vitest";
import { applyJsonPatch, type JsonPatchOptions } from "./json-patch.ts";

describe("applyJsonPatch", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly document: JsonValue;
    readonly patch: readonly JsonValue[];
    readonly options?: JsonPatchOptions;
    readonly want: JsonValue;
  }> = [
    {
      name: "adds a key",
      document: { data: { k: "v" } },
      patch: [{ op: "add", path: "/data/x", value: 1 }],
      want: { data: { k: "v", x: 1 } },
    },
    {
      name: "inserts into an array before an index",
      document: { a: [1, 3] },
      patch: [{ op: "add", path: "/a/1", value: 2 }],
      want: { a: [1, 2, 3] },
    },
    {
      name: "appends with a dash or a negative index",
      document: { a: [1] },
      patch: [
        { op: "add", path: "/a/-", value: 2 },
        { op: "add", path: "/a/-1", value: 3 },
      ],
      want: { a: [1, 2, 3] },
    },
    {
      name: "removes from the end by a negative index",
      document: { a: [1, 2, 3] },
      patch: [{ op: "remove", path: "/a/-1" }],
      want: { a: [1, 2] },
    },
    {
      name: "replaces a key that is missing",
      document: { data: {} },
      patch: [{ op: "replace", path: "/data/x", value: "y" }],
      want: { data: { x: "y" } },
    },
    {
      name: "writes null where an operation has no value",
      document: { data: { k: "v" } },
      patch: [{ op: "add", path: "/data/k" }],
      want: { data: { k: null } },
    },
    {
      name: "ignores what stands before the first slash",
      document: { data: { k: "v" } },
      patch: [{ op: "add", path: "data/k", value: "x" }],
      want: { data: { k: "v" }, k: "x" },
    },
    {
      name: "copies a missing key as null",
      document: { data: {} },
      patch: [{ op: "copy", from: "/data/x", path: "/data/y" }],
      want: { data: { y: null } },
    },
    {
      name: "moves a value",
      document: { a: { b: [1] }, c: {} },
      patch: [{ op: "move", from: "/a/b", path: "/c/d" }],
      want: { a: {}, c: { d: [1] } },
    },
    {
      name: "keeps copies apart",
      document: { a: { b: 1 } },
      patch: [
        { op: "add", path: "/a/c", value: 2 },
        { op: "copy", from: "/a", path: "/d" },
        { op: "replace", path: "/d/b", value: 3 },
      ],
      want: { a: { b: 1, c: 2 }, d: { b: 3, c: 2 } },
    },
    {
      name: "tests a missing key against null",
      document: { data: {} },
      patch: [{ op: "test", path: "/data/x", value: null }],
      want: { data: {} },
    },
    {
      name: "tests objects regardless of key order",
      document: { a: { x: 1, y: [2] } },
      patch: [{ op: "test", path: "/a", value: { y: [2], x: 1 } }],
      want: { a: { x: 1, y: [2] } },
    },
    {
      name: "replaces the whole document",
      document: { a: 1 },
      patch: [{ op: "replace", path: "", value: { b: 2 } }],
      want: { b: 2 },
    },
    {
      name: "decodes escapes in one pass",
      document: { "a/b": 1, "~1": 2 },
      patch: [
        { op: "remove", path: "/a~1b" },
        { op: "replace", path: "/~01", value: 3 },
      ],
      want: { "~1": 3 },
    },
    {
      name: "skips a missing path on remove where allowed",
      document: { a: [] },
      patch: [
        { op: "remove", path: "/b/c" },
        { op: "remove", path: "/b" },
        { op: "remove", path: "/a/0" },
      ],
      options: { allowMissingPathOnRemove: true },
      want: { a: [] },
    },
    {
      name: "creates the parents on add where allowed",
      document: {},
      patch: [{ op: "add", path: "/a/b/-", value: 1 }],
      options: { ensurePathExistsOnAdd: true },
      want: { a: { b: [1] } },
    },
  ];

  test.each(cases)("$name", ({ document, patch, options, want }) => {
    const before = structuredClone(document);
    expect(applyJsonPatch(document, patch, options)).toEqual(want);
    expect(document).toEqual(before);
  });

  const failures: ReadonlyArray<{
    readonly name: string;
    readonly operation: JsonValue;
    readonly message: string;
  }> = [
    {
      name: "adding under a missing parent",
      operation: { op: "add", path: "/x/y", value: 1 },
      message: 'add operation does not apply: doc is missing path: "/x/y": missing value',
    },
    {
      name: "adding behind the end of an array",
      operation: { op: "add", path: "/list/3", value: 1 },
      message:
        "error in add for path: '/list/3': Unable to access invalid index: 3: invalid index referenced",
    },
    {
      name: "adding at something that is no index",
      operation: { op: "add", path: "/list/x", value: 1 },
      message: `error in add for path: '/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
    },
    {
      name: "removing a missing key",
      operation: { op: "remove", path: "/x" },
      message: "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
    },
    {
      name: "removing below a scalar",
      operation: { op: "remove", path: "/name/x" },
      message: 'remove operation does not apply: doc is missing path: "/name/x": missing value',
    },
    {
      name: "replacing a missing index",
      operation: { op: "replace", path: "/list/5", value: 1 },
      message: "replace operation does not apply: doc is missing key: /list/5: missing value",
    },
    {
      name: "moving a missing key",
      operation: { op: "move", from: "/x", path: "/y" },
      message: "error in move for path: 'x': Unable to remove nonexistent key: x: missing value",
    },
    {
      name: "copying without from",
      operation: { op: "copy", path: "/y" },
      message: "copy operation failed to decode from: operation, missing from field: missing value",
    },
    {
      name: "a test that does not hold",
      operation: { op: "test", path: "/name", value: "other" },
      message: "testing value /name failed: test failed",
    },
    {
      name: "an operation without a path",
      operation: { op: "add", value: 1 },
      message: "add operation failed to decode path: missing value",
    },
    {
      name: "an unknown operation",
      operation: { op: "bogus", path: "/a" },
      message: "Unexpected kind: bogus",
    },
    { name: "no operation at all", operation: { path: "/a" }, message: "Unexpected kind: unknown" },
  ];

  test.each(failures)("refuses $name", ({ operation, message }) => {
    const document = { list: [1], name: "n" };
    expect(() => applyJsonPatch(document, [operation])).toThrow(
      expect.objectContaining({ name: "JsonPatchError", message, operation: 0 }),
    );
  });

  test("shares what no operation touched", () => {
    const document = { metadata: { labels: { a: "b" } }, data: { k: "v" } };
    const patched = applyJsonPatch(document, [{ op: "add", path: "/data/x", value: "y" }]);
    expect((patched as typeof document).metadata).toBe(document.metadata);
  });

  test("stops a patch whose copies of copies grow without end", () => {
    const patch = Array.from({ length: 40 }, () => ({ op: "copy", from: "/a", path: "/a/-" }));
    expect(() => applyJsonPatch({ a: ["x"] }, patch)).toThrow(
      expect.objectContaining({ failure: "too-large" }),
    );
  });

  test("takes __proto__ for a plain key", () => {
    const patched = applyJsonPatch({}, [{ op: "add", path: "/__proto__", value: { polluted: true } }]);
    expect(Object.keys(patched as object)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
  });
});
