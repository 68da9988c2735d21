import type { ReadOf, WriteOf } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { conditions } from "./conditions.ts";
import { ConversionFailedError, UnknownVersionError } from "./conversion-error.ts";
import { defineResource } from "./define-resource.ts";

const KEPT = "apps.example.dev/v1alpha1-note";

const MyApp = defineResource({
  group: "apps.example.dev",
  version: "v1",
  kind: "MyApp",
  spec: z.object({ image: z.string(), replicas: z.int().default(1) }),
  status: z.object({ conditions: conditions() }).partial(),
})
  .withVersion({
    version: "v1beta1",
    spec: z.object({ image: z.string(), size: z.int().default(1) }),
    status: z.object({ conditions: conditions() }).partial(),
    deprecated: "use apps.example.dev/v1",
    toHub: ({ spec: { image, size }, status }) => ({
      spec: { image, replicas: size },
      ...(status === undefined ? {} : { status }),
    }),
    fromHub: ({ spec: { image, replicas }, status }) => ({
      spec: { image, size: replicas },
      ...(status === undefined ? {} : { status }),
    }),
  })
  .withVersion({
    version: "v1alpha1",
    served: false,
    deprecated: true,
    storage: true,
    spec: z.object({ container: z.string(), note: z.string().optional() }),
    toHub: ({ metadata, spec: { container, note } }) => ({
      spec: { image: container },
      metadata: { annotations: { ...metadata.annotations, ...(note === undefined ? {} : { [KEPT]: note }) } },
    }),
    fromHub: ({ metadata, spec: { image } }) => {
      const { [KEPT]: note, ...annotations } = metadata.annotations ?? {};
      return {
        spec: { container: image, ...(note === undefined ? {} : { note }) },
        metadata: { annotations },
      };
    },
  });

const anApp = (apiVersion: string, spec: object, annotations?: Record<string, string>): KubeObject =>
  ({
    apiVersion: `apps.example.dev/${apiVersion}`,
    kind: "MyApp",
    metadata: { name: "a", uid: "1", ...(annotations === undefined ? {} : { annotations }) },
    spec,
  }) as KubeObject;

