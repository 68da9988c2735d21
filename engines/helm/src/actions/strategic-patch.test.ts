import { builtinSchema } from "@weir/builtin";
import type { JsonObject } from "@weir/core";
import { applyStrategicMergePatch } from "@weir/objects";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PatchSides, strategicPatch } from "./strategic-patch.ts";

const DEPLOYMENT = builtinSchema({ group: "apps", version: "v1", kind: "Deployment" });
const POD = builtinSchema({ group: "", version: "v1", kind: "Pod" });

const container = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  image: `${name}:1`,
  ...more,
});
const pod = (...containers: readonly JsonObject[]): JsonObject => ({ spec: { containers } });

describe("strategicPatch", () => {
  const cases: readonly (PatchSides & { readonly name: string; readonly want: JsonObject })[] = [
    {
      name: "is empty where nothing changed, whatever the cluster added",
      original: pod(container("a")),
      live: pod({ ...container("a"), terminationMessagePath: "/x" }),
      target: pod(container("a")),
      want: {},
    },
    {
      name: "takes back what was changed on the cluster",
      original: { data: { a: "1" } },
      live: { data: { a: "2", other: "x" } },
      target: { data: { a: "1" } },
      want: { data: { a: "1" } },
    },
    {
      name: "removes what left the manifest and keeps what others added",
      original: { data: { a: "1", b: "1" } },
      live: { data: { a: "1", b: "1", other: "x" } },
      target: { data: { a: "1" } },
      want: { data: { b: null } },
    },
    {
      name: "changes one item of a list by its key",
      original: pod(container("a"), container("b")),
      live: pod(container("a"), container("b")),
      target: pod(container("a"), container("b", { image: "b:2" })),
      want: {
        spec: {
          containers: [{ name: "b", image: "b:2" }],
          "$setElementOrder/containers": [{ name: "a" }, { name: "b" }],
        },
      },
    },
    {
      name: "deletes an item that left the manifest and keeps an injected one",
      original: pod(container("a"), container("b")),
      live: pod(container("a"), container("b"), container("sidecar")),
      target: pod(container("a")),
      want: {
        spec: {
          containers: [{ $patch: "delete", name: "b" }],
          "$setElementOrder/containers": [{ name: "a" }],
        },
      },
    },
    {
      name: "names the scalars of a list that go",
      original: { metadata: { finalizers: ["a", "b"] } },
      live: { metadata: { finalizers: ["a", "b", "c"] } },
      target: { metadata: { finalizers: ["b", "d"] } },
      want: {
        metadata: {
          finalizers: ["d"],
          "$deleteFromPrimitiveList/finalizers": ["a"],
          "$setElementOrder/finalizers": ["b", "d"],
        },
      },
    },
    {
      name: "replaces a list that has no keys",
      original: pod(container("a", { args: ["1"] })),
      live: pod(container("a", { args: ["1"] })),
      target: pod(container("a", { args: ["1", "2"] })),
      want: {
        spec: {
          containers: [{ name: "a", args: ["1", "2"] }],
          "$setElementOrder/containers": [{ name: "a" }],
        },
      },
    },
  ];

  test.each(cases)("$name", ({ original, live, target, want }) => {
    expect(strategicPatch({ original, live, target }, POD)).toEqual(want);
  });

  test("retains the keys of a variant alone", () => {
    const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } };
    const sides = {
      original: {},
      live: { spec: { strategy: rolling } },
      target: { spec: { strategy: { type: "Recreate" } } },
    };
    expect(strategicPatch(sides, DEPLOYMENT)).toEqual({
      spec: { strategy: { type: "Recreate", $retainKeys: ["type"] } },
    });
  });

  test("keeps a __proto__ key plain data", () => {
    const target = JSON.parse('{"data": {"__proto__": "1"}}') as JsonObject;
    const patch = strategicPatch({ original: {}, live: { data: {} }, target }, undefined);
    expect(JSON.stringify(patch)).toBe('{"data":{"__proto__":"1"}}');
  });

  const word = fc.constantFrom("a", "b", "c", "d");
  const containers = fc.uniqueArray(
    fc.record(
      { name: word, image: word, args: fc.array(word, { maxLength: 2 }) },
      { requiredKeys: ["name"] },
    ),
    { selector: ({ name }) => name, maxLength: 4, minLength: 1 },
  );
  const pods = fc.record({
    metadata: fc.record(
      {
        labels: fc.dictionary(word, word, { maxKeys: 3 }),
        finalizers: fc.uniqueArray(word, { maxLength: 3, minLength: 1 }),
      },
      { requiredKeys: [] },
    ),
    spec: fc.record({ containers, nodeName: word }, { requiredKeys: ["containers"] }),
  }) as fc.Arbitrary<JsonObject>;

  test("makes the target of an object that nobody else changed", () => {
    fc.assert(
      fc.property(pods, pods, (original, target) => {
        const patch = strategicPatch({ original, live: original, target }, POD);
        expect(applyStrategicMergePatch(original, patch, POD)).toEqual(target);
      }),
    );
  });

  test("changes nothing the second time", () => {
    fc.assert(
      fc.property(pods, pods, pods, (original, live, target) => {
        const patched = applyStrategicMergePatch(live, strategicPatch({ original, live, target }, POD), POD);
        const again = strategicPatch({ original: target, live: patched, target }, POD);
        expect(applyStrategicMergePatch(patched, again, POD)).toEqual(patched);
      }),
    );
  });
});
