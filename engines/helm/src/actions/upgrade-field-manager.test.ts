import type { ManagedFieldsEntry } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { upgradedFields } from "./upgrade-field-manager.ts";

const entry = (
  manager: string,
  operation: "Apply" | "Update",
  field: string,
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:data": { [`f:${field}`]: {} } },
  ...more,
});

describe("upgradedFields", () => {
  const cases = [
    {
      name: "has nothing to do for an object that was applied",
      entries: [entry("helm", "Apply", "a")],
      want: undefined,
    },
    { name: "leaves other managers alone", entries: [entry("kubectl", "Update", "a")], want: undefined },
    {
      name: "leaves updates of a subresource alone",
      entries: [entry("helm", "Update", "a", { subresource: "status" })],
      want: undefined,
    },
    {
      name: "turns an update into an apply in its place",
      entries: [entry("kubectl", "Update", "x"), entry("helm", "Update", "a")],
      want: [entry("kubectl", "Update", "x"), entry("helm", "Apply", "a")],
    },
    {
      name: "merges updates into the apply that is there",
      entries: [entry("helm", "Update", "a"), entry("helm", "Apply", "b")],
      want: [entry("helm", "Apply", "b", { fieldsV1: { "f:data": { "f:a": {}, "f:b": {} } } })],
    },
    {
      name: "merges updates of several versions",
      entries: [entry("helm", "Update", "a"), entry("helm", "Update", "b", { apiVersion: "v2" })],
      want: [entry("helm", "Apply", "a", { fieldsV1: { "f:data": { "f:a": {}, "f:b": {} } } })],
    },
  ];
  test.each(cases)("$name", ({ entries, want }) => {
    expect(upgradedFields(entries, "helm")).toEqual(want);
  });
});
