import type { JsonValue, Tree } from "@weir/core";
import {
  loadYaml,
  MAPPING_NODE,
  parseYamlNode,
  SCALAR_NODE,
  SEQUENCE_NODE,
  type YamlNode,
  YamlError,
} from "@weir/yaml";
import type { PathStep } from "./field-path.ts";

/** The object that is looked for in a file, as it is called there. */
export interface WrittenId {
  readonly kind: string;
  readonly name: string;
}

/** A YAML document of a text. */
interface SourceDocument {
  readonly root: YamlNode;
  /** Lines of the text before it. */
  readonly linesBefore: number;
}

/** How far a path leads into a node, and the line where it ends. */
interface Reached {
  readonly line: number;
  readonly steps: number;
}

/** The files of a tree, read again to say where something stands. */
export class SourceFiles {
  readonly #tree: Tree;
  readonly #texts = new Map<string, string | undefined>();
  readonly #documents = new Map<string, readonly SourceDocument[]>();
  readonly #values = new Map<string, JsonValue>();

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  text(file: string): string | undefined {
    if (!this.#texts.has(file)) {
      const bytes = this.#tree.read(file);
      this.#texts.set(file, bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8"));
    }
    return this.#texts.get(file);
  }

  /** What a kustomization file says; null where it is none. */
  value(file: string): JsonValue {
    let value = this.#values.get(file);
    if (value === undefined) {
      value = readValue(this.text(file));
      this.#values.set(file, value);
    }
    return value;
  }

  /** The line of a field of an object that a file holds, or of what is nearest around it. */
  lineOf(file: string, id: WrittenId, path: readonly PathStep[]): number | undefined {
    let documents = this.#documents.get(file);
    if (documents === undefined) {
      documents = documentsOf(this.text(file) ?? "");
      this.#documents.set(file, documents);
    }
    return lineIn(documents, id, path);
  }
}

function readValue(text: string | undefined): JsonValue {
  if (text === undefined) return null;
  try {
    return loadYaml(text);
  } catch (error) {
    if (error instanceof YamlError) return null;
    throw error;
  }
}

function documentsOf(text: string): readonly SourceDocument[] {
  const documents: SourceDocument[] = [];
  let linesBefore = 0;
  for (const part of text.split(/(?<=\n)---[^\n]*\n/)) {
    const root = nodeOf(part);
    if (root !== undefined) documents.push({ root, linesBefore });
    // The line of the separator that was cut away counts, too.
    linesBefore += part.split("\n").length;
  }
  return documents;
}

function nodeOf(text: string): YamlNode | undefined {
  try {
    return parseYamlNode(text, { dialect: "go-yaml-v3" });
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

/** The line of a field in a text that holds objects or a patch of either kind, counted from 1 there. */
export function lineInText(text: string, id: WrittenId, path: readonly PathStep[]): number | undefined {
  return lineIn(documentsOf(text), id, path);
}

function lineIn(
  documents: readonly SourceDocument[],
  id: WrittenId,
  path: readonly PathStep[],
): number | undefined {
  let best: Reached | undefined;
  let isBestNamed = false;
  for (const { root, linesBefore } of documents) {
    for (const object of objectsIn(root)) {
      const isNamed = isCalled(object, id);
      const reached = object.kind === SEQUENCE_NODE ? reachInOperations(object, path) : reach(object, path);
      if (best !== undefined && (isBestNamed || !isNamed) && (!isNamed || reached.steps <= best.steps))
        continue;
      best = { line: reached.line + linesBefore, steps: reached.steps };
      isBestNamed = isNamed;
    }
  }
  return best?.line;
}

/** The objects of a document: itself, or the items of a list of objects. */
function objectsIn(root: YamlNode): readonly YamlNode[] {
  const items = childOf(root, "items");
  const isListOfObjects = items?.kind === SEQUENCE_NODE && scalarAt(root, "kind")?.endsWith("List") === true;
  return isListOfObjects ? items.children.map(targetOf) : [root];
}

function targetOf(node: YamlNode): YamlNode {
  return node.target ?? node;
}

function childOf(node: YamlNode, name: string): YamlNode | undefined {
  const at = keyIndex(node, name);
  const value = at === undefined ? undefined : node.children[at + 1];
  return value === undefined ? undefined : targetOf(value);
}

function keyIndex(node: YamlNode, name: string): number | undefined {
  if (node.kind !== MAPPING_NODE) return undefined;
  for (let at = node.children.length - 2; at >= 0; at -= 2) {
    const key = node.children[at];
    if (key !== undefined && targetOf(key).value === name) return at;
  }
  return undefined;
}

function scalarAt(node: YamlNode, ...names: readonly string[]): string | undefined {
  let found: YamlNode | undefined = node;
  for (const name of names) found = found === undefined ? undefined : childOf(found, name);
  return found?.kind === SCALAR_NODE ? found.value : undefined;
}

function isCalled(node: YamlNode, { kind, name }: WrittenId): boolean {
  return scalarAt(node, "kind") === kind && scalarAt(node, "metadata", "name") === name;
}

function reach(root: YamlNode, path: readonly PathStep[]): Reached {
  let node = root;
  let line = root.line;
  for (const [at, step] of path.entries()) {
    const next = step.kind === "key" ? fieldOf(node, step.name) : elementOf(node, step);
    if (next === undefined) return { line: line + 1, steps: at };
    node = targetOf(next.value);
    line = next.shown.line;
  }
  return { line: line + 1, steps: path.length };
}

interface Child {
  readonly shown: YamlNode;
  readonly value: YamlNode;
}

function fieldOf(node: YamlNode, name: string): Child | undefined {
  const at = keyIndex(node, name);
  if (at === undefined) return undefined;
  const shown = node.children[at];
  const value = node.children[at + 1];
  return shown === undefined || value === undefined ? undefined : { shown, value };
}

function elementOf(node: YamlNode, step: Exclude<PathStep, { readonly kind: "key" }>): Child | undefined {
  if (node.kind !== SEQUENCE_NODE) return undefined;
  const value =
    step.kind === "index"
      ? node.children[step.index]
      : node.children.find((item) => {
          const own = targetOf(item);
          return (step.key === "" ? own.value : scalarAt(own, step.key)) === step.value;
        });
  return value === undefined ? undefined : { shown: value, value };
}

/** The last operation of a JSON patch that has to do with the field. */
function reachInOperations(list: YamlNode, path: readonly PathStep[]): Reached {
  let reached: Reached = { line: list.line + 1, steps: 0 };
  for (const item of list.children) {
    const pointer = scalarAt(targetOf(item), "path");
    const steps = pointer === undefined ? undefined : commonSteps(pointer, path);
    if (steps !== undefined) reached = { line: item.line + 1, steps };
  }
  return reached;
}

/** How many steps a JSON pointer goes along a path; undefined where it leads elsewhere. */
function commonSteps(pointer: string, path: readonly PathStep[]): number | undefined {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const count = Math.min(parts.length, path.length);
  for (let at = 0; at < count; at++) {
    const step = path[at];
    const part = parts[at] ?? "";
    const isSame = step?.kind === "key" ? step.name === part : /^(?:\d+|-)$/.test(part);
    if (!isSame) return undefined;
  }
  return count;
}
