import type { GoValue } from "@weir/text";

import type { ActionNode, BranchNode, ListNode, StatementNode, TemplateCallNode } from "../parse/node.ts";
import type { TemplateDefinition } from "../parse/template-definition.ts";
import { Assembler, type Label } from "./assembler.ts";
import { compilePipeline } from "./compile-pipeline.ts";
import type { Loop, Machine, Scope } from "./machine.ts";
import { NO_VALUE } from "./no-value.ts";
import { printedText } from "./printed-text.ts";
import type { Program } from "./program.ts";
import { iterationOf } from "./iteration.ts";
import { isTrue } from "./truth.ts";

/** Makes a template's steps, once for all who run it. */
export function compileTemplate(definition: TemplateDefinition): Program {
  const assembler = new Assembler();
  compileList(assembler, definition.root);
  return { definition, steps: assembler.steps };
}

function compileList(assembler: Assembler, list: ListNode): void {
  for (const node of list.nodes) compileStatement(assembler, node);
}

function compileStatement(assembler: Assembler, node: StatementNode): void {
  switch (node.kind) {
    case "text": {
      const { text } = node;
      assembler.emit((machine) => machine.write(text));
      return;
    }
    case "action":
      compileAction(assembler, node);
      return;
    case "if":
      compileIf(assembler, node);
      return;
    case "with":
      compileWith(assembler, node);
      return;
    case "range":
      compileRange(assembler, node);
      return;
    case "template":
      compileTemplateCall(assembler, node);
      return;
    case "break":
      assembler.emit(leaveLoop);
      return;
    case "continue":
      assembler.emit(continueLoop);
  }
}

function compileAction(assembler: Assembler, node: ActionNode): void {
  compilePipeline(assembler, node.pipe);
  if (node.pipe.variables.length > 0) return;
  assembler.emit((machine) => {
    machine.node = node;
    const { value } = machine;
    machine.write(typeof value === "string" ? value : printedText(machine, value));
  });
}

/** Remembers the dot and the variables; `leaveScope` puts them back. */
function enterScope(machine: Machine): void {
  const { dot, isDotAny, variables, scope } = machine;
  machine.scope = { dot, isDotAny, variables: variables.length, loop: undefined, outer: scope };
}

function leaveScope(machine: Machine): void {
  const { scope } = machine;
  if (scope !== undefined) leave(machine, scope);
}

function leave(machine: Machine, scope: Scope): void {
  machine.dot = scope.dot;
  machine.isDotAny = scope.isDotAny;
  machine.variables.length = scope.variables;
  machine.scope = scope.outer;
}

/** Goes to a label unless the value is true. */
function branch(assembler: Assembler, otherwise: Label): void {
  assembler.emit((machine) => {
    if (!isTrue(machine.value)) machine.pc = otherwise.at;
  });
}

function compileIf(assembler: Assembler, node: BranchNode): void {
  const declared = assembler.declarations;
  const start = assembler.steps.length;
  const otherwise = assembler.label();
  const end = assembler.label();
  // Taken back below where the structure declares nothing.
  assembler.emit(enterScope);
  compilePipeline(assembler, node.pipe);
  branch(assembler, otherwise);
  compileList(assembler, node.list);
  assembler.jump(end);
  assembler.place(otherwise);
  if (node.elseList !== undefined) compileList(assembler, node.elseList);
  assembler.place(end);
  if (assembler.declarations === declared) assembler.steps[start] = doNothing;
  else assembler.emit(leaveScope);
}

function doNothing(): void {}

function compileWith(assembler: Assembler, node: BranchNode): void {
  const otherwise = assembler.label();
  const end = assembler.label();
  assembler.emit(enterScope);
  compilePipeline(assembler, node.pipe);
  branch(assembler, otherwise);
  assembler.emit((machine) => {
    machine.dot = machine.value;
    machine.isDotAny = false;
  });
  compileList(assembler, node.list);
  assembler.jump(end);
  assembler.place(otherwise);
  if (node.elseList !== undefined) compileList(assembler, node.elseList);
  assembler.place(end);
  assembler.emit(leaveScope);
}

