import { describe, expect, test } from "vitest";
import type { SchemaNode } from "../schema-node.ts";
import { findFieldByPath } from "./field-by-path.ts";

const leaf: SchemaNode = { type: "string" };
const schema: SchemaNode = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        a: leaf,
        "b.c": leaf,
        m: { type: "object", additionalProperties: leaf },
        l: { type: "array", items: leaf },
      },
    },
  },
};

describe("findFieldByPath", () => {
  const found = [
    { path: ".spec.a", want: "spec.a" },
    { path: ".spec['b.c']", want: "spec.b.c" },
    { path: ".spec.m['it\\'s']", want: "spec.m[it's]" },
    { path: ".spec.m.key", want: "spec.m[key]" },
  ];
  test.each(found)("finds $path", ({ path, want }) => {
    expect(findFieldByPath(schema, path)).toEqual({ kind: "found", node: leaf, path: want });
  });

  const invalid = [
    { path: ".spec.none", want: "does not refer to a valid field" },
    { path: ".spec.l[0]", want: "expected single quoted string but got 0" },
    { path: ".spec.a.b", want: "does not refer to a valid field" },
    { path: "spec", want: "expected [ or . but got: spec" },
    { path: ".spec.", want: "unexpected end of JSON path" },
    { path: ".spec['a'", want: "expected ] but got " },
  ];
  test.each(invalid)("refuses $path", ({ path, want }) => {
    expect(findFieldByPath(schema, path)).toEqual({ kind: "invalid", problem: want });
  });
});
