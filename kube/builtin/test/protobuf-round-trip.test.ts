import { describe, expect, test } from "vitest";
import { decodeProtobuf, encodeProtobuf, ProtobufError } from "../src/index.ts";

describe("protobuf", () => {
  const cases = [
    {
      name: "a ConfigMap",
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k: "v", l: "" } },
    },
    {
      name: "structs that Go embeds",
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        spec: {
          volumes: [{ name: "v", configMap: { name: "c", defaultMode: 420 } }],
          containers: [{ name: "c", livenessProbe: { httpGet: { port: 80 } }, resources: {} }],
        },
        status: {},
      },
    },
    {
      name: "quantities, times, negative and long numbers",
      object: {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { creationTimestamp: "2020-01-02T03:04:05Z", generation: -1 },
        spec: { hard: { pods: "10" } },
        status: {},
      },
    },
    {
      name: "a list",
      object: {
        apiVersion: "v1",
        kind: "ConfigMapList",
        metadata: { resourceVersion: "1" },
        items: [{ metadata: { name: "a" } }, { metadata: { name: "b" } }],
      },
    },
    {
      name: "owned fields and micro times",
      object: {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { managedFields: [{ fieldsV1: { "f:spec": {} } }] },
        spec: { renewTime: "2020-01-02T03:04:05.000006Z" },
      },
    },
  ];

  test.each(cases)("$name is read back as it was written", ({ object }) => {
    expect(decodeProtobuf(encodeProtobuf(object))).toEqual(object);
  });

  test("a custom resource has no protobuf encoding", () => {
    expect(() => encodeProtobuf({ apiVersion: "example.com/v1", kind: "Widget" })).toThrow(ProtobufError);
  });
});
