import type { JsonObject } from "@weir/core";
import type { SchemaNode } from "@weir/schema";
import { describe, expect, test } from "vitest";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

const text: SchemaNode = { type: "string" };
const container: SchemaNode = {
  type: "object",
  properties: {
    name: text,
    image: text,
    args: { type: "array", items: text },
    env: {
      type: "array",
      items: { type: "object", properties: { name: text, value: text } },
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
    },
  },
};
const schema: SchemaNode = {
  type: "object",
  properties: {
    labels: { type: "object", additionalProperties: text },
    finalizers: { type: "array", items: text, "x-kubernetes-patch-strategy": "merge" },
    strategy: {
      type: "object",
      properties: { type: text, rollingUpdate: { type: "object" } },
      "x-kubernetes-patch-strategy": "retainKeys",
    },
    containers: {
      type: "array",
      items: container,
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
    },
    volumes: {
      type: "array",
      items: {
        type: "object",
        properties: { name: text, secret: { type: "object" }, emptyDir: { type: "object" } },
      },
      "x-kubernetes-patch-strategy": "merge,retainKeys",
      "x-kubernetes-patch-merge-key": "name",
    },
  },
};

const a = { name: "a", image: "a:1", args: ["1"] };
const b = { name: "b", image: "b:1" };
const c = { name: "c", image: "c:1" };

