import { emitYaml } from "@weir/yaml";
import { resolveTag } from "./resolve-scalar.ts";
import { isList, isMap, isQuoted, type Node, textOf, type YamlMap } from "./node.ts";

/** A tree as YAML in the order of its source, lists at the indentation of their keys; styles of quotes are not kept. */
export function writeYaml(node: Node): string {
  return isMap(node) || isList(node) ? blockLines(node).join("\n") : scalarText(node);
}

function blockLines(node: YamlMap | Node[]): readonly string[] {
  return isMap(node)
    ? [...node.fields].flatMap(([key, value]) => fieldLines(key, value))
    : node.flatMap((item) => itemLines(item));
}

function isBlock(node: Node): node is YamlMap | Node[] {
  return (isMap(node) && node.fields.size > 0) || (isList(node) && node.length > 0);
}

function fieldLines(key: string, value: Node): readonly string[] {
  const name = scalarText(key);
  if (!isBlock(value)) return [`${name}: ${scalarText(value)}`];
  const lines = blockLines(value);
  return [`${name}:`, ...(isMap(value) ? lines.map((line) => `  ${line}`) : lines)];
}

function itemLines(item: Node): readonly string[] {
  if (!isBlock(item)) return [`- ${scalarText(item)}`];
  return blockLines(item).map((line, at) => `${at === 0 ? "- " : "  "}${line}`);
}

function scalarText(node: Node): string {
  if (isMap(node)) return "{}";
  if (isList(node)) return "[]";
  const text = textOf(node);
  if (typeof node !== "string" && !isQuoted(node)) {
    // A tag that the text does not speak for itself is written.
    return node.tag === "" || resolveTag(text) === node.tag ? text : `${node.tag} ${text}`;
  }
  const written = emitYaml([text]).slice(2).trimEnd();
  return isQuoted(node) && written === text ? JSON.stringify(text) : written;
}
