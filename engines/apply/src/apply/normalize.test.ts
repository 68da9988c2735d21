import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { normalizeForApply } from "./normalize.ts";

const object = (value: Record<string, unknown>): KubeObject => value as unknown as KubeObject;

describe("normalizeForApply", () => {
  const cases: readonly { readonly name: string; readonly given: unknown; readonly want: unknown }[] = [
    {
      name: "drops a field that the Go type does not have",
      given: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1" }, extra: "x" },
      want: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1" } },
    },
    {
      name: "sends a Role as it is, as Flux does: the server says what it does not know",
      given: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "a" },
        rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], extra: "x" }],
      },
      want: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "a" },
        rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], extra: "x" }],
      },
    },
    {
      name: "keeps every field of a kind that is not built in, but for the status",
      given: { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "a" }, extra: "x", status: {} },
      want: { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "a" }, extra: "x" },
    },
    {
      name: "drops the metadata that the server sets",
      given: {
        apiVersion: "example.com/v1",
        kind: "Thing",
        metadata: { name: "a", uid: "u", resourceVersion: "1", creationTimestamp: null, managedFields: [] },
      },
      want: { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "a" } },
    },
    {
      name: "folds the stringData of a Secret into its data",
      given: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s" },
        data: { a: "YQ==" },
        stringData: { b: "b" },
      },
      want: { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { a: "YQ==", b: "Yg==" } },
    },
    {
      name: "leaves an object alone that does not fit its type",
      given: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: 1 } },
      want: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: 1 } },
    },
  ];
  test.each(cases)("$name", ({ given, want }) => {
    expect(normalizeForApply(given as KubeObject)).toEqual(want);
  });

  test("says the protocol of a Service's port, which is part of its key", () => {
    const service = object({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s" },
      spec: { ports: [{ port: 80 }, { port: 53, protocol: "UDP" }] },
    });
    expect(normalizeForApply(service)["spec"]).toMatchObject({
      ports: [
        { port: 80, protocol: "TCP" },
        { port: 53, protocol: "UDP" },
      ],
    });
  });

  test("says the protocol of a container's port", () => {
    const containers = [{ name: "c", image: "i", ports: [{ containerPort: 80 }] }];
    const pod = object({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers } });
    expect(normalizeForApply(pod)["spec"]).toMatchObject({
      containers: [{ ports: [{ containerPort: 80, protocol: "TCP" }] }],
    });
  });

  test("tells of the fields that it drops", () => {
    const dropped: unknown[] = [];
    const pod = object({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: { containers: [{ name: "c", image: "i", comand: ["x"] }], bogus: 1 },
    });
    normalizeForApply(pod, (of, fields) => dropped.push([of.metadata.name, fields]));
    expect(dropped).toEqual([["p", ["spec.containers[0].comand", "spec.bogus"]]]);
    const sound = object({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1" } });
    normalizeForApply(sound, () => dropped.push("something"));
    expect(dropped).toHaveLength(1);
  });
});
