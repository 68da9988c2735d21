import type { KubeObject, ManagedFieldsEntry } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { takeOverFields } from "./take-over-fields.ts";

const options = {
  fieldManager: "kustomize-controller",
  from: [
    { name: "kubectl", operation: "Apply" as const },
    { name: "kubectl", operation: "Update" as const },
  ],
  annotations: ["kubectl.kubernetes.io/last-applied-configuration"],
};

const entry = (
  manager: string,
  operation: "Apply" | "Update",
  field: string,
  subresource?: string,
): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:data": { [`f:${field}`]: {} } },
  ...(subresource === undefined ? {} : { subresource }),
});

const live = (
  managedFields: readonly ManagedFieldsEntry[],
  annotations?: Readonly<Record<string, string>>,
): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "a",
    resourceVersion: "7",
    managedFields,
    ...(annotations === undefined ? {} : { annotations }),
  },
});

describe("takeOverFields", () => {
  test("changes nothing where all fields are ours or of managers that keep theirs", () => {
    const entries = [
      entry("kustomize-controller", "Apply", "a"),
      entry("hpa", "Update", "b"),
      entry("kubectl", "Update", "c", "status"),
    ];
    expect(takeOverFields(live(entries), options)).toEqual([]);
  });

  test("joins kubectl's fields to ours, for the revision that was read", () => {
    const entries = [
      entry("kustomize-controller", "Apply", "a"),
      entry("kubectl-edit", "Update", "b"),
      entry("hpa", "Update", "c"),
    ];
    expect(takeOverFields(live(entries), options)).toEqual([
      {
        op: "replace",
        path: "/metadata/managedFields",
        value: [
          entry("hpa", "Update", "c"),
          {
            ...entry("kustomize-controller", "Apply", "a"),
            fieldsV1: { "f:data": { "f:a": {}, "f:b": {} } },
          },
        ],
      },
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
    ]);
  });

  test("renames the first foreign entry where we have none, and drops the last applied configuration", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", keep: "x" };
    const operations = takeOverFields(
      live([entry("kubectl-client-side-apply", "Update", "b")], annotations),
      options,
    );
    expect(operations.map((operation) => [operation["op"], operation["path"]])).toEqual([
      ["replace", "/metadata/managedFields"],
      ["remove", "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"],
      ["replace", "/metadata/resourceVersion"],
    ]);
    expect(operations[0]?.["value"]).toEqual([entry("kustomize-controller", "Apply", "b")]);
  });
});
