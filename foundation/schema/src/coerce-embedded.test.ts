import type { JsonObject } from "@weir/core";
import { describe, expect, test } from "vitest";
import { coerceEmbeddedMetadata, type ReadMetadata } from "./coerce-embedded.ts";
import { invalidField } from "./field/field-error.ts";
import type { SchemaNode } from "./schema-node.ts";

const resource: SchemaNode = {
  type: "object",
  "x-kubernetes-embedded-resource": true,
  "x-kubernetes-preserve-unknown-fields": true,
};
const schema: SchemaNode = {
  type: "object",
  properties: { spec: { type: "object", properties: { list: { type: "array", items: resource } } } },
};

/** Knows the name alone. */
const read: ReadMetadata = (metadata) => {
  if (typeof metadata !== "object" || metadata === null) return { kind: "refused", problem: "no object" };
  const { name = "", ...others } = metadata as JsonObject;
  const unknownFields = Object.keys(others);
  return unknownFields.length === 0
    ? { kind: "read", metadata, unknownFields }
    : { kind: "read", metadata: { name }, unknownFields };
};

describe("coerceEmbeddedMetadata", () => {
  test("drops what metadata does not know and names it by its whole path", () => {
    const value = { spec: { list: [{ kind: "Pod", metadata: { name: "a", z: 1, b: 2 } }] } };
    expect(coerceEmbeddedMetadata(schema, value, read)).toEqual({
      kind: "coerced",
      value: { spec: { list: [{ kind: "Pod", metadata: { name: "a" } }] } },
      unknownFields: ["spec.list[0].metadata.b", "spec.list[0].metadata.z"],
    });
  });

  test("returns the value itself when all is known", () => {
    const value = { spec: { list: [{ kind: "Pod", metadata: { name: "a" } }] } };
    const coercion = coerceEmbeddedMetadata(schema, value, read);
    expect(coercion.kind === "coerced" && coercion.value).toBe(value);
  });

  const cases = [
    {
      name: "metadata that is none",
      item: { metadata: "x" },
      want: invalidField("spec.list[0].metadata", "x", "no object"),
    },
    {
      name: "a kind that is no text",
      item: { kind: 5 },
      want: invalidField("spec.list[0].kind", 5, "must be a string"),
    },
  ];
  test.each(cases)("refuses $name", ({ item, want }) => {
    const value = { spec: { list: [item] } };
    expect(coerceEmbeddedMetadata(schema, value, read)).toEqual({ kind: "refused", error: want });
  });
});
