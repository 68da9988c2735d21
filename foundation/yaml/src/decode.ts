import type { JsonValue } from "@weir/core";
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
  WholeFloat,
} from "./decode-state.ts";
import { formatGoFloat32 } from "./go-float.ts";
import { goSyntax, goSyntaxOfScalar } from "./go-syntax.ts";
import { isUnsigned } from "./integer.ts";
import { ALIAS_NODE, MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, type YamlNode } from "./node.ts";
import type { Resolved } from "./resolve.ts";
import { resolveScalar } from "./scalar.ts";
import { PLAIN } from "./token.ts";

const MERGE_TAG = "tag:yaml.org,2002:merge";

/** Decodes a node by the rules of go-yaml v2, with keys made strings as sigs.k8s.io/yaml makes them. */
export function decodeVersion2(state: DecodeState, node: YamlNode): JsonValue {
  countNode(state, node);
  switch (node.kind) {
    case SCALAR_NODE:
      return decodeScalar(state, node);
    case MAPPING_NODE:
      return decodeMapping(state, node);
    case SEQUENCE_NODE:
      return decodeSequence(state, node);
    default:
      return followAlias(state, node, (target) => decodeVersion2(state, target));
  }
}

/** The JSON value of a scalar. */
export function scalarValue(state: DecodeState, node: YamlNode, meaning: Resolved): JsonValue {
  switch (meaning.kind) {
    case "null":
      return null;
    case "bool":
    case "int":
    case "binary":
      return meaning.value;
    case "float":
      return floatValue(state, meaning.value);
    case "timestamp":
      // Version 2 keeps a timestamp as it is written.
      return state.settings.dialect === "go-yaml-v3" ? meaning.value : node.value;
    default:
      return node.value;
  }
}

function floatValue(state: DecodeState, value: number): JsonValue {
  if (state.forEmitter) {
    // The emitter that asked for it knows the wrapper; nobody else sees it.
    return Number.isInteger(value) || !Number.isFinite(value)
      ? (new WholeFloat(value) as unknown as JsonValue)
      : value;
  }
  if (Number.isFinite(value)) return value;
  state.hasUnencodable = true;
  const name = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  return new Unencodable("value", `json: unsupported value: ${name}`) as unknown as JsonValue;
}

function decodeScalar(state: DecodeState, node: YamlNode): JsonValue {
  if (node.style !== PLAIN && node.tag === "") return node.value;
  return scalarValue(state, node, resolveScalar(node, state.settings.dialect));
}

function decodeSequence(state: DecodeState, node: YamlNode): JsonValue {
  enterCollection(state, node);
  const items: JsonValue[] = [];
  for (const child of node.children) items.push(decodeVersion2(state, child));
  state.depth -= 1;
  return items;
}

/** A mapping under construction; merges write into the one that holds the merge key. */
interface MappingTarget {
  readonly object: MutableObject;
  /** Identities of the keys so far, in strict mode. */
  readonly seen: Set<string> | undefined;
  /** Keys without a JSON form, by identity, with what Go says about them. */
  badKeys: Map<string, string> | undefined;
}

function decodeMapping(state: DecodeState, node: YamlNode): JsonValue {
  enterCollection(state, node);
  const strict = state.settings.duplicateKeys === "error";
  const target: MappingTarget = {
    object: {},
    seen: strict ? new Set() : undefined,
    badKeys: undefined,
  };
  fillMapping(state, node, target);
  state.depth -= 1;
  return target.badKeys === undefined ? target.object : badKey(state, target.badKeys);
}

function badKey(state: DecodeState, keys: ReadonlyMap<string, string>): JsonValue {
  const [message = ""] = keys.values();
  state.hasUnencodable = true;
  return new Unencodable("key", message) as unknown as JsonValue;
}

function fillMapping(state: DecodeState, node: YamlNode, target: MappingTarget): void {
  const { children } = node;
  for (let i = 0; i < children.length; i += 2) {
    const key = children[i] as YamlNode;
    const value = children[i + 1] as YamlNode;
    if (key.value === "<<" && isMerge(key)) merge(state, value, target);
    else fillEntry(state, key, value, target);
  }
}

