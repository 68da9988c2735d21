import type { Dice } from "../dice.ts";
import { Raw, type Yaml, type YamlFields } from "../yaml-writer.ts";
import type { World } from "./world.ts";
import { someFieldPath } from "./field-paths.ts";
import { jsonPatch } from "./json-operations.ts";
import { mergePatch, patchTarget } from "./patches.ts";
import type { Manifest } from "./resources.ts";
import { NAMES, NAMESPACES, someLabels, someText } from "./scalars.ts";

/** A field of a kustomization, generated for what a layer knows. */
type Field = (dice: Dice, world: World) => Yaml | undefined;

const AFFIXES = ["dev-", "x", "-v1", "a.b-", "1"] as const;

function labelPairs(dice: Dice): YamlFields {
  const pairs: YamlFields = someLabels(dice, 2);
  return dice.risks(0.1) ? { ...pairs, n: "1" } : pairs;
}

const SAFE_PATHS = ["spec/labels", "metadata/annotations", "spec/list[]/labels"] as const;

const fieldSpec: Field = (dice) => ({
  path: dice.risks(0.4)
    ? dice.pick(["spec/template/metadata/labels", "spec/foo/labels"])
    : dice.pick(SAFE_PATHS),
  kind: dice.maybe(0.5, () => dice.pick(["Foo", "Deployment", "Bar"])),
  group: dice.maybe(0.15, () => dice.pick(["example.com", "apps"])),
  version: dice.maybe(0.1, () => "v1"),
  create: dice.maybe(0.6, () => !dice.risks(0.3)),
});

const labels: Field = (dice, world) =>
  dice.many(1, 2, () => ({
    pairs: labelPairs(dice),
    includeSelectors: dice.maybe(0.4, () => dice.chance(0.7)),
    includeTemplates: dice.maybe(0.4, () => dice.chance(0.7)),
    includeVolumeClaimTemplates: dice.risks(0.03) ? true : undefined,
    fields: dice.maybe(0.2, () => dice.many(1, 2, () => fieldSpec(dice, world) ?? null)),
  }));

const images: Field = (dice) =>
  dice.many(1, 3, () => ({
    name: dice.pick(["nginx", "repo.io:5000/team/app", "busybox", "my.repo/nginx", "app", "my.?repo.*"]),
    newName: dice.maybe(0.5, () => dice.pick(["other/nginx", "nginx", "localhost:5000/x"])),
    newTag: dice.maybe(0.5, () => dice.pick<Yaml>(["v2", "1.20", "", new Raw("'2'")])),
    digest: dice.maybe(0.15, () => "sha256:0000000000000000000000000000000000000000000000000000000000000000"),
    tagSuffix: dice.maybe(0.1, () => "-debug"),
  }));

const replicas: Field = (dice, world) => {
  const scalable = world.known.filter(({ kind }) => /^(?:Deployment|StatefulSet|ReplicaSet)$/.test(kind));
  if (scalable.length === 0 && !dice.risks(0.2)) return undefined;
  return dice.many(1, 2, () => ({
    name: scalable.length === 0 ? "none" : dice.pick(scalable).name,
    count: dice.pick([0, 2, 5]),
  }));
};

function patchText(world: World, value: Yaml, dice: Dice): string {
  if (dice.chance(0.08))
    return JSON.stringify(value, (_key, part: unknown) => (part instanceof Raw ? part.text : part));
  return world.write(value);
}

// oxlint-disable-next-line max-params -- what is patched and how often
function mergeText(dice: Dice, world: World, manifest: Manifest, most = 1): string {
  const texts = dice.many(1, most, (index) => {
    const target = index === 0 ? manifest : dice.pick(world.known);
    return patchText(world, mergePatch(dice, world.asKnown(target)), dice);
  });
  return texts.join("---\n");
}

function onePatch(dice: Dice, world: World): YamlFields {
  const manifest = dice.pick(world.known);
  const isJson = dice.chance(0.45);
  const hasTarget = isJson ? !dice.risks(0.05) : dice.chance(0.35);
  const mostTexts = (hasTarget && !dice.takesRisks) || dice.chance(0.88) ? 1 : 3;
  const text = isJson
    ? patchText(world, jsonPatch(dice, manifest), dice)
    : mergeText(dice, world, manifest, mostTexts);
  const source = dice.chance(0.4) ? { path: world.addFile("patch", "yaml", text) } : { patch: text };
  return {
    ...source,
    target: hasTarget ? patchTarget(dice, world.asKnown(manifest)) : undefined,
    options: dice.maybe(0.12, () => ({
      allowNameChange: dice.maybe(0.6, () => dice.chance(0.7)),
      allowKindChange: dice.maybe(0.4, () => dice.chance(0.7)),
    })),
  };
}

