import { duration, immutable, intOrString, listMapKey, preserveUnknown } from "@weir/schema";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createController } from "../controller/create-controller.ts";
import { defineResource } from "./define-resource.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { rbacOf } from "./rbac-of.ts";
import { referenceDocument } from "./reference-document.ts";
import { kind } from "./untyped-kind.ts";

const MyApp = defineResource({
  group: "apps.example.dev",
  version: "v1",
  kind: "MyApp",
  shortNames: ["ma"],
  description: "An application.",
  spec: z.object({
    image: z.string().min(1).meta(immutable("image is immutable")).describe("OCI image to run"),
    replicas: z.int().min(0).max(100).default(1).describe("How many | of them."),
    interval: duration().optional(),
    port: intOrString().nullable().optional(),
    ports: z
      .array(z.object({ name: z.string(), number: z.int().gt(0) }))
      .meta(listMapKey("name"))
      .optional(),
    labels: z.record(z.string(), z.enum(["a", "b"])).optional(),
    values: preserveUnknown().optional(),
  }),
  status: z.object({ ready: z.int() }).partial(),
  printColumns: [{ name: "Image", jsonPath: ".spec.image", priority: 1 }],
  scale: { spec: ".spec.replicas", status: ".status.ready" },
  selectableFields: [".spec.image"],
});

describe("the rights of a controller", () => {
  const Deployment = kind("apps/v1", "Deployment");
  const Secret = kind("v1", "Secret");

  test("are those that its declaration needs", () => {
    const controller = createController("myapp")
      .for(MyApp)
      .owns(Deployment)
      .watches(Secret, { map: () => [] })
      .reads(kind("networking.k8s.io/v1", "NetworkPolicy"))
      .finalizer("apps.example.dev/cleanup", () => {})
      .reconcile(() => {});
    expect(rbacOf(controller, { leaderElection: true })).toEqual([
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] },
      {
        apiGroups: ["apps"],
        resources: ["deployments"],
        verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
      },
      { apiGroups: ["apps.example.dev"], resources: ["myapps"], verbs: ["get", "list", "patch", "watch"] },
      { apiGroups: ["apps.example.dev"], resources: ["myapps/finalizers"], verbs: ["update"] },
      { apiGroups: ["apps.example.dev"], resources: ["myapps/status"], verbs: ["get", "patch"] },
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: ["create", "get", "patch", "update"],
      },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["get", "list", "watch"] },
    ]);
  });

  test("of a built-in kind leave its status alone, and add up over controllers", () => {
    const first = createController("pods")
      .for(kind("v1", "Pod"))
      .reconcile(() => {});
    const second = createController("secrets")
      .for(Secret)
      .reconcile(() => {});
    expect(rbacOf([first, second], { writes: [Secret] })).toEqual([
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
      {
        apiGroups: [""],
        resources: ["secrets"],
        verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
      },
    ]);
  });
});

describe("the JSON Schema of a resource", () => {
  test("says in draft 7 what the API server takes", () => {
    expect(jsonSchemaOf(MyApp)).toEqual({
      $schema: "http://json-schema.org/draft-07/schema#",
      title: "MyApp of apps.example.dev/v1",
      description: "An application.",
      type: "object",
      required: ["apiVersion", "kind", "metadata", "spec"],
      additionalProperties: false,
      properties: {
        apiVersion: { const: "apps.example.dev/v1" },
        kind: { const: "MyApp" },
        metadata: { type: "object" },
        spec: {
          type: "object",
          required: ["image"],
          additionalProperties: false,
          properties: {
            image: { type: "string", minLength: 1, description: "OCI image to run" },
            replicas: {
              type: "integer",
              minimum: 0,
              maximum: 100,
              default: 1,
              description: "How many | of them.",
            },
            interval: { type: "string", pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$" },
            port: { type: ["integer", "string", "null"] },
            ports: {
              type: "array",
              items: {
                type: "object",
                required: ["name", "number"],
                additionalProperties: false,
                properties: { name: { type: "string" }, number: { type: "integer", exclusiveMinimum: 0 } },
              },
            },
            labels: { type: "object", additionalProperties: { type: "string", enum: ["a", "b"] } },
            values: {},
          },
        },
        status: { type: "object", additionalProperties: false, properties: { ready: { type: "integer" } } },
      },
    });
  });
});

describe("the reference of a resource", () => {
  test("names every field", () => {
    const text = referenceDocument(MyApp.crd());
    expect(text.split("\n").slice(0, 12)).toEqual([
      "# MyApp",
      "",
      "Group `apps.example.dev`, namespaced, plural `myapps`, short `ma`.",
      "",
      "## v1 (stored)",
      "",
      "An application.",
      "",
      "### spec",
      "",
      "| field | type | |",
      "|---|---|---|",
    ]);
    const rows = [
      "| `image` | string | Required. OCI image to run. Length at least 1. image is immutable. |",
      "| `replicas` | integer | How many \\| of them. Default `1`. Value at least 0 and at most 100. |",
      "| `ports` | []object | One item per `name`. |",
      "| `ports[].number` | integer | Required. Value above 0. |",
      '| `labels` | map of string | Each: One of `"a"`, `"b"`. |',
      "| `values` | any |  |",
      "| Image | `.spec.image` (with `-o wide`) |",
      "`kubectl scale` reads and writes `.spec.replicas` and reads `.status.ready`.",
      "Field selectors: `spec.image`.",
    ];
    expect(rows.filter((row) => !text.includes(`${row}\n`))).toEqual([]);
  });
});
