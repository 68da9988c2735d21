import { KustomizeError } from "../error.ts";
import {
  isList,
  isMap,
  isMissing,
  isNilOrEmpty,
  isNull,
  isQuoted,
  isScalar,
  isString,
  type Node,
  Scalar,
  textOf,
  type YamlMap,
} from "../node/node.ts";
import { isYaml11NonString } from "../node/resolve-scalar.ts";
import { writeField } from "../node/shared-scalar.ts";
import { addField, setText } from "../resource/resource.ts";
import { wrongKind } from "../transform/kind-error.ts";
import { appendListNode, elementSetter, findElement } from "./list-elements.ts";
import type { MergeShape, ShapeLookup } from "./merge-shape.ts";

/** Changes a value for good: the same shape where nothing changes, `undefined` where it is taken away. */
type Merged = Node | undefined;

/**
 * Merges a strategic merge patch into an object as kyaml 0.21's `merge2` does, oddities included.
 *
 * Both may be changed. Returns `undefined` where the patch deletes the object.
 */
export function mergeStrategically(
  target: YamlMap,
  patch: YamlMap,
  shapeOf: ShapeLookup,
): YamlMap | undefined {
  const merged = merge(target, patch, { shape: undefined, shapeOf });
  return isMap(merged) ? merged : undefined;
}

interface Context {
  readonly shape: MergeShape | undefined;
  readonly shapeOf: ShapeLookup;
}

type Directive = "replace" | "delete" | "merge";

function shapeFor(dest: Merged, origin: Merged, context: Context): MergeShape | undefined {
  if (context.shape !== undefined) return context.shape;
  for (const source of [dest, origin]) {
    if (!isMap(source)) continue;
    const kind = textOf(source.get("kind"));
    const apiVersion = textOf(source.get("apiVersion"));
    if (kind === "" || apiVersion === "") continue;
    const shape = context.shapeOf(apiVersion, kind);
    if (shape !== undefined) return shape;
  }
  return undefined;
}

function merge(dest: Merged, origin: Merged, context: Context): Merged {
  const first = isMissing(dest) ? (isMissing(origin) ? undefined : origin) : dest;
  const inner: Context = { ...context, shape: shapeFor(dest, origin, context) };
  if (first === undefined || isMap(first)) {
    requireKind(dest, origin, "map");
    return mergeMaps(dest, origin, inner);
  }
  if (isList(first)) {
    requireKind(dest, origin, "list");
    if (inner.shape?.isBroken === true) {
      throw new KustomizeError("the schema of a list says how it merges in something else than text");
    }
    return inner.shape?.mergeKeys === undefined ? (origin ?? dest) : mergeLists(dest, origin, inner);
  }
  requireKind(dest, origin, "scalar");
  return origin ?? dest;
}

function requireKind(dest: Merged, origin: Merged, kind: "map" | "list" | "scalar"): void {
  for (const source of [dest, origin]) {
    if (source === undefined || isNull(source)) continue;
    const fits = kind === "map" ? isMap(source) : kind === "list" ? isList(source) : isScalar(source);
    if (!fits) throw wrongKind(kind, source);
  }
}

/** A null that stays although nothing was patched, told apart from one that takes a field away. */
const KEPT = Symbol("kept");

/** Decides what a map or merging list becomes before its parts are merged. */
function destination(dest: Merged, origin: Merged): Merged | typeof KEPT {
  if (dest === undefined || isNull(dest)) {
    if (directiveOf(origin, false) === "delete") return undefined;
    if (origin === undefined && isNull(dest) && dest.text !== "") return KEPT;
    return origin;
  }
  if (isNull(origin)) return undefined;
  const directive = directiveOf(origin, true);
  if (directive === "delete") return undefined;
  return directive === "replace" ? origin : dest;
}

function mergeMaps(dest: Merged, origin: Merged, context: Context): Merged {
  if (isMap(dest) && isMap(origin) && dest.fields.size === 0) dest.flow = origin.flow;
  const result = destination(dest, origin);
  if (result === KEPT) return dest;
  if (!isMap(result)) return result;
  const source = isMap(origin) ? origin : undefined;
  for (const key of fieldNames(result, source)) mergeField(result, source, key, context);
  return result;
}

