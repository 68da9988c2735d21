import { applyJsonPatch } from "@weir/objects";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonDiff } from "./json-diff.ts";

test.each([
  { from: { a: 1, b: 2 }, to: { a: 1, b: 2 }, want: [] },
  {
    from: { a: "long enough", b: 2 },
    to: { a: "long enough", b: 3 },
    want: [{ op: "replace", path: "/b", value: 3 }],
  },
  {
    from: { "a/b": { x: 1, y: "kept as it is" } },
    to: { "a/b": { y: "kept as it is" } },
    want: [{ op: "remove", path: "/a~1b/x" }],
  },
  { from: { l: ["a", "b", "c"] }, to: { l: ["a"] }, want: [{ op: "replace", path: "/l", value: ["a"] }] },
])("the difference of $from and $to", ({ from, to, want }) => {
  expect(jsonDiff(from, to)).toEqual(want);
});

const values = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });

test("makes one value of the other", () => {
  fc.assert(
    fc.property(values, values, (from, to) => {
      const plain = JSON.parse(JSON.stringify([from, to]));
      expect(applyJsonPatch(plain[0], jsonDiff(plain[0], plain[1]) as never)).toEqual(plain[1]);
    }),
    { numRuns: 200 },
  );
});
