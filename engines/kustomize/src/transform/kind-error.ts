import { KustomizeError } from "../error.ts";
import { kindName, kindOf, type Node, type NodeKind } from "../node/node.ts";
import { showNode } from "../node/show-node.ts";

/** There is no value at all where one of a kind is needed. */
export function wrongEmptyKind(expected: NodeKind): KustomizeError {
  return new KustomizeError(
    `wrong node kind: expected ${kindName(expected)} but got : node contents:\nnull\n`,
  );
}

/** A value is of another kind than a transformer needs. */
export function wrongKind(expected: NodeKind, node: Node): KustomizeError {
  const found = kindName(kindOf(node));
  return new KustomizeError(
    `wrong node kind: expected ${kindName(expected)} but got ${found}: node contents:\n${showNode(node)}`,
  );
}
