import { quoteGo } from "@weir/text";

import type {
  ActionNode,
  BranchNode,
  ChainNode,
  CommandNode,
  OperandNode,
  PipeNode,
  TemplateCallNode,
  TemplateNode,
} from "./node.ts";

/** A node as Go writes it back: messages name a place by it. */
export function nodeText(node: TemplateNode): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "command":
      return commandText(node);
    case "list":
      return node.nodes.map(nodeText).join("");
    case "break":
    case "continue":
    case "end":
    case "else":
      return `{{${node.kind}}}`;
    default:
      return isAction(node) ? actionText(node) : operandText(node);
  }
}

type PipedNode = ActionNode | BranchNode | TemplateCallNode;

function isAction(node: OperandNode | PipedNode): node is PipedNode {
  return ["action", "if", "range", "with", "template"].includes(node.kind);
}

function actionText(node: PipedNode): string {
  if (node.kind === "action") return `{{${pipeText(node.pipe)}}}`;
  if (node.kind !== "template") return branchText(node);
  return `{{template ${quoteGo(node.name)}${node.pipe === undefined ? "" : ` ${pipeText(node.pipe)}`}}}`;
}

function operandText(node: OperandNode): string {
  switch (node.kind) {
    case "pipe":
      return pipeText(node);
    case "identifier":
      return node.name;
    case "variable":
      return [node.name, ...node.fields].join(".");
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "field":
      return `.${node.fields.join(".")}`;
    case "chain":
      return chainText(node);
    case "bool":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return node.quoted;
  }
}

function pipeText(node: PipeNode): string {
  const commands = node.commands.map(commandText).join(" | ");
  if (node.variables.length === 0) return commands;
  return `${node.variables.map(operandText).join(", ")} ${node.isAssign ? "=" : ":="} ${commands}`;
}

function commandText(node: CommandNode): string {
  return node.args.map(grouped).join(" ");
}

function chainText(node: ChainNode): string {
  return `${grouped(node.term)}.${node.fields.join(".")}`;
}

function grouped(node: OperandNode): string {
  return node.kind === "pipe" ? `(${pipeText(node)})` : operandText(node);
}

function branchText(node: BranchNode): string {
  const otherwise = node.elseList === undefined ? "" : `{{else}}${nodeText(node.elseList)}`;
  return `{{${node.kind} ${pipeText(node.pipe)}}}${nodeText(node.list)}${otherwise}{{end}}`;
}
