import type { Random } from "@weir/core";
import { Dice } from "../dice.ts";
import type { FuzzCase } from "../fuzz-target.ts";
import type { Yaml, YamlFields } from "../yaml-writer.ts";
import { spoil } from "./faults.ts";
import { CHANGING_FIELDS, generator, generatorOptions } from "./fields.ts";
import { someConfiguration, someCrds, someGenerator, someSchema, someTransformer } from "./plugin-files.ts";
import { type Manifest, someManifest } from "./resources.ts";
import { World } from "./world.ts";

const FILE_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;

interface Repository {
  readonly dice: Dice;
  readonly files: Record<string, string>;
  readonly vars: Set<string>;
}

/** A repository of kustomizations: bases, overlays, diamonds and components, mostly such as build. */
export function generateKustomization(random: Random): FuzzCase {
  const dice = new Dice(random, 0.35);
  const repository: Repository = { dice, files: {}, vars: new Set() };
  const top = someLayers(repository);
  if (dice.risks(0.25)) spoil(dice, repository.files);
  return {
    files: repository.files,
    run: top,
    options: {
      ...(dice.chance(0.05) ? { loadRestrictor: "none" } : {}),
      ...(dice.chance(0.12) ? { reorder: dice.pick(["none", "legacy"]) } : {}),
      ...(dice.chance(0.03) ? { managedByLabel: true } : {}),
    },
  };
}

/** Builds the layers from the bottom up; returns the directory of the top one. */
function someLayers(repository: Repository): string {
  const { dice } = repository;
  const shape = dice.pick(["single", "single", "chain", "chain", "deep", "two", "diamond"]);
  if (shape === "single") return layer(repository, ".", []).directory;
  const base = layer(repository, "base", []);
  if (shape === "chain") return layer(repository, "overlay", [base]).directory;
  if (shape === "deep") {
    return layer(repository, "top", [layer(repository, "mid", [base])]).directory;
  }
  if (shape === "two") return layer(repository, "overlay", [base, layer(repository, "other", [])]).directory;
  const left = layer(repository, "left", [base], true);
  const right = layer(repository, "right", [base], true);
  return layer(repository, "top", [left, right]).directory;
}

function layer(repository: Repository, directory: string, below: readonly World[], isSide = false): World {
  const { dice, files, vars } = repository;
  const world = new World(dice, files, directory, vars);
  for (const base of below) world.learnFrom(base);
  const resources: Yaml[] = below.map((base) => relative(directory, base.directory));
  if (below.length === 0 || dice.chance(0.5)) resources.push(...resourceFiles(dice, world));
  const kustomization: Record<string, Yaml | undefined> = {
    ...typeMeta(dice, "Kustomization"),
    resources: dice.chance(0.1) ? dice.shuffled(resources) : resources,
  };
  if (below.length > 0 && dice.chance(0.04)) {
    kustomization["resources"] = resources.slice(below.length);
    kustomization["bases"] = resources.slice(0, below.length);
  }
  addSources(repository, world, kustomization);
  if (dice.chance(0.15)) kustomization["components"] = [component(repository, world)];
  addChanges(dice, world, kustomization);
  if (isSide) kustomization["namePrefix"] = `${directory}-`;
  finish(dice, world, kustomization);
  return world;
}

function relative(from: string, to: string): string {
  return from === "." ? to : `../${to}`;
}

function typeMeta(dice: Dice, kind: "Kustomization" | "Component"): YamlFields {
  if (kind === "Kustomization" && dice.chance(0.6)) return {};
  const version = kind === "Component" ? "v1alpha1" : "v1beta1";
  return {
    apiVersion: `kustomize.config.k8s.io/${version}`,
    kind,
    metadata: dice.maybe(0.1, () => ({ name: "k" })),
  };
}

/** Different ids in one layer, except where a case is meant to fail. */
function distinct(dice: Dice, known: readonly Manifest[], manifests: readonly Manifest[]): Manifest[] {
  const id = ({ apiVersion, kind, name, namespace }: Manifest): string =>
    [apiVersion, kind, name, namespace ?? "default"].join("|");
  const seen = new Set(known.map(id));
  return manifests.filter((manifest) => {
    const isNew = !seen.has(id(manifest)) || dice.risks(0.05);
    seen.add(id(manifest));
    return isNew;
  });
}

