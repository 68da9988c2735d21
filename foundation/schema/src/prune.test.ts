import type { JsonValue } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pruneUnknown, pruneUnknownFields } from "./prune.ts";
import type { SchemaNode } from "./schema-node.ts";

fc.configureGlobal({ seed: 1 });

const schema: SchemaNode = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        name: { type: "string" },
        list: { type: "array", items: { type: "object", properties: { k: { type: "string" } } } },
        labels: { type: "object", additionalProperties: { type: "object", properties: { v: {} } } },
        anything: { type: "object", additionalProperties: true },
        open: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          properties: { closed: { type: "object", properties: { q: { type: "string" } } } },
        },
        openList: {
          type: "array",
          "x-kubernetes-preserve-unknown-fields": true,
          items: { type: "object", properties: { closed: { type: "object", properties: {} } } },
        },
        resource: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          properties: { spec: { type: "object", properties: {} } },
        },
      },
    },
  },
};

describe("pruneUnknown", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly spec: JsonValue;
    readonly want: JsonValue;
    readonly unknown: readonly string[];
  }> = [
    { name: "drops an unknown field", spec: { name: "a", x: 1 }, want: { name: "a" }, unknown: ["spec.x"] },
    {
      name: "drops from the items of lists",
      spec: { list: [{ k: "a" }, { k: "b", x: { y: 1 } }] },
      want: { list: [{ k: "a" }, { k: "b" }] },
      unknown: ["spec.list[1].x"],
    },
    {
      name: "drops from the values of maps",
      spec: { labels: { a: { v: 1, w: 2 } } },
      want: { labels: { a: { v: 1 } } },
      unknown: ["spec.labels.a.w"],
    },
    {
      name: "empties objects below a map of anything",
      spec: { anything: { a: 1, b: { c: 1 }, d: [{ e: 1 }] } },
      want: { anything: { a: 1, b: {}, d: [{}] } },
      unknown: ["spec.anything.b.c", "spec.anything.d[0].e"],
    },
    {
      name: "keeps unknown fields where the schema says so, but not below what it declares",
      spec: { open: { x: [1, { y: null }], closed: { q: "1", r: 2 } } },
      want: { open: { x: [1, { y: null }], closed: { q: "1" } } },
      unknown: ["spec.open.closed.r"],
    },
    {
      name: "keeps unknown fields in the items of an open list",
      spec: { openList: [{ x: 1, closed: { y: 1 } }] },
      want: { openList: [{ x: 1, closed: {} }] },
      unknown: ["spec.openList[0].closed.y"],
    },
    {
      name: "knows the metadata of embedded resources",
      spec: { resource: { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: {}, data: {} } },
      want: { resource: { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: {} } },
      unknown: ["spec.resource.data"],
    },
    { name: "leaves scalars where objects are declared", spec: "text", want: "text", unknown: [] },
    {
      name: "drops a field named __proto__",
      spec: JSON.parse('{"__proto__":{"x":1},"name":"a"}') as JsonValue,
      want: { name: "a" },
      unknown: ["spec.__proto__"],
    },
  ];
  test.each(cases)("$name", ({ spec, want, unknown }) => {
    const object = { apiVersion: "g/v1", kind: "K", metadata: { any: 1 }, spec };
    const pruned = { apiVersion: "g/v1", kind: "K", metadata: { any: 1 }, spec: want };
    expect(pruneUnknownFields(schema, object)).toEqual({ value: pruned, unknownFields: unknown });
    expect(pruneUnknown(schema, object)).toEqual(pruned);
  });

  test("returns the value itself when nothing is unknown", () => {
    const object = { apiVersion: "g/v1", kind: "K", spec: { name: "a", list: [{ k: "x" }] } };
    expect(pruneUnknown(schema, object)).toBe(object);
  });

  test("keeps the identity of what did not change", () => {
    const list = [{ k: "x" }];
    const pruned = pruneUnknown(schema, { spec: { list, x: 1 } }) as { spec: { list: JsonValue } };
    expect(pruned.spec.list).toBe(list);
  });

  test("prunes metadata where the value is no whole object", () => {
    expect(pruneUnknown(schema, { metadata: {}, spec: {} }, { isResourceRoot: false })).toEqual({ spec: {} });
  });

  test("finds nothing more the second time", () => {
    const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(json, (spec) => {
        const once = pruneUnknown(schema, { spec });
        expect(pruneUnknown(schema, once)).toBe(once);
        expect(pruneUnknownFields(schema, once).unknownFields).toEqual([]);
      }),
    );
  });
});