const patches: Field = (dice, world) => dice.many(1, 3, () => onePatch(dice, world));

const strategicMerges: Field = (dice, world) =>
  dice.many(1, 2, () => {
    const text = mergeText(dice, world, dice.pick(world.known));
    return dice.chance(0.5) ? world.addFile("smp", "yaml", text) : text;
  });

const json6902: Field = (dice, world) =>
  dice.many(1, 2, () => {
    const manifest = dice.pick(world.known);
    const text = patchText(world, jsonPatch(dice, manifest), dice);
    const { kind, name } = world.asKnown(manifest);
    const [version = "", group] = manifest.apiVersion.split("/").reverse();
    const source = dice.chance(0.5)
      ? { path: world.addFile("json", dice.pick(["yaml", "json"]), text) }
      : { patch: text };
    return { target: { group, version, kind, name }, ...source };
  });

function generatorSources(dice: Dice, world: World): YamlFields {
  const key = (): string => dice.pick(["k", "a.conf", "n", "PORT", "b"]);
  return {
    literals: dice.maybe(0.7, () =>
      dice.many(
        0,
        2,
        (index) =>
          `${key()}${index}=${dice.chance(0.6) ? someText(dice).replaceAll("\n", " ") : dice.pick(["v", "'q'", '"d"', "a=b", ""])}`,
      ),
    ),
    files: dice.maybe(0.35, () =>
      dice.many(1, 2, (index) => {
        if (dice.chance(0.1)) return world.addBinary("bytes", [0xff, 0xfe, dice.int(0, 255), 0x80]);
        const path = world.addFile("data", dice.pick(["txt", "conf", "json"]), someText(dice));
        return dice.chance(0.4) ? `file${index}=${path}` : path;
      }),
    ),
    envs: dice.maybe(0.25, () => [world.addFile("vars", "env", envText(dice))]),
    env: dice.maybe(0.05, () => world.addFile("vars", "env", envText(dice))),
  };
}

function envText(dice: Dice): string {
  const lines = dice.many(0, 4, (index) =>
    dice.pick([
      `E${index}=v`,
      "# comment",
      "",
      ` E${index}= spaced `,
      `E${index}`,
      `E${index}=a=b`,
      `export E${index}=1`,
      `E${index}="q"`,
    ]),
  );
  return `${dice.chance(0.05) ? "\ufeff" : ""}${lines.join(dice.chance(0.1) ? "\r\n" : "\n")}${dice.chance(0.8) ? "\n" : ""}`;
}

export function generatorOptions(dice: Dice): YamlFields {
  return {
    labels: dice.maybe(0.4, () => labelPairs(dice)),
    annotations: dice.maybe(0.4, () => ({ note: someText(dice) })),
    disableNameSuffixHash: dice.maybe(0.4, () => dice.chance(0.7)),
    immutable: dice.maybe(0.3, () => dice.chance(0.7)),
  };
}

function freshName(dice: Dice, same: readonly Manifest[]): string {
  const names: readonly string[] = ["gen", ...NAMES, "gen2", "gen3"];
  if (dice.risks(0.2)) return dice.pick(names);
  const free = names.filter((name) => !same.some((known) => known.name === name));
  return free.length === 0 ? `gen${same.length}` : dice.pick(free);
}

/** The arguments of one generator; merges and replacements mean something that is there, mostly. */
export function generator(dice: Dice, world: World, kind: "ConfigMap" | "Secret"): YamlFields {
  const same = world.known.filter((known) => known.kind === kind);
  const old = same.length > 0 && dice.chance(0.35) ? dice.pick(same) : undefined;
  const behavior =
    old === undefined
      ? dice.maybe(0.15, () =>
          dice.pick(["create", "create", "append", dice.takesRisks ? "merge" : "create"]),
        )
      : dice.pick(["merge", "replace", "merge"]);
  const name = old === undefined ? freshName(dice, same) : world.asKnown(old).name;
  const namespace = old === undefined ? dice.maybe(0.15, () => dice.pick(NAMESPACES)) : old.namespace;
  world.learn({
    apiVersion: "v1",
    kind,
    name,
    namespace,
    current: { name, namespace },
    object: { apiVersion: "v1", kind, metadata: { name } },
  });
  return {
    name,
    namespace,
    behavior,
    ...generatorSources(dice, world),
    options: dice.maybe(0.3, () => generatorOptions(dice)),
    type:
      kind === "Secret" ? dice.maybe(0.3, () => dice.pick(["Opaque", "kubernetes.io/tls", "x"])) : undefined,
  };
}

