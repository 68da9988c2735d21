import { compilePattern, type Pattern } from "../pattern.ts";
import type { SchemaNode } from "../schema-node.ts";

// Nodes are immutable, so what is derived from one is kept as long as the node lives.
const patterns = new WeakMap<SchemaNode, Pattern>();
const features = new WeakMap<SchemaNode, SchemaFeatures>();

/** The compiled `pattern` of a node; compiled at most once per node. */
export function patternOf(node: SchemaNode): Pattern | undefined {
  if (node.pattern === undefined || node.pattern === "") return undefined;
  const known = patterns.get(node);
  if (known !== undefined) return known;
  const compiled = compilePattern(node.pattern);
  patterns.set(node, compiled);
  return compiled;
}

/** What occurs anywhere below a node, so that a walk which would find nothing is not begun. */
export interface SchemaFeatures {
  readonly hasEmbeddedResources: boolean;
  readonly hasKeyedLists: boolean;
  readonly hasDefaults: boolean;
}

function childrenOf(node: SchemaNode): readonly SchemaNode[] {
  const children = Object.values(node.properties ?? {});
  if (node.items !== undefined) children.push(node.items);
  if (typeof node.additionalProperties === "object") children.push(node.additionalProperties);
  return children;
}

/** Finds out what occurs in the structural part of a schema, which may be a cyclic graph. */
export function featuresOf(root: SchemaNode): SchemaFeatures {
  const known = features.get(root);
  if (known !== undefined) return known;
  const seen = new Set<SchemaNode>([root]);
  let hasEmbeddedResources = false;
  let hasKeyedLists = false;
  let hasDefaults = false;
  // A Set yields what is added while it is walked, so it is the work list too.
  for (const node of seen) {
    hasEmbeddedResources ||= node["x-kubernetes-embedded-resource"] === true;
    hasKeyedLists ||= node["x-kubernetes-list-type"] === "map" || node["x-kubernetes-list-type"] === "set";
    hasDefaults ||= node.default !== undefined && node.default !== null;
    for (const child of childrenOf(node)) seen.add(child);
  }
  const found = { hasEmbeddedResources, hasKeyedLists, hasDefaults };
  features.set(root, found);
  return found;
}
