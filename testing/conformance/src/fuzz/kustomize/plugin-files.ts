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
function someTransformer(dice: Dice, world: World): string {
  const kind = dice.risks(0.03) ? "Unknown" : dice.pick(Object.keys(TRANSFORMERS));
  const make = TRANSFORMERS[kind];
  if (make === undefined) return world.write(builtin("SortOrderTransformer", "t", {}));
  return world.write(builtin(kind, `t${dice.int(0, 99)}`, make(dice, world)));
}

/** A generator's configuration. */
function someGenerator(dice: Dice, world: World): string {
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

/** Entries of a field that names configurations: texts, files, or a folder with a kustomization of them. */
function entries(dice: Dice, world: World, stem: string, texts: readonly string[]): string[] {
  if (dice.chance(0.12)) {
    const files = texts.map((text, at) => [`${stem}${at}.yaml`, text] as const);
    const kustomization = { resources: files.map(([name]) => name), nameSuffix: dice.maybe(0.2, () => "-x") };
    const folder = { "kustomization.yaml": world.write(kustomization), ...Object.fromEntries(files) };
    return [world.addFolder(`${stem}s`, folder)];
  }
  if (texts.length > 1 && dice.chance(0.3)) return [world.addFile(stem, "yaml", texts.join("---\n"))];
  return texts.map((text) => (dice.chance(0.4) ? text : world.addFile(stem, "yaml", text)));
}

/** The field `generators`. */
export function someGenerators(dice: Dice, world: World): string[] {
  const texts = dice.many(1, dice.chance(0.2) ? 2 : 1, () => someGenerator(dice, world));
  return entries(dice, world, "generator", texts);
}

/** The field `transformers`. */
export function someTransformers(dice: Dice, world: World): string[] {
  const texts = dice.many(1, 2, () => someTransformer(dice, world));
  return entries(dice, world, "transformer", texts);
}

/** The field `validators`: transformers that mostly change nothing. */
export function someValidators(dice: Dice, world: World): string[] {
  const label = (): YamlFields => ({ labels: { "validated-by": dice.pick(["v", "1"]) }, fieldSpecs: SPECS });
  const nothing = (): YamlFields => ({ labels: { a: "b" }, fieldSpecs: [{ path: "spec/nowhere" }] });
  const change = (): YamlFields => ({ labels: { changed: "yes" }, fieldSpecs: SPECS });
  const texts = dice.many(1, 2, () => {
    const config = dice.risks(0.3) ? change() : dice.chance(0.6) ? label() : nothing();
    return world.write(builtin("LabelTransformer", "v", config));
  });
  return entries(dice, world, "validator", texts);
}