function fieldOptions(dice: Dice, isTarget: boolean): YamlFields | undefined {
  return dice.maybe(0.35, () => ({
    delimiter: dice.maybe(0.7, () => dice.pick([":", "/", ".", "-", ""])),
    index: dice.maybe(0.7, () => (isTarget || dice.takesRisks ? dice.pick([0, 1, 2, -1, 9]) : 0)),
    create: dice.maybe(0.4, () => dice.chance(0.8)),
    encoding: dice.maybe(0.05, () => "base64"),
  }));
}

function replacementTarget(dice: Dice, world: World): YamlFields {
  const manifest = dice.pick(world.known);
  const { kind, name } = world.asKnown(manifest);
  return {
    select: dice.chance(0.7)
      ? { kind, name: dice.maybe(0.6, () => name) }
      : patchTarget(dice, world.asKnown(manifest)),
    reject: dice.maybe(0.15, () => [patchTarget(dice, dice.pick(world.known))]),
    fieldPaths: dice.maybe(0.97, () => dice.many(1, 2, () => someFieldPath(dice, manifest.object))),
    options: dice.chance(0.5) ? { create: true } : fieldOptions(dice, true),
  };
}

export function replacement(dice: Dice, world: World): YamlFields {
  const source = dice.pick(world.known);
  const { kind, name, namespace } = world.asKnown(source);
  const given = dice.chance(0.12)
    ? { sourceValue: someText(dice) }
    : {
        source: {
          kind,
          name,
          namespace: dice.maybe(0.15, () => namespace ?? "default"),
          version: dice.maybe(0.1, () => "v1"),
          fieldPath: dice.maybe(0.8, () => someFieldPath(dice, source.object).replaceAll("*", "0")),
          options: fieldOptions(dice, false),
        },
      };
  return { ...given, targets: dice.many(1, 2, () => replacementTarget(dice, world)) };
}

const replacements: Field = (dice, world) =>
  dice.many(1, 2, () => {
    if (dice.chance(0.8)) return replacement(dice, world);
    const inFile = dice.chance(0.5) ? replacement(dice, world) : [replacement(dice, world)];
    return { path: world.addFile("replacement", "yaml", world.write(inFile)) };
  });

const vars: Field = (dice, world) => {
  const names = dice.some(["VAR_A", "VAR_B"].filter((name) => !world.usedVars.has(name) || dice.risks(0.1)));
  return names.map((name) => {
    world.usedVars.add(name);
    const { apiVersion, kind, name: target, namespace, object } = dice.pick(world.known);
    return {
      name,
      objref: { apiVersion, kind, name: target, namespace: dice.maybe(0.3, () => namespace) },
      fieldref: dice.maybe(0.7, () => ({
        fieldpath: someFieldPath(dice, object).replace(/\.(\d+)/g, "[$1]"),
      })),
    };
  });
};

const sortOptions: Field = (dice) => {
  const order = dice.pick(["fifo", "legacy", "legacy"]);
  return {
    order: dice.risks(0.1) ? "other" : order,
    legacySortOptions: dice.maybe(order === "legacy" ? 0.4 : dice.takesRisks ? 0.1 : 0, () => ({
      orderFirst: dice.maybe(0.8, () => ["Foo", "Deployment"]),
      orderLast: dice.maybe(0.8, () => ["ConfigMap"]),
    })),
  };
};

const buildMetadata: Field = (dice) =>
  dice.some(["managedByLabel", "originAnnotations", "transformerAnnotations", "unknown"]);

/** Fields that change what is there, with how often each occurs. */
export const CHANGING_FIELDS: Readonly<Record<string, readonly [chance: number, field: Field]>> = {
  namespace: [0.3, (dice) => dice.pick(["team-a", "team-b", "prod", "default", "", "007"])],
  namePrefix: [0.25, (dice) => dice.pick(AFFIXES)],
  nameSuffix: [0.2, (dice) => dice.pick(AFFIXES)],
  commonLabels: [0.12, labelPairs],
  labels: [0.22, labels],
  commonAnnotations: [0.15, (dice) => ({ note: someText(dice), [dice.pick(["b", "example.com/x"])]: "1" })],
  images: [0.2, images],
  imageTags: [0.02, images],
  replicas: [0.15, replicas],
  patches: [0.45, patches],
  patchesStrategicMerge: [0.1, strategicMerges],
  patchesJson6902: [0.08, json6902],
  replacements: [0.22, replacements],
  vars: [0.08, vars],
  sortOptions: [0.08, sortOptions],
  buildMetadata: [0.1, buildMetadata],
};
