import { emitYaml } from "@weir/yaml";
import { isList, isMap, type Node, textOf } from "./node.ts";
import { mapToJson } from "./to-json.ts";

/** A node as text for messages: flow style where the source had it, block style elsewhere. */
export function showNode(node: Node): string {
  if (isMap(node) && !node.flow) return emitYaml(mapToJson(node));
  return `${showFlow(node)}\n`;
}

function showFlow(node: Node): string {
  if (isList(node)) return `[${node.map(showFlow).join(", ")}]`;
  if (!isMap(node)) return textOf(node);
  return `{${[...node.fields].map(([key, value]) => `${key}: ${showFlow(value)}`).join(", ")}}`;
}
