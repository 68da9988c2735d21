import type { JsonValue } from "@weir/core";
import { KustomizeError } from "../error.ts";
import { goJson } from "../node/go-json.ts";
import {
  copyNode,
  isList,
  isMap,
  isNull,
  isScalar,
  type Node,
  retexted,
  Scalar,
  textOf,
  YamlMap,
} from "../node/node.ts";
import { parseAnyDocument } from "../node/parse.ts";
import { writeField } from "../node/shared-scalar.ts";
import { toJson } from "../node/to-json.ts";
import { writeYaml } from "../node/write-yaml.ts";
import { lookUp, matchPath } from "./node-path.ts";

/**
 * Sets a value inside the text of a scalar that is JSON or YAML itself; says whether there was such a text and place.
 *
 * Text that starts with a bracket is written as JSON again, indented where it was, everything else as YAML; delimiters
 * play no part. Where this comes to nothing upstream goes on as with any other path.
 */
export function setInText(root: YamlMap, parts: readonly string[], value: Node, creates: boolean): boolean {
  for (let count = 1; count < parts.length; count++) {
    const path = parts.slice(0, count);
    const scalar = attempt(() => lookUp(root, path));
    if (scalar === undefined || !isScalar(scalar) || isNull(scalar)) continue;
    const read = attempt(() => ({ inner: parseAnyDocument(textOf(scalar)) }));
    if (read === undefined) continue;
    const { inner } = read;
    if (inner === undefined || isNull(inner)) return false;
    const place: Inner = { node: inner, path: parts.slice(count) };
    const text = attempt(() => changedText(textOf(scalar), place, value, creates));
    if (text !== undefined) putText(root, path, { scalar, text });
    return text !== undefined;
  }
  return false;
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

interface Inner {
  readonly node: Node;
  readonly path: readonly string[];
}

function changedText(old: string, { node, path }: Inner, value: Node, creates: boolean): string | undefined {
  const holder = new YamlMap(new Map([[HOLDER, node]]));
  const places = matchPath(holder, [HOLDER, ...path], creates ? value : undefined);
  if (places.length === 0) return undefined;
  for (const place of places) {
    const there = place.get();
    place.set(isScalar(there) && isScalar(value) ? withText(there, textOf(value)) : copyNode(value));
  }
  const changed = holder.get(HOLDER) ?? node;
  return /^\s*[{[]/.test(old) ? jsonText(toJson(changed), old) : writeYaml(changed);
}

/** The name of a field around the tree, so that the path has something to start from. */
const HOLDER = "text";

function withText(scalar: string | Scalar, text: string): string | Scalar {
  return scalar instanceof Scalar ? retexted(scalar, text) : text;
}

function jsonText(value: JsonValue, old: string): string {
  const compact = goJson(value);
  return old.includes("\n") && old.includes("  ")
    ? JSON.stringify(JSON.parse(compact), undefined, 2)
    : compact;
}

interface NewText {
  readonly scalar: string | Scalar;
  readonly text: string;
}

/** Writes the text where the scalar is, which the path leads to. */
function putText(root: YamlMap, path: readonly string[], { scalar, text }: NewText): void {
  const parent = lookUp(root, path.slice(0, -1));
  const last = path.at(-1) ?? "";
  const node = withText(scalar, text);
  if (isMap(parent)) writeField(parent, last, node);
  else if (isList(parent)) parent[/^\d+$/.test(last) ? Number(last) : parent.indexOf(scalar)] = node;
}