function isMerge({ kind, tag, style }: YamlNode): boolean {
  return kind === SCALAR_NODE && ((tag === "" && style === PLAIN) || tag === "!" || tag === MERGE_TAG);
}

/** A key as Go has it in its map. */
interface Key {
  /** Two keys are one exactly when these are equal: `1` and `"1"` differ. */
  readonly identity: string;
  /** Its form as a JSON key, or absent where it has none. */
  readonly text: string | undefined;
  /** Its form in Go's `%#v`. */
  readonly node: YamlNode;
}

function fillEntry(state: DecodeState, keyNode: YamlNode, valueNode: YamlNode, target: MappingTarget): void {
  const key = decodeKey(state, keyNode);
  const value = decodeVersion2(state, valueNode);
  countMergedKey(state, keyNode);
  if (target.seen !== undefined && isRepeated(state, key, valueNode, target.seen)) return;
  if (key.text !== undefined) {
    setOwn(target.object, key.text, value);
    return;
  }
  target.badKeys ??= new Map();
  target.badKeys.set(key.identity, describeBadKey(key.node, valueNode, state));
}

function isRepeated(state: DecodeState, key: Key, valueNode: YamlNode, seen: Set<string>): boolean {
  // NaN is unlike every key, itself included.
  const repeated = seen.has(key.identity) && key.identity !== "float NaN";
  if (repeated) {
    const { dialect } = state.settings;
    const shown = resolvesToNull(key.node, dialect) ? "<nil>" : goSyntax(key.node, dialect);
    state.problems.push(`line ${valueNode.line + 1}: key ${shown} already set in map`);
    state.firstProblem ??= valueNode;
  }
  seen.add(key.identity);
  return repeated;
}

function decodeKey(state: DecodeState, node: YamlNode): Key {
  countNode(state, node);
  if (node.kind === ALIAS_NODE) return followAlias(state, node, (target) => decodeKey(state, target));
  if (node.kind !== SCALAR_NODE) return failComplexKey(state, node);
  const meaning = resolveScalar(node, state.settings.dialect);
  switch (meaning.kind) {
    case "null":
      return { identity: "null", text: undefined, node };
    case "bool":
      return { identity: `bool ${meaning.value}`, text: String(meaning.value), node };
    case "int":
      return integerKey(meaning.value, node);
    case "float":
      return { identity: `float ${meaning.value}`, text: formatGoFloat32(meaning.value), node };
    case "binary":
      return { identity: `string ${meaning.value}`, text: meaning.value, node };
    default:
      return { identity: `string ${node.value}`, text: node.value, node };
  }
}

function integerKey(value: number | bigint, node: YamlNode): Key {
  const identity = `int ${value}`;
  return { identity, text: isUnsigned(value) ? undefined : String(value), node };
}

function failComplexKey(state: DecodeState, node: YamlNode): never {
  // Decoded first, because problems within the key come before the key itself.
  if (node.kind === MAPPING_NODE) decodeMapping(state, node);
  else decodeSequence(state, node);
  return failAt(node, `invalid map key: ${goSyntax(node, state.settings.dialect)}`);
}

function describeBadKey(key: YamlNode, value: YamlNode, state: DecodeState): string {
  const { dialect } = state.settings;
  const meaning = resolveScalar(key, dialect);
  const [type, shown] =
    meaning.kind === "null" ? ["%!s(<nil>)", "<nil>"] : ["uint64", goSyntaxOfScalar(key, dialect)];
  const held = resolvesToNull(value, dialect) ? "<nil>" : goSyntax(value, dialect);
  return `unsupported map key of type: ${type}, key: ${shown}, value: ${held}`;
}

function resolvesToNull(node: YamlNode, dialect: DecodeState["settings"]["dialect"]): boolean {
  const target = node.target ?? node;
  return target.kind === SCALAR_NODE && resolveScalar(target, dialect).kind === "null";
}

const MERGE_PROBLEM = "map merge requires map or sequence of maps as the value";

function merge(state: DecodeState, node: YamlNode, target: MappingTarget): void {
  state.mergeDepth += 1;
  if (node.kind === SEQUENCE_NODE) {
    // Backwards, because in go-yaml v2 what is merged later wins.
    for (let i = node.children.length - 1; i >= 0; i -= 1) {
      mergeMapping(state, node.children[i] as YamlNode, target);
    }
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
