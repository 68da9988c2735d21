import type { Random } from "@weir/core";
import { Dice } from "../dice.ts";
import type { FuzzCase } from "../fuzz-target.ts";
import { Raw, type Yaml, type YamlFields } from "../yaml-writer.ts";
import { spoil } from "./faults.ts";
import { CHANGING_FIELDS, generator, generatorOptions } from "./fields.ts";
import { someConfiguration, someCrds, someSchema } from "./configuration-files.ts";
import { someGenerators, someTransformers, someValidators } from "./plugin-files.ts";
import { type Manifest, someManifest } from "./resources.ts";
import { type Repository, World } from "./world.ts";

const FILE_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;

/** A repository of kustomizations: bases, overlays, diamonds and components, mostly such as build. */
export function generateKustomization(random: Random): FuzzCase {
  const dice = new Dice(random, 0.35);
  const repository: Repository = { dice, files: {}, binary: {}, vars: new Set() };
  const top = someLayers(repository);
  if (dice.risks(0.25)) spoil(dice, repository.files);
  rewriteLines(repository);
  const hasBinary = Object.keys(repository.binary).length > 0;
  return {
    files: repository.files,
    ...(hasBinary ? { filesBase64: repository.binary } : {}),
    run: top,
    options: {
      ...(dice.chance(0.05) ? { loadRestrictor: "none" } : {}),
      ...(dice.chance(0.12) ? { reorder: dice.pick(["none", "legacy"]) } : {}),
      ...(dice.chance(0.03) ? { managedByLabel: true } : {}),
    },
  };
}

const REWRITES: readonly ((text: string) => string)[] = [
  (text) => text.replaceAll("\n", "\r\n"),
  (text) => text.replace(/\n$/, ""),
  (text) => `${text}\n\n`,
  (text) => `\n# comment\n\n${text}`,
  (text) => `\ufeff${text}`,
];

/** Other ends of lines and of files, which change nothing in most files. */
function rewriteLines({ dice, files }: Repository): void {
  for (const [path, text] of Object.entries(files)) {
    const rewrite = dice.maybe(0.05, () => dice.pick(REWRITES));
    if (rewrite !== undefined) files[path] = rewrite(text);
  }
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
  const { dice } = repository;
  const world = new World(repository, directory);
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
  if (dice.risks(0.06)) resources.push(wrongResource(dice, resources));
  addSources(repository, world, kustomization);
  if (dice.chance(0.15)) {
    kustomization["components"] = dice.many(1, dice.chance(0.2) ? 2 : 1, (index) =>
      component(repository, world, index),
    );
  }
  addChanges(dice, world, kustomization);
  if (isSide) kustomization["namePrefix"] = `${directory}-`;
  finish(dice, world, kustomization);
  return world;
}

function wrongResource(dice: Dice, resources: readonly Yaml[]): Yaml {
  return dice.pick([...resources, ".", "missing.yaml", "../missing", "/nowhere/x.yaml", "", 5]);
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
    metadata: dice.maybe(0.1, () => ({
      name: "k",
      namespace: dice.maybe(0.3, () => "n"),
      labels: dice.maybe(0.3, () => ({ a: "b" })),
      annotations: dice.maybe(0.3, () => ({ "config.kubernetes.io/local-config": "true" })),
    })),
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
  if (objects.length === 1 && dice.chance(0.05)) return asJson(objects[0] ?? {}, dice.pick([0, 2]));
  const texts = objects.map((object) => world.write(object));
  const separator = dice.pick(["---\n", "---\n", "---\n# comment\n", "--- # comment\n", "---\n---\n"]);
  const start = dice.maybe(0.2, () => "---\n") ?? "";
  return start + texts.join(separator) + (dice.chance(0.05) ? "---\n" : "");
}

/** The object as JSON; what is no JSON is a text there. */
function asJson(object: Yaml, indent: number): string {
  const json = JSON.stringify(
    object,
    (_key, part: unknown) => (part instanceof Raw ? part.text : part),
    indent,
  );
  return `${json}\n`;
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
    kustomization["generators"] = someGenerators(dice, world);
  }
  if (dice.chance(0.1)) {
    kustomization["configurations"] = dice.many(1, dice.chance(0.2) ? 2 : 1, () =>
      world.addFile("config", "yaml", someConfiguration(dice, world)),
    );
  }
  if (dice.chance(0.05)) kustomization["crds"] = [world.addFile("crd", "json", someCrds(dice))];
  const hasSchema = Object.keys(files).some((path) => path.includes("schema"));
  if (dice.chance(0.06) && !hasSchema) {
    kustomization["openapi"] = dice.chance(0.9)
      ? { path: world.addFile("schema", "json", someSchema(dice, world)) }
      : { version: dice.takesRisks ? dice.pick(["v1.21.2", "v1.20.4", "x"]) : "v1.21.2" };
  }
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
    kustomization["transformers"] = someTransformers(dice, world);
  }
  if (world.known.length > 0 && dice.chance(0.03 * busy)) {
    kustomization["validators"] = someValidators(dice, world);
  }
}

/** A component beside the layer, which works on what the layer has. */
function component(repository: Repository, owner: World, index: number): string {
  const { dice } = repository;
  const of = owner.directory === "." ? "root" : owner.directory;
  const name = `component-${of}${index === 0 ? "" : index}`;
  const world = new World(repository, name);
  world.learnFrom(owner);
  const kustomization: Fields = { ...typeMeta(dice, "Component") };
  if (dice.chance(0.4)) kustomization["resources"] = resourceFiles(dice, world);
  if (dice.chance(0.3)) {
    kustomization["configMapGenerator"] = [generator(dice, world, "ConfigMap")];
  }
  if (dice.chance(0.08) && !of.startsWith("component-component")) {
    kustomization["components"] = [component(repository, world, 0)];
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
