import type { JsonValue } from "@weir/core";
import { KustomizeError } from "./error.ts";
import { isMap, type Node, textOf } from "./node/node.ts";

/**
 * The longest text that a step of a build may make, in characters: several times what Kubernetes stores in an object.
 *
 * A text that doubles with every step would otherwise take more memory at once than a worker can be stopped at.
 */
export const LONGEST_TEXT = 4 * 1024 * 1024;

/** The most bytes that a generator may put into one object. */
export const MOST_DATA_BYTES = 8 * 1024 * 1024;

/** The most nodes that an object may have once a step has copied a part of it into another. */
export const MOST_NODES = 400_000;

/** Characters of text that count as one node. */
const TEXT_OF_NODE = 64;

/** Refuses a mapping or list that is larger; looks at no more of it than that. */
export function checkNodeCount(root: Node, what: string): void {
  spend(sizeOf(root, childrenOfNode), what);
}

/** Counts what the steps of one patch copy, and refuses it once that is too much. */
export class CopyBudget {
  #copied = 0;

  spend(value: JsonValue, what: string): void {
    this.#copied += sizeOf(value, childrenOfJson);
    spend(this.#copied, what);
  }
}

function spend(count: number, what: string): void {
  if (count <= MOST_NODES) return;
  throw new KustomizeError(`${what} makes an object of more than ${MOST_NODES} nodes`);
}

function childrenOfNode(node: Node): Iterable<Node> | string {
  if (Array.isArray(node)) return node;
  return isMap(node) ? node.fields.values() : textOf(node);
}

function childrenOfJson(value: JsonValue): Iterable<JsonValue> | string {
  if (typeof value === "string") return value;
  return value === null || typeof value !== "object" ? "" : (Object.values(value) as readonly JsonValue[]);
}

function sizeOf<Value>(root: Value, childrenOf: (value: Value) => Iterable<Value> | string): number {
  const waiting: Value[] = [root];
  let size = 0;
  for (let value = waiting.pop(); value !== undefined && size <= MOST_NODES; value = waiting.pop()) {
    const children = childrenOf(value);
    if (typeof children === "string") size += 1 + Math.floor(children.length / TEXT_OF_NODE);
    else {
      size += 1;
      for (const child of children) waiting.push(child);
    }
  }
  return size;
}

/** Refuses a text of this length. */
export function checkTextLength(length: number, what: string): void {
  if (length <= LONGEST_TEXT) return;
  throw new KustomizeError(`${what} makes a text of more than ${LONGEST_TEXT} characters`);
}
