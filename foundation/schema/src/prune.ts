import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";
import { isJsonArray, isJsonObject, ownValue, setOwn } from "./json-shape.ts";
import type { SchemaNode } from "./schema-node.ts";

/** Options of pruning. */
export interface PruneOptions {
  /** The value is a whole object, whose `apiVersion`, `kind` and `metadata` are known without the schema; default true. */
  readonly isResourceRoot?: boolean;
}

/** A pruned value and what was taken from it. */
export interface PruneResult {
  readonly value: JsonValue;
  /** Paths of the fields that were dropped, sorted: `spec.list[0].field`. */
  readonly unknownFields: readonly string[];
}

function isMetaField(key: string): boolean {
  return key === "apiVersion" || key === "kind" || key === "metadata";
}

/** What a field of an object is to pruning. */
type FieldFate =
  | { readonly kind: "keep" }
  | { readonly kind: "drop" }
  | { readonly kind: "prune"; readonly node: SchemaNode | undefined };

const KEEP: FieldFate = { kind: "keep" };
const DROP: FieldFate = { kind: "drop" };

/** One pruning: collects the paths only where they are asked for. */
class Pruner {
  readonly unknown: string[] = [];
  readonly tracksPaths: boolean;

  constructor(tracksPaths: boolean) {
    this.tracksPaths = tracksPaths;
  }

  prune(node: SchemaNode | undefined, value: JsonValue, path: string): JsonValue {
    if (isJsonArray(value)) return this.#pruneItems(node, value, path);
    return isJsonObject(value) ? this.#pruneFields(node, value, path) : value;
  }

  #pruneItems(node: SchemaNode | undefined, items: readonly JsonValue[], path: string): JsonValue {
    const isOpen = node?.["x-kubernetes-preserve-unknown-fields"] === true;
    // Below a list that keeps unknown fields, items without a schema are left alone.
    if (isOpen && node.items === undefined) return items;
    const itemNode = isOpen && node.items !== undefined ? opened(node.items) : node?.items;
    let changed: JsonValue[] | undefined;
    for (const [index, item] of items.entries()) {
      const pruned = this.prune(itemNode, item, this.tracksPaths ? `${path}[${index}]` : "");
      if (pruned === item) continue;
      changed ??= [...items];
      changed[index] = pruned;
    }
    return changed ?? items;
  }

  #pruneFields(node: SchemaNode | undefined, fields: JsonObject, path: string): JsonValue {
    let changed: Record<string, JsonValue> | undefined;
    for (const key of Object.keys(fields)) {
      const fate = fateOf(node, key);
      if (fate.kind === "keep") continue;
      const value = fields[key] ?? null;
      const childPath = this.#childPath(path, key);
      if (fate.kind === "drop") {
        if (this.tracksPaths && !(path === "" && isMetaField(key))) this.unknown.push(childPath);
        changed ??= { ...fields };
        delete changed[key];
        continue;
      }
      const pruned = this.prune(fate.node, value, childPath);
      if (pruned === value) continue;
      changed ??= { ...fields };
      setOwn(changed, key, pruned);
    }
    return changed ?? fields;
  }

  #childPath(path: string, key: string): string {
    if (!this.tracksPaths) return "x";
    return path === "" ? key : `${path}.${key}`;
  }
}

const openedNodes = new WeakMap<SchemaNode, SchemaNode>();

/** The same node, but keeping unknown fields: what the items of a list that keeps them are pruned by. */
function opened(node: SchemaNode): SchemaNode {
  if (node["x-kubernetes-preserve-unknown-fields"] === true) return node;
  const known = openedNodes.get(node);
  if (known !== undefined) return known;
  const result: SchemaNode = { ...node, "x-kubernetes-preserve-unknown-fields": true };
  openedNodes.set(node, result);
  return result;
}

function fateOf(node: SchemaNode | undefined, key: string): FieldFate {
  if (node === undefined) return DROP;
  if (node["x-kubernetes-embedded-resource"] === true && isMetaField(key)) return KEEP;
  const property = ownValue(node.properties, key);
  if (property !== undefined) return { kind: "prune", node: property };
  const { additionalProperties: others } = node;
  if (typeof others === "object") return { kind: "prune", node: others };
  if (others !== undefined) return { kind: "prune", node: undefined };
  return node["x-kubernetes-preserve-unknown-fields"] === true ? KEEP : DROP;
}

function rootOf(schema: SchemaNode, options: PruneOptions): SchemaNode {
  const isRoot = options.isResourceRoot ?? true;
  if (!isRoot || schema["x-kubernetes-embedded-resource"] === true) return schema;
  return { ...schema, "x-kubernetes-embedded-resource": true };
}

/**
 * Drops the fields that a schema does not name, as the API server does before it stores an object.
 *
 * A value that holds nothing unknown is returned itself; what did not change keeps its identity.
 */
export function pruneUnknown(schema: SchemaNode, value: JsonValue, options: PruneOptions = {}): JsonValue {
  return new Pruner(false).prune(rootOf(schema, options), value, "");
}

/** Prunes like `pruneUnknown` and names what was dropped: what field validation warns of or refuses. */
export function pruneUnknownFields(
  schema: SchemaNode,
  value: JsonValue,
  options: PruneOptions = {},
): PruneResult {
  const pruner = new Pruner(true);
  const pruned = pruner.prune(rootOf(schema, options), value, "");
  return { value: pruned, unknownFields: pruner.unknown.sort(compareUtf8) };
}
