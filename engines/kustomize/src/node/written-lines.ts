import { FLOW, FOLDED, LITERAL, MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, type YamlNode } from "@weir/yaml";
import { isList, isMap, type Node, type YamlMap } from "./node.ts";

/**
 * The lines, counted from 1, on which the keys of a document stand once go-yaml v3 has written it again: without blank
 * lines, every scalar but blocks and everything in brackets on one line, comments kept.
 *
 * Upstream finds keys that are defined twice only when it reads what it wrote, so its messages count these lines.
 */
export function writtenLines(root: YamlNode, text: string): ReadonlyMap<YamlNode, number> {
  const layout: Layout = { source: text.split("\n"), lines: new Map(), next: 1 };
  place(root, layout);
  return layout.lines;
}

interface Layout {
  readonly source: readonly string[];
  readonly lines: Map<YamlNode, number>;
  /** The line that is written next. */
  next: number;
}

/** Places what starts on the line that is written next, and goes to the line after it. */
function place(node: YamlNode, layout: Layout): void {
  if (!isBlockCollection(node)) {
    placeInline(node, layout, layout.next);
    layout.next += 1 + blockLines(node);
  } else if (node.kind === SEQUENCE_NODE) {
    for (const item of node.children) {
      layout.next += commentLines(layout.source, item.line);
      place(item, layout);
    }
  } else placeFields(node, layout);
}

function placeFields(node: YamlNode, layout: Layout): void {
  const { children } = node;
  for (let at = 0; at + 1 < children.length; at += 2) {
    const [key, value] = [children[at], children[at + 1]];
    if (key === undefined || value === undefined) continue;
    // A mapping in a list starts beside its dash, whose comments are counted already.
    if (at > 0 || key.line !== node.line || layout.next === 1) {
      layout.next += commentLines(layout.source, key.line);
    }
    layout.lines.set(key, layout.next);
    if (isBlockCollection(value)) {
      layout.next += 1;
      place(value, layout);
    } else place(value, layout);
  }
}

/** Everything in brackets stands on one line. */
function placeInline(node: YamlNode, layout: Layout, line: number): void {
  if (node.kind === MAPPING_NODE) {
    node.children.forEach((child, at) => at % 2 === 0 && layout.lines.set(child, line));
  }
  for (const child of node.children) placeInline(child, layout, line);
}

function isBlockCollection(node: YamlNode): boolean {
  return (node.kind === MAPPING_NODE || node.kind === SEQUENCE_NODE) && node.style !== FLOW;
}

function blockLines(node: YamlNode): number {
  if (node.kind !== SCALAR_NODE || (node.style !== LITERAL && node.style !== FOLDED)) return 0;
  return node.value.replace(/\n$/, "").split("\n").length;
}

/** Lines of comments above a line, and the blank lines that part them from what comes below. */
function commentLines(source: readonly string[], line: number): number {
  let count = 0;
  let blank = 0;
  for (let at = line - 1; at >= 0; at--) {
    const text = source[at]?.trim() ?? "";
    if (text === "") blank = 1;
    else if (text.startsWith("#")) {
      count += 1 + blank;
      blank = 0;
    } else break;
  }
  return count;
}

/** How many lines each field of a mapping takes, comments and blocks of text left out. */
export function fieldHeights(map: YamlMap): Map<string, number> {
  const heights = new Map<string, number>();
  for (const [key, value] of map.fields) heights.set(key, 1 + heightBelow(value));
  return heights;
}

function heightBelow(node: Node): number {
  let sum = 0;
  if (isList(node)) for (const item of node) sum += Math.max(1, heightBelow(item));
  else if (isMap(node) && !node.flow) for (const value of node.fields.values()) sum += 1 + heightBelow(value);
  return sum;
}
