import type { CelValue } from "./value.ts";

/** A node of a parsed expression. Numbers of nodes are those that cel-go gives, for they appear in its error messages. */
export type Node =
  | LiteralNode
  | IdentNode
  | SelectNode
  | CallNode
  | ListNode
  | MapNode
  | MessageNode
  | ComprehensionNode;

export interface LiteralNode {
  readonly kind: "literal";
  readonly id: number;
  readonly value: CelValue;
}

export interface IdentNode {
  readonly kind: "ident";
  readonly id: number;
  readonly name: string;
}

export interface SelectNode {
  readonly kind: "select";
  readonly id: number;
  readonly operand: Node;
  readonly field: string;
  /** The field is asked for by `has()`, not read. */
  readonly isTest: boolean;
}

export interface CallNode {
  readonly kind: "call";
  readonly id: number;
  readonly name: string;
  readonly target: Node | undefined;
  readonly args: readonly Node[];
}

export interface ListNode {
  readonly kind: "list";
  readonly id: number;
  readonly elements: readonly Node[];
  /** Indexes of the elements written `?element`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntryNode {
  readonly id: number;
  readonly key: Node;
  readonly value: Node;
  readonly isOptional: boolean;
}

export interface MapNode {
  readonly kind: "map";
  readonly id: number;
  readonly entries: readonly MapEntryNode[];
}

export interface MessageNode {
  readonly kind: "message";
  readonly id: number;
  readonly typeName: string;
  readonly fields: readonly {
    readonly id: number;
    readonly name: string;
    readonly value: Node;
    readonly isOptional: boolean;
  }[];
}

/** What every macro over a list or a map becomes: a fold with an accumulator. */
export interface ComprehensionNode {
  readonly kind: "comprehension";
  readonly id: number;
  readonly range: Node;
  readonly variable: string;
  /** The second variable of `all(i, v, …)` and its like. */
  readonly secondVariable: string | undefined;
  readonly accumulator: string;
  readonly init: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result: Node;
}

/** A parsed expression: its tree and where each node begins, in code points. */
export interface Syntax {
  readonly root: Node;
  readonly offsets: ReadonlyMap<number, number>;
}

/** The name that a chain of selections reads as (`a.b.c`), if it is nothing else. */
export function qualifiedName(node: Node): string | undefined {
  const fields: string[] = [];
  let at = node;
  while (at.kind === "select") {
    if (at.isTest) return undefined;
    fields.push(at.field);
    at = at.operand;
  }
  if (at.kind !== "ident") return undefined;
  return [at.name, ...fields.reverse()].join(".");
}

/** The nodes directly below a node. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "literal":
    case "ident":
      return [];
    case "select":
      return [node.operand];
    case "call":
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case "list":
      return node.elements;
    case "map":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "message":
      return node.fields.map(({ value }) => value);
    case "comprehension":
      return [node.range, node.init, node.condition, node.step, node.result];
  }
}