describe("a resource of several versions", () => {
  test("lists them in its CRD, one of them stored", () => {
    const versions = MyApp.crd().spec.versions.map(({ schema: _schema, ...version }) => version);
    expect(versions).toEqual([
      { name: "v1", served: true, storage: false, subresources: { status: {} } },
      {
        name: "v1beta1",
        served: true,
        storage: false,
        deprecated: true,
        deprecationWarning: "use apps.example.dev/v1",
        subresources: { status: {} },
      },
      { name: "v1alpha1", served: false, storage: true, deprecated: true },
    ]);
    expect(MyApp.hasConversion).toBe(true);
    expect(MyApp.crd().spec.conversion).toBeUndefined();
  });

  test("takes a conversion webhook into the CRD", () => {
    const conversion = {
      strategy: "Webhook",
      webhook: { clientConfig: { url: "https://a" }, conversionReviewVersions: ["v1"] },
    } as const;
    expect(MyApp.crd({ conversion }).spec.conversion).toEqual(conversion);
  });

  const cases: ReadonlyArray<{
    readonly name: string;
    readonly from: KubeObject;
    readonly to: string;
    readonly want: KubeObject;
  }> = [
    {
      name: "to the hub",
      from: anApp("v1beta1", { image: "nginx", size: 2 }),
      to: "v1",
      want: anApp("v1", { image: "nginx", replicas: 2 }),
    },
    {
      name: "from the hub",
      from: anApp("v1", { image: "nginx", replicas: 2 }),
      to: "v1beta1",
      want: anApp("v1beta1", { image: "nginx", size: 2 }),
    },
    {
      name: "from a spoke to a spoke, through the hub",
      from: anApp("v1alpha1", { container: "nginx", note: "kept" }, { a: "b" }),
      to: "v1",
      want: anApp("v1", { image: "nginx" }, { a: "b", [KEPT]: "kept" }),
    },
    {
      name: "to the same version",
      from: anApp("v1alpha1", { container: "nginx" }),
      to: "v1alpha1",
      want: anApp("v1alpha1", { container: "nginx" }),
    },
    {
      name: "back, with what an annotation kept",
      from: anApp("v1", { image: "nginx" }, { a: "b", [KEPT]: "kept" }),
      to: "v1alpha1",
      want: anApp("v1alpha1", { container: "nginx", note: "kept" }, { a: "b" }),
    },
  ];
  test.each(cases)("converts $name", ({ from, to, want }) => {
    expect(MyApp.convert(from, to)).toEqual(want);
  });

  test("refuses versions that it does not have", () => {
    expect(() => MyApp.convert(anApp("v1", {}), "v3")).toThrow(
      new UnknownVersionError("MyApp", "apps.example.dev/v3"),
    );
    const other = { ...anApp("v1", {}), apiVersion: "other.dev/v1" };
    expect(() => MyApp.convert(other, "v1beta1")).toThrow(new UnknownVersionError("MyApp", "other.dev/v1"));
  });

  test("says which conversion failed, and keeps the cause", () => {
    const broken = { ...anApp("v1beta1", {}), spec: undefined } as unknown as KubeObject;
    const failure = expect(() => MyApp.convert(broken, "v1"));
    failure.toThrow(ConversionFailedError);
    failure.toThrow("cannot convert MyApp from apps.example.dev/v1beta1 to apps.example.dev/v1");
  });

  test("gives each version as a typed kind", () => {
    const older = MyApp.at("v1beta1");
    expect(older).toEqual({
      group: "apps.example.dev",
      version: "v1beta1",
      kind: "MyApp",
      plural: "myapps",
      scope: "Namespaced",
    });
    expectTypeOf<ReadOf<typeof older>["spec"]>().toEqualTypeOf<{
      readonly image: string;
      readonly size: number;
    }>();
    expectTypeOf<WriteOf<typeof older>["spec"]>().toEqualTypeOf<{
      readonly image: string;
      readonly size?: number;
    }>();
    expectTypeOf<ReadOf<typeof MyApp>["spec"]>().toEqualTypeOf<{
      readonly image: string;
      readonly replicas: number;
    }>();
    // @ts-expect-error no such version
    MyApp.at("v3");
  });
});

describe("parsing an object of a resource", () => {
  test("drops unknown fields and fills in defaults", () => {
    const written = { metadata: { name: "a" }, spec: { image: "nginx", imag: "x" } };
    expect(MyApp.safeParse(written)).toEqual({
      success: true,
      object: {
        apiVersion: "apps.example.dev/v1",
        kind: "MyApp",
        metadata: { name: "a" },
        spec: { image: "nginx", replicas: 1 },
      },
      unknownFields: ["spec.imag"],
    });
    expect(MyApp.parse(written).spec.replicas).toBe(1);
  });

  const refusals: ReadonlyArray<{ readonly name: string; readonly value: unknown; readonly want: string }> = [
    {
      name: "what is missing",
      value: { metadata: { name: "a" }, spec: {} },
      want: 'MyApp.apps.example.dev "a" is invalid: spec.image: Required value',
    },
    {
      name: "all that is wrong",
      value: { kind: "Other", metadata: { name: "a" }, spec: { image: 1 } },
      want: 'MyApp.apps.example.dev "a" is invalid: [kind: Unsupported value: "Other": supported values: "MyApp", spec.image: Invalid value: "integer": spec.image in body must be of type string: "integer"]',
    },
    {
      name: "what is no object",
      value: [1],
      want: 'MyApp.apps.example.dev "" is invalid: <nil>: Invalid value: [1]: must be an object',
    },
  ];
  test.each(refusals)("names $name as an API server does", ({ value, want }) => {
    expect(() => MyApp.parse(value)).toThrow(want);
  });
});
