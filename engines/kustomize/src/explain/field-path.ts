import { isList, isMap, isScalar, type Node, textOf } from "../node/node.ts";
import type { MergeShape } from "../patch/merge-shape.ts";

/** One step of a path into an object: a field, or an element of a list by its place or by what it says. */
export type PathStep =
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  /** The element whose field `key` is `value`, or that itself is `value` where `key` is empty. */
  | { readonly kind: "match"; readonly key: string; readonly value: string };

/** A step as it was written, before an object says what it means. */
interface WrittenStep {
  readonly text: string;
  readonly isBracket: boolean;
  readonly isQuoted: boolean;
}

const TOKEN = /\.?(?:\[\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\]]*))\s*\]|((?:\\.|[^.[\\])+))/gy;

/** Splits a path at dots and brackets; `undefined` where it is none. `\.` is a dot of a name, quotes in brackets too. */
export function parseFieldPath(text: string): readonly WrittenStep[] | undefined {
  const steps: WrittenStep[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, double, single, bare, plain] = match;
    const quoted = double?.replace(/\\(.)/g, "$1") ?? single;
    const isBracket = plain === undefined;
    const written = quoted ?? bare?.trim() ?? plain?.replace(/\\(.)/g, "$1") ?? "";
    steps.push({ text: written, isBracket, isQuoted: quoted !== undefined });
    at += whole.length;
  }
  return at === text.length ? steps : undefined;
}

/**
 * Finds out what a path means in an object: `[web]` is the element with that merge key in a list and a field elsewhere,
 * and an index becomes the merge key of the element there, because places change while a build adds elements.
 */
export function resolvePath(
  written: readonly WrittenStep[],
  root: Node,
  rootShape: MergeShape | undefined,
): readonly PathStep[] {
  const steps: PathStep[] = [];
  let node: Node | undefined = root;
  let shape = rootShape;
  for (const own of written) {
    const step = resolveStep(own, node, shape);
    steps.push(step);
    node = stepInto(node, step);
    shape = step.kind === "key" ? (shape?.fields?.[step.name] ?? shape?.additional) : shape?.items;
  }
  return steps;
}

function resolveStep(written: WrittenStep, node: Node | undefined, shape: MergeShape | undefined): PathStep {
  const { text, isBracket, isQuoted } = written;
  if (isQuoted || isMap(node)) return { kind: "key", name: text };
  const equals = text.indexOf("=");
  if (isBracket && equals >= 0) {
    return { kind: "match", key: text.slice(0, equals), value: text.slice(equals + 1) };
  }
  if (/^\d+$/.test(text)) return elementStep(Number(text), node, shape);
  if (!isList(node)) return { kind: "key", name: text };
  const isPlain = node.every((item) => isScalar(item));
  return { kind: "match", key: isPlain ? "" : mergeKeyOf(shape), value: text };
}

function mergeKeyOf(shape: MergeShape | undefined): string {
  return shape?.mergeKeys?.[0] ?? "name";
}

function elementStep(index: number, node: Node | undefined, shape: MergeShape | undefined): PathStep {
  const item = isList(node) ? node[index] : undefined;
  const key = mergeKeyOf(shape);
  const value = isMap(item) ? item.get(key) : undefined;
  return isScalar(value) ? { kind: "match", key, value: textOf(value) } : { kind: "index", index };
}

function stepInto(node: Node | undefined, step: PathStep): Node | undefined {
  if (step.kind === "key") return isMap(node) ? node.get(step.name) : undefined;
  if (!isList(node)) return undefined;
  if (step.kind === "index") return node[step.index];
  return node.find((item) => {
    const said = step.key === "" ? item : isMap(item) ? item.get(step.key) : undefined;
    return isScalar(said) && textOf(said) === step.value;
  });
}

/** What stands at a path. */
export function nodeAt(root: Node, steps: readonly PathStep[]): Node | undefined {
  let node: Node | undefined = root;
  for (const step of steps) node = stepInto(node, step);
  return node;
}

/** A path as text: `spec.containers[name=web].image`. */
export function formatPath(steps: readonly PathStep[]): string {
  let text = "";
  for (const step of steps) {
    if (step.kind === "index") text += `[${step.index}]`;
    else if (step.kind === "match") text += `[${step.key}=${step.value}]`;
    else if (/^[^.[\]\\]+$/.test(step.name)) text += text === "" ? step.name : `.${step.name}`;
    else text += `[${JSON.stringify(step.name)}]`;
  }
  return text;
}