function fieldNames(dest: YamlMap, origin: YamlMap | undefined): readonly string[] {
  if (origin === undefined || origin === dest) return [...dest.fields.keys()];
  return [...new Set([...dest.fields.keys(), ...origin.fields.keys()])].sort();
}

function mergeField(dest: YamlMap, origin: YamlMap | undefined, key: string, context: Context): void {
  const old = dest.get(key);
  const patched = origin?.get(key);
  const { shape } = context;
  const inner: Context = { ...context, shape: shape?.fields?.[key] ?? shape?.additional };
  const merged = merge(old, patched, inner);
  // Upstream's setter takes a key without a name for the value itself.
  if (key === "") throw wrongKind("scalar", dest);
  if (merged === undefined) dest.delete(key);
  else if (!isNull(merged)) putMerged(dest, key, merged, origin);
  // A null with a text that nothing patched stays; any other takes the field away.
  else if (!(merged === old && patched === undefined && merged.text !== "")) dest.delete(key);
}

function putMerged(dest: YamlMap, key: string, merged: Node, origin: YamlMap | undefined): void {
  const old = dest.get(key);
  if (old === undefined) {
    if (origin?.oddKeys?.has(key) === true) addField(dest, key, quotedIfNeeded(merged));
    else dest.set(key, quotedIfNeeded(merged));
    return;
  }
  writeField(dest, key, old === merged ? quotedIfNeeded(merged) : keepStyle(old, merged));
}

/** A word that YAML 1.1 takes for a boolean or a number gets quotes wherever a merge passes. */
function quotedIfNeeded(node: Node): Node {
  if (!isString(node) || isQuoted(node)) return node;
  const text = textOf(node);
  return isYaml11NonString(text) ? new Scalar("!!str", text, true) : node;
}

/** The style of the old value is kept: a string that looks like a number then still is one, by its tag. */
function keepStyle(old: Node, merged: Node): Node {
  if (!isScalar(old) || !isScalar(merged) || old === merged) return merged;
  if (isNull(merged)) return merged;
  // Written in quotes, even a number is read back as a string.
  if (isQuoted(old)) return new Scalar(tagOf(merged), textOf(merged), true);
  return isString(merged) ? textOf(merged) : merged;
}

function tagOf(scalar: string | Scalar): string {
  return typeof scalar === "string" ? "!!str" : scalar.tag;
}

function directiveOf(patch: Merged, isStrict: boolean): Directive {
  if (patch === undefined) return "merge";
  if (isMap(patch)) return mapDirective(patch, isStrict);
  if (isList(patch)) return listDirective(patch, isStrict);
  if (!isStrict) return "merge";
  throw new KustomizeError(`no implemented strategic merge patch strategy for '!!str' ('${textOf(patch)}')`);
}

function mapDirective(patch: YamlMap, isStrict: boolean): Directive {
  const value = patch.get("$patch");
  if (value === undefined) return "merge";
  const directive = knownDirective(textOf(value), isStrict);
  if (directive !== undefined) patch.delete("$patch");
  return directive ?? "merge";
}

function knownDirective(text: string, isStrict: boolean): Directive | undefined {
  if (text === "delete" || text === "replace" || text === "merge") return text;
  if (isStrict) throw new KustomizeError(`unknown patch strategy '${text}'`);
  return undefined;
}

function listDirective(patch: Node[], isStrict: boolean): Directive {
  const element = patch.find((item) => isMap(item) && item.get("$patch") !== undefined);
  if (!isMap(element) || element.fields.size > 1) return "merge";
  const text = textOf(element.get("$patch"));
  const directive = knownDirective(text, isStrict);
  if (directive !== undefined) elementSetter(patch, undefined, ["$patch"], [text]);
  return directive ?? "merge";
}

function mergeLists(dest: Merged, origin: Merged, context: Context): Merged {
  const result = isMissing(dest) ? origin : destination(dest, origin);
  if (result === KEPT || !isList(result)) return undefined;
  const source = isList(origin) ? origin : undefined;
  const keys = context.shape?.mergeKeys ?? [];
  const isPrimitive = keys.length === 0;
  const values = isPrimitive ? primitiveValues(source, result) : elementValues(source, result, keys);
  if (values.length === 0) return result;
  return mergeElements(result, source, { values, keys: isPrimitive ? [""] : keys, context });
}

