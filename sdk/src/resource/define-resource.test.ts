import type { KubeClient, ReadOf, WriteOf } from "@weir/client";
import type { JsonValue } from "@weir/core";
import type { Condition, KubeObject, ObjectMeta } from "@weir/objects";
import {
  applyDefaults,
  celRule,
  celRules,
  duration,
  int64,
  listMapKey,
  preserveUnknown,
  UnsupportedTypeError,
  validateSchema,
} from "@weir/schema";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { type condition, conditions } from "./conditions.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { defineResource, type ResourceOf } from "./define-resource.ts";
import { InvalidResourceError } from "./invalid-resource-error.ts";

const MyApp = defineResource({
  group: "apps.example.dev",
  version: "v1alpha1",
  kind: "MyApp",
  shortNames: ["ma"],
  categories: ["all"],
  description: "An application.",
  spec: z.object({
    image: z.string().min(1).describe("OCI image to run."),
    replicas: z.int().min(0).max(100).default(1),
    interval: duration().optional(),
    values: preserveUnknown().optional(),
    sources: z
      .array(z.object({ name: z.string(), weight: z.int().default(1) }))
      .meta(listMapKey("name"))
      .optional(),
  }),
  status: z.object({ readyReplicas: int64(), conditions: conditions() }).partial(),
  validations: [celRule("self.spec.image != ''", "image is required")],
  printColumns: [
    { name: "Image", jsonPath: ".spec.image" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
  scale: { spec: ".spec.replicas", status: ".status.readyReplicas" },
  selectableFields: [".spec.image"],
});
type MyApp = ResourceOf<typeof MyApp>;

describe("a resource's CRD", () => {
  test("says names, scope, columns, subresources, rules and the schema", () => {
    const { spec, ...rest } = MyApp.crd();
    expect(rest).toEqual({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "myapps.apps.example.dev" },
    });
    const { versions, ...names } = spec;
    expect(names).toEqual({
      group: "apps.example.dev",
      scope: "Namespaced",
      names: {
        kind: "MyApp",
        listKind: "MyAppList",
        plural: "myapps",
        singular: "myapp",
        shortNames: ["ma"],
        categories: ["all"],
      },
    });
    const [version] = versions;
    expect(version).toMatchObject({
      name: "v1alpha1",
      served: true,
      storage: true,
      subresources: {
        status: {},
        scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.readyReplicas" },
      },
      additionalPrinterColumns: [
        { name: "Image", type: "string", jsonPath: ".spec.image" },
        { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
      ],
      selectableFields: [{ jsonPath: ".spec.image" }],
    });
    expect(version?.schema.openAPIV3Schema).toMatchObject({
      type: "object",
      description: "An application.",
      required: ["spec"],
      properties: {
        spec: {
          type: "object",
          required: ["image"],
          properties: {
            image: { type: "string", minLength: 1, description: "OCI image to run." },
            replicas: { type: "integer", minimum: 0, maximum: 100, default: 1 },
            values: { "x-kubernetes-preserve-unknown-fields": true },
            sources: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
          },
        },
        status: {
          properties: { conditions: { "x-kubernetes-list-map-keys": ["type"] } },
        },
      },
      "x-kubernetes-validations": [{ rule: "self.spec.image != ''", message: "image is required" }],
    });
  });

  test("is built once", () => {
    expect(MyApp.crd()).toBe(MyApp.crd());
    expect(MyApp.schema).toBe(MyApp.crd().spec.versions[0]?.schema.openAPIV3Schema);
  });

  test("fills in and validates what is written", () => {
    const written = { metadata: { name: "a" }, spec: { image: "nginx", sources: [{ name: "x" }] } };
    const filled = applyDefaults(MyApp.schema, written);
    expect(filled).toEqual({
      metadata: { name: "a" },
      spec: { image: "nginx", replicas: 1, sources: [{ name: "x", weight: 1 }] },
    });
    expect(validateSchema(MyApp.schema, filled)).toEqual([]);
  });

  const plurals: ReadonlyArray<{ readonly kind: string; readonly want: string }> = [
    { kind: "Deployment", want: "deployments" },
    { kind: "Ingress", want: "ingresses" },
    { kind: "NetworkPolicy", want: "networkpolicies" },
    { kind: "Gateway", want: "gateways" },
  ];
  test.each(plurals)("names the plural of $kind $want", ({ kind, want }) => {
    const { plural } = defineResource({ group: "g.example", version: "v1", kind, spec: z.object({}) });
    expect(plural).toBe(want);
  });

  test("has no status and no scale where none is declared", () => {
    const Plain = defineResource({
      group: "g.example",
      version: "v1",
      kind: "Plain",
      scope: "Cluster",
      spec: z.object({ a: z.string().optional() }),
      requiresSpec: false,
    });
    expect(Plain.crd().spec).toEqual({
      group: "g.example",
      names: { kind: "Plain", listKind: "PlainList", plural: "plains", singular: "plain" },
      scope: "Cluster",
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: {
                apiVersion: { type: "string" },
                kind: { type: "string" },
                metadata: { type: "object" },
                spec: { type: "object", properties: { a: { type: "string" } } },
              },
            },
          },
        },
      ],
    });
  });

  test("is refused where an API server would refuse it", () => {
    const Broken = defineResource({
      group: "g.example",
      version: "v1",
      kind: "Broken",
      spec: z.object({ items: z.array(z.object({ id: z.string() })).meta(listMapKey("name")) }),
    });
    expect(() => Broken.crd()).toThrow(
      new InvalidResourceError("Broken", [
        {
          type: "Invalid value",
          reason: "FieldValueInvalid",
          field: "openAPIV3Schema.properties[spec].properties[items].x-kubernetes-list-map-keys",
          badValue: ["name"],
          detail: "entries must all be names of item properties",
          message: 'Invalid value: ["name"]: entries must all be names of item properties',
        },
      ]),
    );
  });

  test("is refused where a type has no schema, and declaring it costs nothing", () => {
    const Recursive: z.ZodType = z.object({
      get child() {
        return Recursive;
      },
    });
    const Tree = defineResource({ group: "g.example", version: "v1", kind: "Tree", spec: Recursive });
    expect(() => Tree.crd()).toThrow(new UnsupportedTypeError("spec.child", "it contains itself", "object"));
  });

  test("carries rules of the status default", () => {
    const Counted = defineResource({
      group: "g.example",
      version: "v1",
      kind: "Counted",
      spec: z.object({}).meta(celRules(celRule("true"))),
      status: z.object({ seen: int64().optional() }).default({ seen: -1 }),
    });
    expect(Counted.schema.properties?.["status"]).toEqual({
      type: "object",
      properties: { seen: { type: "integer", format: "int64" } },
      default: { seen: -1 },
    });
  });
});

