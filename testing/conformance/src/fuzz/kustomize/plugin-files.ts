import type { Dice } from "../dice.ts";
import type { Yaml, YamlFields } from "../yaml-writer.ts";
import { generator, replacement } from "./fields.ts";
import { jsonPatch } from "./json-operations.ts";
import { mergePatch, patchTarget } from "./patches.ts";
import { NAMES, someLabels, someText } from "./scalars.ts";
import type { World } from "./world.ts";

type Plugin = (dice: Dice, world: World) => YamlFields;

function builtin(kind: string, name: string, rest: YamlFields): YamlFields {
  return { apiVersion: "builtin", kind, metadata: { name }, ...rest };
}

const SPECS: Yaml = [{ path: "metadata/labels", create: true }];

const TRANSFORMERS: Readonly<Record<string, Plugin>> = {
  AnnotationsTransformer: (dice) => ({
    annotations: { note: someText(dice) },
    fieldSpecs: dice.maybe(0.9, () => [{ path: "metadata/annotations", create: dice.chance(0.8) }]),
  }),
  HashTransformer: () => ({}),
  ImageTagTransformer: (dice) => ({
    imageTag: { name: "nginx", newTag: "v9" },
    fieldSpecs: dice.maybe(0.5, () => [{ path: "spec/image" }]),
  }),
  LabelTransformer: (dice) => ({ labels: someLabels(dice), fieldSpecs: SPECS }),
  NamespaceTransformer: (dice) => ({
    metadata: { name: "t", namespace: "team-z" },
    unsetOnly: dice.maybe(0.4, () => dice.chance(0.7)),
    setRoleBindingSubjects: dice.maybe(0.4, () =>
      dice.pick(["none", "allServiceAccounts", "defaultOnly", dice.takesRisks ? "x" : "none"]),
    ),
    fieldSpecs: dice.maybe(0.7, () => [{ path: "metadata/namespace", create: true }]),
  }),
  PatchJson6902Transformer: (dice, world) => {
    const manifest = dice.pick(world.known);
    const { kind, name } = world.asKnown(manifest);
    return { target: { kind, name }, jsonOp: world.write(jsonPatch(dice, manifest)) };
  },
  PatchStrategicMergeTransformer: (dice, world) => {
    const text = world.write(mergePatch(dice, world.asKnown(dice.pick(world.known))));
    return dice.chance(0.5) ? { patches: text } : { paths: [world.addFile("tsmp", "yaml", text)] };
  },
  PatchTransformer: (dice, world) => {
    const manifest = dice.pick(world.known);
    return {
      patch: world.write(mergePatch(dice, world.asKnown(manifest))),
      target: dice.maybe(0.6, () => patchTarget(dice, world.asKnown(manifest))),
    };
  },
  PrefixTransformer: (dice) => ({
    prefix: "tp-",
    fieldSpecs: dice.risks(0.1) ? undefined : [{ path: "metadata/name" }],
  }),
  SuffixTransformer: (dice) => ({
    suffix: "-ts",
    fieldSpecs: dice.risks(0.1) ? undefined : [{ path: "metadata/name" }],
  }),
  PrefixSuffixTransformer: () => ({ prefix: "ps-", suffix: "-ps", fieldSpecs: [{ path: "metadata/name" }] }),
  ReplacementTransformer: (dice, world) => ({ replacements: [replacement(dice, world)] }),
  ReplicaCountTransformer: (dice, world) => ({
    replica: {
      name: world.known.find(({ kind }) => kind === "Deployment")?.name ?? dice.pick(NAMES),
      count: 4,
    },
    fieldSpecs: [{ path: "spec/replicas", create: dice.chance(0.5), kind: "Deployment" }],
  }),
  ValueAddTransformer: (dice, world) => ({
    value: dice.maybe(0.8, () => "added"),
    targets: [
      {
        selector: dice.maybe(0.8, () => ({ kind: dice.pick(world.known).kind })),
        fieldPath: dice.pick(["metadata/namespace", "spec/path", "metadata/annotations/note", "data/k"]),
        filePathPosition: dice.maybe(0.3, () => dice.int(0, 2)),
      },
    ],
  }),
};

/** A transformer's configuration. */
export function someTransformer(dice: Dice, world: World): string {
  const kind = dice.risks(0.03) ? "Unknown" : dice.pick(Object.keys(TRANSFORMERS));
  const make = TRANSFORMERS[kind];
  if (make === undefined) return world.write(builtin("SortOrderTransformer", "t", {}));
  return world.write(builtin(kind, `t${dice.int(0, 99)}`, make(dice, world)));
}

/** A generator's configuration. */
export function someGenerator(dice: Dice, world: World): string {
  if (dice.chance(0.15)) {
    return world.write(
      builtin("IAMPolicyGenerator", "iam", {
        cloud: dice.risks(0.2) ? "aws" : "gke",
        kubernetesService: { name: "ksa", namespace: dice.maybe(0.5, () => "team-a") },
        serviceAccount: { name: "gsa", projectId: "p" },
      }),
    );
  }
  const kind = dice.pick(["ConfigMap", "Secret"] as const);
  const { name, namespace, ...rest } = generator(dice, world, kind);
  const config = builtin(`${kind}Generator`, String(name), rest);
  return world.write({ ...config, metadata: { name, namespace } });
}

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
          },
        ],
      },
    ]),
    commonLabels: dice.maybe(0.3, () => [
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
          },
          selector: { "x-kubernetes-label-selector": "" },
          notes: { "x-kubernetes-annotation": "" },
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