function compileRange(assembler: Assembler, node: BranchNode): void {
  const otherwise = assembler.label();
  const next = assembler.label();
  const end = assembler.label();
  assembler.emit(enterScope);
  compilePipeline(assembler, node.pipe);
  assembler.emit((machine) => startLoop(machine, node, { next, end, otherwise }));
  assembler.place(next);
  const start = assembler.steps.length;
  const setting = settingVariables(node);
  let weight = 1;
  assembler.emit((machine) => {
    const loop = machine.scope?.loop;
    if (loop === undefined || loop.index >= loop.length) {
      machine.pc = end.at;
      return;
    }
    machine.run.chargeSteps(weight);
    machine.variables.length = loop.variables;
    machine.dot = loop.valueAt(loop.index);
    machine.isDotAny = loop.isValueAny;
    setting(machine, loop);
    loop.index += 1;
  });
  compileList(assembler, node.list);
  assembler.jump(next);
  weight = assembler.steps.length - start;
  assembler.place(otherwise);
  if (node.elseList !== undefined) compileList(assembler, node.elseList);
  assembler.place(end);
  assembler.emit(leaveScope);
}

interface LoopLabels {
  readonly next: Label;
  readonly end: Label;
  readonly otherwise: Label;
}

function startLoop(machine: Machine, node: BranchNode, { next, end, otherwise }: LoopLabels): void {
  const iteration = iterationOf(machine, node.pipe.variables.length);
  const { scope } = machine;
  if (iteration === undefined || scope === undefined) {
    machine.pc = otherwise.at;
    return;
  }
  const loop = { ...iteration, index: 0, variables: machine.variables.length, next, end };
  machine.scope = { ...scope, loop };
}

/** Sets the variables of a `range` to the key and the value at hand. */
function settingVariables({ pipe }: BranchNode): (machine: Machine, loop: Loop) => void {
  const { variables, isAssign } = pipe;
  const [first, second] = variables;
  if (first === undefined) return doNothing;
  if (isAssign) {
    return (machine, loop) => {
      const value = second === undefined ? first : second;
      if (second !== undefined) assign(machine, first.name, { value: loop.keyAt(loop.index), isAny: false });
      assign(machine, value.name, { value: machine.dot, isAny: loop.isValueAny });
    };
  }
  return (machine, loop) => {
    // Those that the pipeline declared: the last is the value's.
    const top = machine.variables.length - 1;
    machine.variables[top] = { name: (second ?? first).name, value: machine.dot, isAny: loop.isValueAny };
    if (second === undefined) return;
    machine.variables[top - 1] = { name: first.name, value: loop.keyAt(loop.index), isAny: false };
  };
}

function assign(
  machine: Machine,
  name: string,
  { value, isAny }: { readonly value: GoValue; readonly isAny: boolean },
): void {
  const variable = machine.variable(name);
  variable.value = value;
  variable.isAny = isAny;
}

/** The scope of the innermost loop that is under way; the parser lets `break` and `continue` stand in one only. */
function toLoop(machine: Machine): Loop | undefined {
  while (machine.scope !== undefined && machine.scope.loop === undefined) machine.scope = machine.scope.outer;
  return machine.scope?.loop;
}

function leaveLoop(machine: Machine): void {
  const loop = toLoop(machine);
  if (loop !== undefined) machine.pc = loop.end.at;
}

function continueLoop(machine: Machine): void {
  const loop = toLoop(machine);
  if (loop !== undefined) machine.pc = loop.next.at;
}

function compileTemplateCall(assembler: Assembler, node: TemplateCallNode): void {
  const { name, pipe } = node;
  assembler.emit((machine) => {
    machine.node = node;
    machine.checkTemplate(name);
  });
  if (pipe !== undefined) compilePipeline(assembler, pipe);
  assembler.emit((machine) => machine.enterTemplate(name, pipe === undefined ? NO_VALUE : machine.value));
}