describe("a resource's types", () => {
  test("give defaults when read and ask for none when written", () => {
    expectTypeOf<MyApp["spec"]["replicas"]>().toEqualTypeOf<number>();
    expectTypeOf<MyApp["apiVersion"]>().toEqualTypeOf<"apps.example.dev/v1alpha1">();
    expectTypeOf<MyApp["kind"]>().toEqualTypeOf<"MyApp">();
    expectTypeOf<MyApp["metadata"]["name"]>().toEqualTypeOf<string>();
    type Written = WriteOf<typeof MyApp>;
    expectTypeOf<{ metadata: ObjectMeta; spec: { image: string } }>().toExtend<Written>();
    expectTypeOf<{ metadata: ObjectMeta; spec: { imag: string } }>().not.toExtend<Written>();
    expectTypeOf<ReadOf<typeof MyApp>>().toEqualTypeOf<MyApp>();
  });

  test("are readonly at any depth, and hold no undefined", () => {
    expectTypeOf<MyApp["spec"]>().toEqualTypeOf<{
      readonly image: string;
      readonly replicas: number;
      readonly interval?: string;
      readonly values?: JsonValue;
      readonly sources?: readonly { readonly name: string; readonly weight: number }[];
    }>();
    type Conditions = NonNullable<NonNullable<MyApp["status"]>["conditions"]>;
    expectTypeOf<Conditions[number]>().toEqualTypeOf<Condition>();
    expectTypeOf<DeepReadonly<z.output<typeof condition>>>().toEqualTypeOf<Condition>();
  });

  test("are objects to whoever takes any object", () => {
    expectTypeOf<MyApp>().toExtend<KubeObject>();
  });

  test("reach through a client", () => {
    const read = async (client: KubeClient): Promise<number> => {
      const app = await client.get(MyApp, { namespace: "default", name: "a" });
      return app?.spec.replicas ?? 0;
    };
    expectTypeOf(read).returns.resolves.toEqualTypeOf<number>();
    const write = (client: KubeClient): Promise<MyApp> =>
      client.apply(
        MyApp,
        { metadata: { name: "a", namespace: "default" }, spec: { image: "nginx" } },
        { fieldManager: "test" },
      );
    expectTypeOf(write).returns.resolves.toEqualTypeOf<MyApp>();
  });
});