describe("applyStrategicMergePatch", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly original: JsonObject;
    readonly patch: JsonObject;
    readonly want: JsonObject;
  }> = [
    {
      name: "merges items by their key, in the order of the patch",
      original: { containers: [a, b] },
      patch: { containers: [{ name: "b", image: "b:2" }, c] },
      want: { containers: [a, { name: "b", image: "b:2" }, c] },
    },
    {
      name: "puts a new item that the server does not know before the others",
      original: { containers: [a] },
      patch: { containers: [c] },
      want: { containers: [c, a] },
    },
    {
      name: "replaces lists without a strategy",
      original: { containers: [a] },
      patch: { containers: [{ name: "a", args: ["2", "3"] }] },
      want: { containers: [{ ...a, args: ["2", "3"] }] },
    },
    {
      name: "deletes an item by directive, and nothing where there is none",
      original: { containers: [a, b] },
      patch: {
        containers: [
          { name: "a", $patch: "delete" },
          { name: "x", $patch: "delete" },
        ],
      },
      want: { containers: [b] },
    },
    {
      name: "replaces a list by directive",
      original: { containers: [a, b] },
      patch: { containers: [{ $patch: "replace" }, c] },
      want: { containers: [c] },
    },
    {
      name: "replaces and empties objects by directive",
      original: { labels: { a: "1" }, strategy: { type: "x" } },
      patch: { labels: { $patch: "replace", b: "2" }, strategy: { $patch: "delete" } },
      want: { labels: { b: "2" }, strategy: {} },
    },
    {
      name: "drops an object with a directive where there is nothing to direct",
      original: {},
      patch: { labels: { $patch: "merge", a: "1" } },
      want: {},
    },
    {
      name: "removes keys by null and drops nulls of what is new",
      original: { labels: { a: "1", b: "2" } },
      patch: { labels: { a: null }, strategy: { type: "x", rollingUpdate: null } },
      want: { labels: { b: "2" }, strategy: { type: "x" } },
    },
    {
      name: "merges scalars without repeating them, new ones first",
      original: { finalizers: ["a", "b"] },
      patch: { finalizers: ["c", "a"] },
      want: { finalizers: ["c", "a", "b"] },
    },
    {
      name: "deletes scalars",
      original: { finalizers: ["a", "b", "c"] },
      patch: { "$deleteFromPrimitiveList/finalizers": ["b", "x"] },
      want: { finalizers: ["a", "c"] },
    },
    {
      name: "keeps only the retained keys",
      original: { strategy: { type: "RollingUpdate", rollingUpdate: { x: 1 } } },
      patch: { strategy: { $retainKeys: ["type"], type: "Recreate" } },
      want: { strategy: { type: "Recreate" } },
    },
    {
      name: "keeps only the retained keys of an item",
      original: { volumes: [{ name: "v", emptyDir: {} }] },
      patch: { volumes: [{ name: "v", $retainKeys: ["name", "secret"], secret: { s: 1 } }] },
      want: { volumes: [{ name: "v", secret: { s: 1 } }] },
    },
    {
      name: "puts items into the given order, the server's own in between",
      original: { containers: [a, b, c] },
      patch: {
        "$setElementOrder/containers": [{ name: "c" }, { name: "a" }],
        containers: [{ name: "a", image: "a:2" }],
      },
      want: { containers: [b, c, { ...a, image: "a:2" }] },
    },
    {
      name: "orders scalars without changing them",
      original: { finalizers: ["a", "b", "c"] },
      patch: { "$setElementOrder/finalizers": ["c", "b", "a"] },
      want: { finalizers: ["c", "b", "a"] },
    },
    {
      name: "replaces a value of another type",
      original: { labels: "x" },
      patch: { labels: { a: "1" } },
      want: { labels: { a: "1" } },
    },
    {
      name: "takes __proto__ for a plain key",
      original: { labels: { a: "1" } },
      patch: { labels: JSON.parse('{"__proto__":"x"}') },
      want: { labels: JSON.parse('{"a":"1","__proto__":"x"}') },
    },
  ];

  test.each(cases)("$name", ({ original, patch, want }) => {
    const before = structuredClone(original);
    expect(applyStrategicMergePatch(original, patch, schema)).toEqual(want);
    expect(original).toEqual(before);
  });

  test("gives the original itself back when nothing changes", () => {
    const original = { labels: { a: "1" }, containers: [a, b], finalizers: ["x"] };
    const patch = { labels: { a: "1", z: null }, containers: [{ name: "b" }], finalizers: ["x"] };
    expect(applyStrategicMergePatch(original, patch, schema)).toBe(original);
  });

  test("replaces lists and merges objects without a schema", () => {
    const original = { labels: { a: "1" }, containers: [a] };
    expect(applyStrategicMergePatch(original, { labels: { b: "2" }, containers: [b] }, undefined)).toEqual({
      labels: { a: "1", b: "2" },
      containers: [b],
    });
  });

  const failures: ReadonlyArray<{
    readonly name: string;
    readonly patch: JsonObject;
    readonly code: number;
    readonly message: string;
  }> = [
    {
      name: "an item without its key",
      patch: { containers: [{ image: "x" }] },
      code: 500,
      message: "map: map[image:x] does not contain declared merge key: name",
    },
    {
      name: "an unknown directive on an item",
      patch: { containers: [{ name: "a", $patch: "bogus" }] },
      code: 500,
      message: "unknown patch type: bogus in map: map[$patch:bogus name:a]",
    },
    {
      name: "a merge directive on an item",
      patch: { containers: [{ name: "a", $patch: "merge" }] },
      code: 500,
      message: "merging lists cannot yet be specified in the patch",
    },
    {
      name: "items of different types",
      patch: { containers: ["x"] },
      code: 500,
      message: "list element types are not identical: [[map[args:[1] image:a:1 name:a]] [x]]",
    },
    {
      name: "lists of lists",
      patch: { finalizers: [["x"]], containers: [] },
      code: 422,
      message: "lists of lists are not supported",
    },
    {
      name: "retained keys that leave out a key of the patch",
      patch: { strategy: { $retainKeys: ["rollingUpdate"], type: "x" } },
      code: 400,
      message: "invalid patch format of retainKeys",
    },
    {
      name: "a directive without the name of a list",
      patch: { $deleteFromPrimitiveList: ["x"] },
      code: 400,
      message: "invalid patch format of primitive list",
    },
    {
      name: "an order that leaves out an item of the patch",
      patch: { "$setElementOrder/containers": [{ name: "b" }], containers: [{ name: "a" }] },
      code: 500,
      message:
        "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
    },
    {
      name: "an order that is no list",
      patch: { "$setElementOrder/containers": "x" },
      code: 500,
      message: "expected a []interface {}, but received a string",
    },
  ];

  test.each(failures)("refuses $name", ({ patch, code, message }) => {
    const original = { containers: [a], finalizers: [], strategy: {} };
    expect(() => applyStrategicMergePatch(original, patch, schema)).toThrow(
      expect.objectContaining({ name: "StrategicMergePatchError", code, message }),
    );
  });
});