/** Values of the keys of each element, those of the patch first, each once. */
function elementValues(
  origin: readonly Node[] | undefined,
  dest: readonly Node[],
  keys: readonly string[],
): string[][] {
  const seen = new Set<string>();
  const result: string[][] = [];
  for (const source of origin === undefined ? [dest] : [origin, dest]) {
    for (const element of source) {
      const values = keys.map((key) => {
        const value = isMap(element) ? element.get(key) : undefined;
        return isNilOrEmpty(value) ? "" : textOf(value);
      });
      const id = JSON.stringify(values);
      if (seen.has(id)) continue;
      seen.add(id);
      result.push(values);
    }
  }
  return result;
}

function primitiveValues(origin: readonly Node[] | undefined, dest: readonly Node[]): string[][] {
  const seen = new Set<string>();
  for (const source of origin === undefined ? [dest] : [origin, dest]) {
    for (const element of source) seen.add(textOf(element));
  }
  return [...seen].map((text) => [text]);
}

/** Lets elements that agree on one key and lack the other share what they know. */
function shareValues(valuesList: string[][]): void {
  for (const [i, left] of valuesList.entries()) {
    for (const j of valuesList.keys()) {
      const shared = sharedValues(valuesList[i] ?? left, valuesList[j] ?? []);
      if (shared === undefined) continue;
      valuesList[i] = shared;
      valuesList[j] = shared;
    }
  }
}

function sharedValues(left: readonly string[], right: readonly string[]): string[] | undefined {
  if (left.length !== right.length) return undefined;
  let hasCommon = false;
  const result: string[] = [];
  for (const [at, value] of left.entries()) {
    const other = right[at] ?? "";
    if (value === other) hasCommon = true;
    else if (value !== "" && other !== "") return undefined;
    result.push(value === "" ? other : value);
  }
  return hasCommon ? result : undefined;
}

interface KeyedValues {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/** The keys that any element has, or all of them where none has any. */
function validKeys(
  present: ReadonlySet<string>,
  values: readonly string[],
  keys: readonly string[],
): KeyedValues {
  if (present.size === 0) return { keys, values };
  return {
    keys: keys.filter((key) => present.has(key)),
    values: values.filter((value, at) => value !== "" || present.has(keys[at] ?? "")),
  };
}

function presentKeys(valuesList: readonly (readonly string[])[], keys: readonly string[]): Set<string> {
  const present = new Set<string>();
  for (const values of valuesList) {
    for (const [at, value] of values.entries()) if (value !== "") present.add(keys[at] ?? "");
  }
  return present;
}

interface ListMerge {
  readonly values: string[][];
  readonly keys: readonly string[];
  readonly context: Context;
}

function mergeElements(dest: Node[], origin: Node[] | undefined, list: ListMerge): Merged {
  const { values: valuesList, keys, context } = list;
  const added: Node[] = [];
  const inner: Context = { ...context, shape: context.shape?.items };
  if (keys.length > 1) shareValues(valuesList);
  const present = presentKeys(valuesList, keys);
  let last: KeyedValues = { keys, values: [] };
  for (const values of valuesList) {
    last = validKeys(present, values, keys);
    const own = validKeys(presentKeys([last.values], last.keys), last.values, last.keys);
    const merged = merge(findElement(dest, own), origin && findElement(origin, own), inner);
    if (isMissing(merged) || (isMap(merged) && merged.fields.size === 0)) {
      for (const _key of last.keys) elementSetter(dest, undefined, last.keys, last.values);
      continue;
    }
    if (merged !== undefined) addElement(added, merged, last);
  }
  return appendListNode(added, dest, last.keys);
}

function addElement(added: Node[], merged: Node, { keys, values }: KeyedValues): void {
  for (const [at, key] of keys.entries()) {
    const value = values[at] ?? "";
    if (isMap(merged) && merged.get(key) === undefined && value !== "") setText(merged, key, value);
  }
  elementSetter(added, merged, keys, values);
}
