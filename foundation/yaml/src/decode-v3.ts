import type { JsonValue } from "@weir/core";
import { scalarValue } from "./decode.ts";
import {
  countMergedKey,
  countNode,
  type DecodeState,
  enterCollection,
  failAt,
  followAlias,
  type MutableObject,
  setOwn,
  Unencodable,
} from "./decode-state.ts";
import { goSyntax, quoteGo } from "./go-syntax.ts";
import { ALIAS_NODE, MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, type YamlNode } from "./node.ts";
import { resolveScalar } from "./scalar.ts";
import { hasOnlyStringKeys, isMergeKey } from "./string-keys.ts";
import { PLAIN } from "./token.ts";

const DIALECT = "go-yaml-v3";

/** More repeated keys than this are not listed: their pairs grow with the square of the keys. */
const MAX_LISTED_PROBLEMS = 1000;

/**
 * Decodes a node by the rules of go-yaml v3, into what Go's JSON encoder would make of the result: a mapping with a key
 * that is not a string has no JSON form.
 */
export function decodeVersion3(state: DecodeState, node: YamlNode): JsonValue {
  countNode(state, node);
  switch (node.kind) {
    case SCALAR_NODE:
      if (node.style !== PLAIN && node.tag === "") return node.value;
      return scalarValue(state, node, resolveScalar(node, DIALECT));
    case MAPPING_NODE:
      return decodeMapping(state, node);
    case SEQUENCE_NODE:
      return decodeSequence(state, node);
    default:
      return followAlias(state, node, (target) => decodeVersion3(state, target));
  }
}

function decodeSequence(state: DecodeState, node: YamlNode): JsonValue {
  enterCollection(state, node);
  const items: JsonValue[] = [];
  for (const child of node.children) items.push(decodeVersion3(state, child));
  state.depth -= 1;
  return items;
}

function decodeMapping(state: DecodeState, node: YamlNode): JsonValue {
  enterCollection(state, node);
  const object: MutableObject = {};
  fillMapping(state, node, { object, taken: undefined });
  state.depth -= 1;
  if (hasOnlyStringKeys(node)) return object;
  state.hasUnencodable = true;
  return new Unencodable(
    "value",
    "json: unsupported type: map[interface {}]interface {}",
  ) as unknown as JsonValue;
}

interface MappingTarget {
  readonly object: MutableObject;
  /** While merging: keys that are there already and win over what is merged. */
  readonly taken: Set<string> | undefined;
}

function fillMapping(state: DecodeState, node: YamlNode, target: MappingTarget): void {
  if (state.settings.duplicateKeys === "error" && findRepeatedKeys(state, node)) return;
  const { children } = node;
  let merged: YamlNode | undefined;
  for (let i = 0; i < children.length; i += 2) {
    const key = children[i] as YamlNode;
    const value = children[i + 1] as YamlNode;
    if (isMergeKey(key)) merged = value;
    else fillEntry(state, key, value, target);
  }
  if (merged === undefined) return;
  const taken = target.taken ?? new Set(keysOf(state, node));
  merge(state, merged, { object: target.object, taken });
}

/** The keys that a mapping gives itself; go-yaml decodes them once more for it, and counts them. */
function keysOf(state: DecodeState, node: YamlNode): string[] {
  const keys: string[] = [];
  for (let i = 0; i < node.children.length; i += 2) keys.push(decodeKey(state, node.children[i] as YamlNode));
  return keys;
}

function fillEntry(state: DecodeState, keyNode: YamlNode, valueNode: YamlNode, target: MappingTarget): void {
  const key = decodeKey(state, keyNode);
  if (target.taken !== undefined) {
    if (target.taken.has(key)) return;
    target.taken.add(key);
  }
  countMergedKey(state, keyNode);
  setOwn(target.object, key, decodeVersion3(state, valueNode));
}

/** The key as text. A key of another type than string shows only in that its mapping has no JSON form. */
function decodeKey(state: DecodeState, node: YamlNode): string {
  countNode(state, node);
  if (node.kind === ALIAS_NODE) return followAlias(state, node, (target) => decodeKey(state, target));
  if (node.kind === SCALAR_NODE) {
    const value = scalarValue(state, node, resolveScalar(node, DIALECT));
    return value instanceof Unencodable ? value.message : String(value);
  }
  if (node.kind === MAPPING_NODE) decodeMapping(state, node);
  else decodeSequence(state, node);
  return failAt(node, `invalid map key: ${goSyntax(node, DIALECT)}`);
}

/** Lists each pair of keys with the same text; returns whether there is one. */
function findRepeatedKeys(state: DecodeState, node: YamlNode): boolean {
  const { children } = node;
  const groups = new Map<string, YamlNode[]>();
  for (let i = 0; i < children.length; i += 2) {
    const key = children[i] as YamlNode;
    const identity = `${key.kind} ${key.value}`;
    const group = groups.get(identity);
    if (group === undefined) groups.set(identity, [key]);
    else group.push(key);
  }
  if (groups.size === children.length / 2) return false;
  reportPairs(state, node, groups);
  return true;
}

/** In the order of the earlier key of each pair, as go-yaml's two loops list them. */
function reportPairs(state: DecodeState, node: YamlNode, groups: ReadonlyMap<string, YamlNode[]>): void {
  for (let i = 0; i < node.children.length; i += 2) {
    const first = node.children[i] as YamlNode;
    const group = groups.get(`${first.kind} ${first.value}`) ?? [];
    group.shift();
    for (const second of group) {
      if (state.problems.length >= MAX_LISTED_PROBLEMS) return;
      const problem = `mapping key ${quoteGo(second.value)} already defined at line ${first.line + 1}`;
      state.problems.push(`line ${second.line + 1}: ${problem}`);
      state.firstProblem ??= second;
    }
  }
}

const MERGE_PROBLEM = "map merge requires map or sequence of maps as the value";

function merge(state: DecodeState, node: YamlNode, target: MappingTarget): void {
  state.mergeDepth += 1;
  if (node.kind === SEQUENCE_NODE) {
    for (const child of node.children) mergeMapping(state, child, target);
  } else {
    mergeMapping(state, node, target);
  }
  state.mergeDepth -= 1;
}

function mergeMapping(state: DecodeState, node: YamlNode, target: MappingTarget): void {
  const mapping = node.kind === ALIAS_NODE ? (node.target as YamlNode) : node;
  if (mapping.kind !== MAPPING_NODE) failAt(node, MERGE_PROBLEM);
  countNode(state, node);
  if (node.kind !== ALIAS_NODE) {
    fillMapping(state, mapping, target);
    return;
  }
  followAlias(state, node, () => {
    countNode(state, mapping);
    fillMapping(state, mapping, target);
  });
}
