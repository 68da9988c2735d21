import type { JsonObject } from "@weir/core";
import { applyMergePatch, type KubeObject } from "@weir/objects";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { threeWayPatch } from "./three-way-patch.ts";

function widget(spec: JsonObject): KubeObject {
  return { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "a" }, spec };
}

describe("a patch of a kind that Kubernetes does not have", () => {
  const cases = [
    {
      name: "tells what changed from manifest to manifest, whatever the cluster has",
      original: { a: 1, b: 1, list: [1] },
      live: { a: 5, b: 1, other: true },
      target: { a: 1, list: [1, 2] },
      byManifests: { list: [1, 2], b: null },
      byAllSides: { a: 1, list: [1, 2], b: null },
    },
    {
      name: "is empty where nothing changed",
      original: { a: { b: 1 } },
      live: { a: { b: 1, c: 2 } },
      target: { a: { b: 1 } },
      byManifests: undefined,
      byAllSides: undefined,
    },
  ];
  test.each(cases)("$name", ({ original, live, target, byManifests, byAllSides }) => {
    const sides = { original: widget(original), live: widget(live), target: widget(target) };
    const patchOf = (spec: JsonObject | undefined): unknown => ({
      type: "merge",
      patch: spec === undefined ? {} : { spec },
    });
    expect(threeWayPatch(sides, false)).toEqual(patchOf(byManifests));
    expect(threeWayPatch(sides, true)).toEqual(patchOf(byAllSides));
  });

  test("makes the target of what the manifest before had", () => {
    const value = fc.oneof(fc.integer(), fc.constantFrom("x", "y"), fc.array(fc.integer(), { maxLength: 2 }));
    const word = fc.constantFrom("a", "b", "c");
    const spec = fc.dictionary(word, fc.oneof(value, fc.dictionary(word, value))) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(spec, spec, fc.boolean(), (before, after, allSides) => {
        const [original, target] = [widget(before), widget(after)];
        const { patch } = threeWayPatch({ original, live: original, target }, allSides);
        const patched = applyMergePatch(original as unknown as JsonObject, patch) as JsonObject;
        expect(patched["spec"]).toEqual(after);
      }),
    );
  });
});