function resourceFiles(dice: Dice, world: World): string[] {
  const manifests = distinct(
    dice,
    world.known,
    dice.many(1, 6, () => someManifest(dice)),
  );
  const paths: string[] = [];
  for (let at = 0; at < manifests.length; ) {
    const group = manifests.slice(at, at + dice.int(1, 3));
    at += group.length;
    group.forEach((manifest) => world.learn(manifest));
    paths.push(
      world.addFile("resource", dice.chance(0.9) ? "yaml" : "json", resourceText(dice, world, group)),
    );
  }
  return paths;
}

function resourceText(dice: Dice, world: World, group: readonly Manifest[]): string {
  const objects = group.map(({ object }) => object);
  if (dice.chance(0.08)) {
    const isTyped = objects.every(({ kind }) => kind === "ConfigMap") && dice.chance(0.7);
    return world.write({ apiVersion: "v1", kind: isTyped ? "ConfigMapList" : "List", items: objects });
  }
  const texts = objects.map((object) => world.write(object));
  const separator = dice.pick(["---\n", "---\n", "---\n# comment\n", "--- # comment\n", "---\n---\n"]);
  const start = dice.maybe(0.2, () => "---\n") ?? "";
  return start + texts.join(separator) + (dice.chance(0.05) ? "---\n" : "");
}

type Fields = Record<string, Yaml | undefined>;

function addSources({ dice, files }: Repository, world: World, kustomization: Fields): void {
  if (dice.chance(0.35)) {
    kustomization["configMapGenerator"] = dice.many(1, 2, () => generator(dice, world, "ConfigMap"));
  }
  if (dice.chance(0.2)) {
    kustomization["secretGenerator"] = dice.many(1, 2, () => generator(dice, world, "Secret"));
  }
  if (dice.chance(0.15)) kustomization["generatorOptions"] = generatorOptions(dice);
  if (dice.chance(0.06)) {
    kustomization["generators"] = [someInline(dice, world, "generator", someGenerator(dice, world))];
  }
  if (dice.chance(0.1)) {
    kustomization["configurations"] = [world.addFile("config", "yaml", someConfiguration(dice, world))];
  }
  if (dice.chance(0.05)) kustomization["crds"] = [world.addFile("crd", "json", someCrds(dice))];
  const hasSchema = Object.keys(files).some((path) => path.includes("schema"));
  if (dice.chance(0.06) && !hasSchema) {
    kustomization["openapi"] = { path: world.addFile("schema", "json", someSchema(dice, world)) };
  }
}

function someInline(dice: Dice, world: World, stem: string, text: string): string {
  return dice.chance(0.4) ? text : world.addFile(stem, "yaml", text);
}

function addChanges(dice: Dice, world: World, kustomization: Fields): void {
  const busy = dice.pick([0.4, 1, 1, 1.6]);
  for (const [name, [chance, make]] of Object.entries(CHANGING_FIELDS)) {
    const needsResources = world.known.length === 0;
    if (needsResources || !dice.chance(chance * busy)) continue;
    const value = make(dice, world);
    if (value !== undefined) kustomization[name] = value;
  }
  if (world.known.length > 0 && dice.chance(0.1 * busy)) {
    kustomization["transformers"] = dice.many(1, 2, () =>
      someInline(dice, world, "transformer", someTransformer(dice, world)),
    );
  }
}

/** A component beside the layer, which works on what the layer has. */
function component({ dice, files, vars }: Repository, owner: World): string {
  const name = `component-${owner.directory === "." ? "root" : owner.directory}`;
  const world = new World(dice, files, name, vars);
  world.learnFrom(owner);
  const kustomization: Fields = { ...typeMeta(dice, "Component") };
  if (dice.chance(0.4)) kustomization["resources"] = resourceFiles(dice, world);
  if (dice.chance(0.3)) {
    kustomization["configMapGenerator"] = [generator(dice, world, "ConfigMap")];
  }
  kustomization["commonAnnotations"] = { component: "1" };
  addChanges(dice, world, kustomization);
  finish(dice, world, kustomization);
  owner.known.splice(0, owner.known.length, ...world.known);
  return owner.directory === "." ? name : `../${name}`;
}

function finish(dice: Dice, world: World, kustomization: Fields): void {
  const { namePrefix, nameSuffix, namespace } = kustomization;
  world.rename({ prefix: textOf(namePrefix), suffix: textOf(nameSuffix), namespace: textOf(namespace) });
  const file = dice.chance(0.9) ? FILE_NAMES[0] : dice.pick(FILE_NAMES);
  world.setFile(file, world.write(kustomization));
}

function textOf(value: Yaml | undefined): string {
  return typeof value === "string" ? value : "";
}
