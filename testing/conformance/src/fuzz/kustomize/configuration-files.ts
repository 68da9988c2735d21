import type { Dice } from "../dice.ts";
import type { World } from "./world.ts";

/** A file of `configurations`. */
export function someConfiguration(dice: Dice, world: World): string {
  return world.write({
    nameReference: dice.maybe(0.5, () => [
      {
        kind: dice.pick(["ConfigMap", "Foo", "Secret"]),
        version: dice.maybe(0.3, () => "v1"),
        fieldSpecs: [
          {
            path: dice.pick(["spec/configMapRef/name", "spec/list/name", "spec/foo/name"]),
            kind: dice.pick(["Foo", "Bar"]),
            group: dice.maybe(0.1, () => "example.com"),
          },
        ],
      },
      ...dice.many(0, 1, () => ({
        kind: dice.pick(["Deployment", "Service", "Bar"]),
        group: dice.maybe(0.3, () => "apps"),
        fieldSpecs: [{ path: "spec/list/name", kind: "Foo", create: dice.maybe(0.2, () => true) }],
      })),
    ]),
    commonLabels: dice.maybe(0.3, () => [
      { path: "spec/template/metadata/labels", create: true, kind: "Foo" },
      ...dice.many(0, 1, () => ({ path: "spec/list[]/labels", create: dice.chance(0.5), version: "v1" })),
    ]),
    templateLabels: dice.maybe(0.1, () => [
      { path: "spec/template/metadata/labels", create: true, kind: "Foo" },
    ]),
    commonAnnotations: dice.maybe(0.3, () => [{ path: "spec/annotations", create: true, kind: "Foo" }]),
    namePrefix: dice.maybe(0.2, () => [
      { path: "metadata/name" },
      { path: "spec/configMapRef/name", kind: "Foo" },
    ]),
    nameSuffix: dice.maybe(0.1, () => [{ path: "spec/configMapRef/name", kind: "Foo" }]),
    namespace: dice.maybe(0.2, () => [{ path: "spec/namespace", create: true, kind: "Foo" }]),
    images: dice.maybe(0.3, () => [{ path: "spec/image", kind: "Foo" }]),
    replicas: dice.maybe(0.2, () => [{ path: "spec/replicas", create: true, kind: "Foo" }]),
    varReference: dice.maybe(0.4, () => [{ path: "spec/foo", kind: "Foo" }, { path: "spec/text" }]),
    labels: dice.maybe(0.1, () => [{ path: "spec/labels", create: true, kind: "Foo" }]),
    unknownField: dice.risks(0.05) ? true : undefined,
  });
}

/** A file of `crds`: definitions with extensions that name references. */
export function someCrds(dice: Dice): string {
  const definitions = {
    "com.example.v1.Foo": {
      Schema: {
        properties: {
          apiVersion: { type: "string" },
          kind: { type: "string" },
          metadata: { type: "object" },
          spec: { $ref: "com.example.v1.FooSpec" },
        },
      },
      Dependencies: ["com.example.v1.FooSpec"],
    },
    "com.example.v1.FooSpec": {
      Schema: {
        properties: {
          configMapRef: {
            "x-kubernetes-object-ref-api-version": "v1",
            "x-kubernetes-object-ref-kind": dice.pick(["ConfigMap", "Secret"]),
            "x-kubernetes-object-ref-name-key": dice.maybe(0.3, () => dice.pick(["name", "key"])),
          },
          template: dice.maybe(0.3, () => ({ $ref: "com.example.v1.FooTemplate" })),
          list: dice.maybe(0.3, () => ({ type: "array", items: { $ref: "com.example.v1.FooItem" } })),
          selector: { "x-kubernetes-label-selector": "" },
          notes: { "x-kubernetes-annotation": "" },
          identity: { "x-kubernetes-identity": "" },
        },
      },
    },
    "com.example.v1.FooTemplate": {
      Schema: { properties: { labels: { "x-kubernetes-label-selector": "" } } },
    },
    "com.example.v1.FooItem": {
      Schema: {
        properties: {
          name: { "x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Secret" },
        },
      },
    },
  };
  return `${JSON.stringify(definitions, undefined, dice.pick([0, 2]))}\n`;
}

/** A custom OpenAPI schema with merge keys for the custom kind. */
export function someSchema(dice: Dice, world: World): string {
  const schema = {
    definitions: {
      "com.example.v1.Foo": {
        "x-kubernetes-group-version-kind": [{ group: "example.com", kind: "Foo", version: "v1" }],
        properties: {
          spec: {
            properties: {
              list: {
                type: "array",
                items: { type: "object", properties: { name: { type: "string" } } },
                "x-kubernetes-patch-merge-key": dice.pick(["name", "port"]),
                "x-kubernetes-patch-strategy": dice.pick(["merge", "merge", "replace"]),
              },
            },
          },
        },
      },
    },
  };
  return dice.chance(0.5) ? JSON.stringify(schema) : world.write(schema);
}
