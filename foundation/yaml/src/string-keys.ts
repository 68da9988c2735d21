import { ALIAS_NODE, MAPPING_NODE, SCALAR_NODE, type YamlNode } from "./node.ts";
import { resolveScalar, shortTag } from "./scalar.ts";
import { PLAIN } from "./token.ts";

const DIALECT = "go-yaml-v3";

/** Whether go-yaml v3 makes a `map[string]interface{}` of the mapping, the only kind that has a JSON form. */
export function hasOnlyStringKeys(node: YamlNode): boolean {
  for (let i = 0; i < node.children.length; i += 2) {
    const key = node.children[i] as YamlNode;
    const tag = tagOf(key);
    if (tag !== "!!str" && tag !== "!!merge") return false;
  }
  return true;
}

/** A node's tag, given or found out. */
function tagOf(node: YamlNode): string {
  if (node.kind === ALIAS_NODE) return tagOf(node.target as YamlNode);
  if (node.tag !== "" && node.tag !== "!") return shortTag(node.tag, DIALECT);
  if (node.kind !== SCALAR_NODE) return node.kind === MAPPING_NODE ? "!!map" : "!!seq";
  if (isMergeKey(node)) return "!!merge";
  const { kind } = resolveScalar(node, DIALECT);
  return kind === "string" ? "!!str" : `!!${kind}`;
}

/** Whether go-yaml v3 takes the key for a merge. */
export function isMergeKey(node: YamlNode): boolean {
  if (node.kind !== SCALAR_NODE || node.value !== "<<") return false;
  if (node.tag === "" || node.tag === "!") return node.style === PLAIN;
  return shortTag(node.tag, DIALECT) === "!!merge";
}
