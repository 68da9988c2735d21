import type { GoValue } from "@weir/text";

import type { NumberValue } from "./number-literal.ts";

/** What every node has. */
interface Placed {
  /** Where it starts in the whole text, in UTF-16 code units. */
  readonly position: number;
}

export interface TextNode extends Placed {
  readonly kind: "text";
  readonly text: string;
}

/** An action that prints, or declares. */
export interface ActionNode extends Placed {
  readonly kind: "action";
  readonly pipe: PipeNode;
}

export interface PipeNode extends Placed {
  readonly kind: "pipe";
  /** Whether the variables are assigned, not declared. */
  readonly isAssign: boolean;
  readonly variables: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}

export interface CommandNode extends Placed {
  readonly kind: "command";
  /** Never empty: what is called, or a value, and the arguments. */
  readonly args: readonly [OperandNode, ...OperandNode[]];
}

export interface IdentifierNode extends Placed {
  readonly kind: "identifier";
  readonly name: string;
}

/** A variable and the fields after it: `$x.a.b`. */
export interface VariableNode extends Placed {
  readonly kind: "variable";
  readonly name: string;
  readonly fields: readonly string[];
}

export interface DotNode extends Placed {
  readonly kind: "dot";
}

export interface NilNode extends Placed {
  readonly kind: "nil";
}

/** Fields of the dot: `.a.b`. */
export interface FieldNode extends Placed {
  readonly kind: "field";
  readonly fields: readonly string[];
}

/** Fields of a term: `(index .a 0).b`. */
export interface ChainNode extends Placed {
  readonly kind: "chain";
  readonly term: OperandNode;
  readonly fields: readonly string[];
}

export interface BoolNode extends Placed {
  readonly kind: "bool";
  readonly value: boolean;
}

export interface NumberNode extends Placed {
  readonly kind: "number";
  readonly text: string;
  readonly value: NumberValue;
  /** What it is where no type is asked for; nothing where it overflows an int. */
  readonly ideal: GoValue | undefined;
}

export interface StringNode extends Placed {
  readonly kind: "string";
  readonly quoted: string;
  readonly value: string;
}

export interface ListNode extends Placed {
  readonly kind: "list";
  readonly nodes: readonly StatementNode[];
}

export interface BranchNode extends Placed {
  readonly kind: "if" | "range" | "with";
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

export interface TemplateCallNode extends Placed {
  readonly kind: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

export interface LoopNode extends Placed {
  readonly kind: "break" | "continue";
}

/** What ends a list; not part of a finished tree. */
export interface ListEndNode extends Placed {
  readonly kind: "end" | "else";
}

/** What may stand in a command. */
export type OperandNode =
  | PipeNode
  | IdentifierNode
  | VariableNode
  | DotNode
  | NilNode
  | FieldNode
  | ChainNode
  | BoolNode
  | NumberNode
  | StringNode;

/** What may stand in a list. */
export type StatementNode = TextNode | ActionNode | BranchNode | TemplateCallNode | LoopNode;

/** A node of a template: immutable, and shared by all who run it. */
export type TemplateNode = OperandNode | StatementNode | CommandNode | ListNode | ListEndNode;
