import { loadYaml } from "@weir/yaml";
import { KustomizeError } from "../error.ts";
import type { Selector } from "../file/kustomization.ts";
import type { Loader } from "../file/loader.ts";
import { isMap, isMissing, isNull, isScalar, type Node, textOf, YamlMap } from "../node/node.ts";
import { addField, type Resource, setText } from "../resource/resource.ts";
import { wrongKind } from "./kind-error.ts";
import { namespaceFilter } from "./namespace.ts";
import { selectResources } from "./selector.ts";
import type { Transformer } from "./transformer.ts";

interface ValueAddTarget {
  readonly selector?: Selector;
  readonly fieldPath?: string;
  readonly filePathPosition?: number;
}

export interface ValueAddArgs {
  readonly value?: string;
  readonly targets?: readonly ValueAddTarget[];
  readonly targetFilePath?: string;
}

/** Puts one value into fields of several resources, whole or as a part of a file path. */
export function valueAddTransformer(args: ValueAddArgs, loader: Loader): Transformer {
  const value = (args.value ?? "").trim() || baseName(loader.root);
  const targets = [...(args.targets ?? []), ...targetsFromFile(args.targetFilePath ?? "", loader)];
  if (targets.length === 0) throw new KustomizeError("must specify at least one target");
  targets.forEach(checkTarget);
  return (resources) => {
    for (const target of targets) {
      const { selector } = target;
      const chosen = selector === undefined ? resources.resources : selectResources(resources, selector);
      for (const resource of chosen) addTo(resource, target, value);
    }
    resources.touchAll();
  };
}

function targetsFromFile(path: string, loader: Loader): readonly ValueAddTarget[] {
  if (path === "") return [];
  return (loadYaml(loader.load(path)) as ValueAddArgs | null)?.targets ?? [];
}

function checkTarget({ fieldPath = "", filePathPosition = 0 }: ValueAddTarget): void {
  if (fieldPath === "") throw new KustomizeError("fieldPath cannot be empty");
  if (filePathPosition < 0) {
    throw new KustomizeError(`value of FilePathPosition (${filePathPosition}) cannot be negative`);
  }
}

function addTo(resource: Resource, target: ValueAddTarget, value: string): void {
  const path = target.fieldPath ?? "";
  if (path === "metadata/namespace") {
    namespaceFilter(resource, { namespace: value, fieldSpecs: [] });
    return;
  }
  const parts = splitEscaped(path);
  const position = target.filePathPosition ?? 0;
  const map = mapAt(resource, parts.slice(0, -1));
  if (map === undefined) {
    if (position === 0) return;
    throw new KustomizeError(`the path ${path} leads through null`);
  }
  const last = parts.at(-1) ?? "";
  const old = map.get(last);
  if (old !== undefined && !isMissing(old) && !isScalar(old)) throw wrongKind("scalar", old);
  setText(map, last, position > 0 ? insertPart(textOf(old), position - 1, value) : value);
}

/** The mapping that a path leads to, made where there is none; undefined behind a null, where upstream finds nothing. */
function mapAt(resource: Resource, parts: readonly string[]): YamlMap | undefined {
  let map: YamlMap = resource.root;
  for (const [at, part] of parts.entries()) {
    const found = map.get(part);
    // What upstream notes in annotations makes a mapping of them.
    const isAnnotations = at === 1 && part === "annotations" && parts[0] === "metadata";
    if (isNull(found) && !(isAnnotations && resource.hasBuildFacts)) return undefined;
    map = child(map, part);
  }
  return map;
}

function child(map: YamlMap, part: string): YamlMap {
  const found: Node | undefined = map.get(part);
  if (isMap(found)) return found;
  if (!isMissing(found) && found !== undefined) throw wrongKind("map", found);
  const created = new YamlMap();
  addField(map, part, created);
  return created;
}

function splitEscaped(path: string): readonly string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    const last = parts.at(-1);
    if (last?.endsWith("\\") === true) parts[parts.length - 1] = `${last.slice(0, -1)}/${part}`;
    else parts.push(part);
  }
  return parts;
}

function insertPart(path: string, position: number, part: string): string {
  const rooted = path.startsWith("/");
  const parts = path.split("/").filter((piece) => piece !== "");
  const at = position < 0 || position > parts.length ? parts.length : position;
  parts.splice(at, 0, part);
  return `${rooted ? "/" : ""}${parts.join("/")}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
