import type { JsonValue } from "@weir/core";
import { applyJsonPatch } from "@weir/objects";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonPatchBetween } from "./json-patch-between.ts";

fc.configureGlobal({ seed: 1 });

describe("the patch between two values", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly before: JsonValue;
    readonly after: JsonValue;
    readonly want: JsonValue;
  }> = [
    { name: "nothing where they are equal", before: { a: [1] }, after: { a: [1] }, want: [] },
    {
      name: "fields that came, went and changed",
      before: { gone: 1, "a/b~c": 1, same: { x: 1 } },
      after: { "a/b~c": 2, same: { x: 1 }, came: [] },
      want: [
        { op: "remove", path: "/gone" },
        { op: "replace", path: "/a~1b~0c", value: 2 },
        { op: "add", path: "/came", value: [] },
      ],
    },
    {
      name: "an item in front as one operation",
      before: [{ name: "a" }, { name: "b" }],
      after: [{ name: "x" }, { name: "a" }, { name: "b" }],
      want: [{ op: "add", path: "/0", value: { name: "x" } }],
    },
    {
      name: "items that went, from the back",
      before: [1, 2, 3, 4],
      after: [1, 4],
      want: [
        { op: "remove", path: "/2" },
        { op: "remove", path: "/1" },
      ],
    },
    {
      name: "a field inside an item",
      before: [{ name: "a", image: "1" }],
      after: [{ name: "a", image: "2" }],
      want: [{ op: "replace", path: "/0/image", value: "2" }],
    },
    {
      name: "a value of another type whole",
      before: { a: [1] },
      after: { a: { b: 1 } },
      want: [{ op: "replace", path: "/a", value: { b: 1 } }],
    },
  ];
  test.each(cases)("holds $name", ({ before, after, want }) => {
    expect(jsonPatchBetween(before, after)).toEqual(want);
  });

  test("makes one of the other", () => {
    const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
    const document = fc.dictionary(
      fc.constantFrom("a", "b", "c/d", "e~f", ""),
      value,
    ) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(document, document, (before, after) => {
        // JSON has no negative zero.
        const [from, to] = [JSON.parse(JSON.stringify(before)), JSON.parse(JSON.stringify(after))];
        expect(applyJsonPatch(from, jsonPatchBetween(from, to) as never)).toEqual(to);
      }),
    );
  });
});
