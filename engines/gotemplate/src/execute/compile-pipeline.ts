import { type GoFunction, type GoValue, quoteGo } from "@weir/text";

import { builtinFunctions, namedCall } from "../builtins/builtin-functions.ts";
import type {
  BoolNode,
  ChainNode,
  CommandNode,
  DotNode,
  IdentifierNode,
  NumberNode,
  OperandNode,
  PipeNode,
  StringNode,
  VariableNode,
} from "../parse/node.ts";
import { nodeText } from "../parse/node-text.ts";
import type { Assembler, Label } from "./assembler.ts";
import { Boxed, isDeclaredAny } from "./boxed.ts";
import { ArgumentProblem, type ConstantNode, constantArgument, constantValue } from "./convert-argument.ts";
import { type FieldsNode, loadFields, loadMethod } from "./load-fields.ts";
import { type Machine, parameterOf, type PendingCall } from "./machine.ts";
import { NO_VALUE } from "./no-value.ts";
import type { Step } from "./program.ts";
import { isTrue } from "./truth.ts";

/** Steps that leave the value of a pipeline, without its `interface {}`: nil has become no value. */
export function compilePipeline(assembler: Assembler, pipe: PipeNode): void {
  for (const [index, command] of pipe.commands.entries()) {
    compileCommand(assembler, pipe, { command, hasFinal: index > 0 });
    assembler.emit(dropNil);
  }
  for (const variable of pipe.variables) assembler.emit(storing(variable, pipe.isAssign));
  if (!pipe.isAssign) assembler.declarations += pipe.variables.length;
}

function dropNil(machine: Machine): void {
  if (machine.value === null) machine.value = NO_VALUE;
}

function storing({ name }: VariableNode, isAssign: boolean): Step {
  if (!isAssign) return (machine) => machine.declare(name, machine.value);
  return (machine) => {
    const variable = machine.variable(name);
    variable.value = machine.value;
    variable.isAny = false;
  };
}

interface Stage {
  readonly command: CommandNode;
  /** Whether an earlier stage hands over its value as the last argument. */
  readonly hasFinal: boolean;
}

function compileCommand(assembler: Assembler, pipe: PipeNode, stage: Stage): void {
  const { command, hasFinal } = stage;
  const [first, ...args] = command.args;
  const hasArgs = args.length > 0 || hasFinal;
  switch (first.kind) {
    case "identifier":
      compileCall(assembler, first, { node: command, args, hasFinal });
      return;
    case "field":
    case "variable":
    case "chain":
      compileFields(assembler, first, { node: first, args, hasFinal });
      return;
    case "pipe":
      // Go marks neither: its error names the pipeline around it, or what an earlier stage marked.
      if (hasArgs) assembler.emit(failing(hasFinal ? undefined : pipe, notAFunction(first)));
      else compilePipeline(assembler, first);
      return;
    default:
      assembler.emit(hasArgs ? failing(first, notAFunction(first)) : commandValue(first));
  }
}

function notAFunction(node: OperandNode): string {
  return `can't give argument to non-function ${nodeText(node)}`;
}

function failing(node: OperandNode | undefined, problem: string): Step {
  return (machine) => {
    if (node !== undefined) machine.node = node;
    throw machine.error(problem);
  };
}

/** A value that stands where a command does. */
function commandValue(node: OperandNode): Step {
  if (node.kind === "nil") return failing(node, "nil is not a command");
  const value = leafValue(node as LeafNode);
  return (machine) => {
    machine.value = value(machine);
  };
}

/** What needs no steps of its own. */
type LeafNode = Exclude<OperandNode, { kind: "pipe" | "identifier" | "chain" | "nil" }>;

/** Evaluates a node without arguments, and marks it. */
function leafValue(node: LeafNode): (machine: Machine) => GoValue {
  switch (node.kind) {
    case "field":
      return (machine) => {
        machine.node = node;
        return loadFields(machine, node, machine.dot);
      };
    case "variable":
      return variableValue(node);
    case "dot":
      return (machine) => {
        machine.node = node;
        return machine.dot;
      };
    default:
      return constant(node);
  }
}

function variableValue(node: VariableNode): (machine: Machine) => GoValue {
  const { name, fields } = node;
  if (fields.length === 0) {
    return (machine) => {
      machine.node = node;
      return machine.variable(name).value;
    };
  }
  return (machine) => {
    machine.node = node;
    return loadFields(machine, node, machine.variable(name).value);
  };
}

function constant(node: BoolNode | NumberNode | StringNode): (machine: Machine) => GoValue {
  const value = constantValue(node);
  return (machine) => {
    machine.node = node;
    if (value === undefined) throw machine.error(`${nodeText(node)} overflows int`);
    return value;
  };
}

/** A call as it is written. */
interface Invocation {
  /** What errors of the function name. */
  readonly node: CommandNode | OperandNode;
  readonly args: readonly OperandNode[];
  readonly hasFinal: boolean;
}

/** Fields, the last of which may be a method that is called with arguments. */
function compileFields(assembler: Assembler, node: FieldsNode, invocation: Invocation): void {
  const { args, hasFinal } = invocation;
  const isFinalHeld = hasFinal && node.kind === "chain";
  if (isFinalHeld) assembler.emit(holdValue);
  if (node.kind === "chain") compileTerm(assembler, node);
  const base = baseOf(node);
  if (args.length === 0 && !hasFinal) {
    assembler.emit((machine) => {
      machine.value = loadFields(machine, node, base(machine));
    });
    return;
  }
  if (node.fields.length === 0) {
    assembler.emit((machine) => void base(machine));
    assembler.emit(failing(node, notAFunction(node)));
    return;
  }
  const name = node.fields.at(-1) ?? "";
  const end = assembler.label();
  assembler.emit((machine) => {
    const before = machine.value;
    const final = isFinalHeld ? heldValue(machine) : hasFinal ? before : undefined;
    const declared = loadMethod(machine, node, base(machine));
    if (declared === undefined) {
      machine.value = NO_VALUE;
      machine.pc = end.at;
    } else machine.startCall({ declared, name, decides: undefined, node, final }, args.length);
  });
  compileArguments(assembler, invocation, { end, isDecider: false });
}

const HOLDER: GoFunction = { name: "", params: [], result: "", call: () => null };

/** Puts the value aside that a pipeline hands over, while the term of a chain is evaluated. */
function holdValue(machine: Machine): void {
  const { value, call } = machine;
  const node: DotNode = { kind: "dot", position: 0 };
  machine.call = {
    declared: HOLDER,
    name: "",
    decides: undefined,
    node,
    args: [],
    final: value,
    outer: call,
  };
}

function heldValue(machine: Machine): GoValue | undefined {
  const { call } = machine;
  machine.call = call?.outer;
  return call?.final;
}

function baseOf(node: FieldsNode): (machine: Machine) => GoValue {
  switch (node.kind) {
    case "field":
      return (machine) => {
        machine.node = node;
        return machine.dot;
      };
    case "variable":
      return (machine) => {
        machine.node = node;
        return machine.variable(node.name).value;
      };
    case "chain":
      return (machine) => machine.value;
  }
}

/** What a chain of fields starts from. */
function compileTerm(assembler: Assembler, node: ChainNode): void {
  const { term } = node;
  switch (term.kind) {
    case "pipe":
      compilePipeline(assembler, term);
      return;
    case "identifier":
      compileCall(assembler, term, { node: term, args: [], hasFinal: false });
      return;
    default:
      assembler.emit(failing(node, `indirection through explicit nil in ${nodeText(node)}`));
  }
}

/** Functions whose arguments are evaluated only until one decides. */
const DECIDERS: ReadonlyMap<string, boolean> = new Map([
  ["and", false],
  ["or", true],
]);

function compileCall(assembler: Assembler, identifier: IdentifierNode, invocation: Invocation): void {
  const { name } = identifier;
  const { args, hasFinal, node } = invocation;
  const [callee] = args;
  const builtin = name === "call" ? namedCall(callee && nodeText(callee)) : builtinFunctions.get(name);
  const decider = DECIDERS.get(name);
  assembler.emit((machine) => {
    machine.node = identifier;
    const declared = machine.functions.get(name) ?? builtin;
    if (declared === undefined) throw machine.error(`${quoteGo(name)} is not a defined function`);
    const decides = declared === builtin ? decider : undefined;
    const final = hasFinal ? machine.value : undefined;
    machine.startCall({ declared, name, decides, node, final }, args.length);
  });
  compileArguments(assembler, invocation, {
    end: assembler.label(),
    isDecider: decider !== undefined,
    ...(name === "slice" && builtin !== undefined ? { boxing: builtin } : {}),
  });
}

/** How a function takes its arguments. */
interface Passing {
  readonly end: Label;
  readonly isDecider: boolean;
  /** The function that must know which arguments are declared as `interface {}`. */
  readonly boxing?: GoFunction;
}

function compileArguments(
  assembler: Assembler,
  { args }: Invocation,
  { end, isDecider, boxing }: Passing,
): void {
  for (const arg of args) {
    compileArgument(assembler, arg);
    if (boxing !== undefined && arg !== args[0]) assembler.emit(boxingArgument(boxing, arg));
    if (isDecider) assembler.emit((machine) => decide(machine, end));
  }
  assembler.emit((machine) => {
    const { call } = machine;
    if (call !== undefined) finish(machine, call);
  });
  assembler.place(end);
}

function boxingArgument(boxing: GoFunction, node: OperandNode): Step {
  return (machine) => {
    const { call } = machine;
    if (call?.declared !== boxing || !isDeclaredAny(machine, node)) return;
    const value = call.args.pop() as GoValue;
    call.args.push(value === NO_VALUE ? value : new Boxed(value));
  };
}

function finish(machine: Machine, call: PendingCall): void {
  if (call.decides === undefined) {
    machine.finishCall(call);
    return;
  }
  machine.call = call.outer;
  machine.value = call.final ?? (call.args.at(-1) as GoValue);
}

/** Ends the built-in `and` or `or` where the last argument decides. */
function decide(machine: Machine, end: Label): void {
  const { call } = machine;
  if (call?.decides === undefined) return;
  const value = call.args.at(-1) as GoValue;
  if (isTrue(value) !== call.decides) return;
  machine.call = call.outer;
  machine.value = value;
  machine.pc = end.at;
}

function compileArgument(assembler: Assembler, node: OperandNode): void {
  switch (node.kind) {
    case "pipe":
      compilePipeline(assembler, node);
      assembler.emit(passValue);
      return;
    case "identifier":
      compileCall(assembler, node, { node, args: [], hasFinal: false });
      assembler.emit(passValue);
      return;
    case "chain":
      compileFields(assembler, node, { node, args: [], hasFinal: false });
      assembler.emit(passValue);
      return;
    case "field":
    case "variable":
    case "dot":
      assembler.emit(passingLeaf(node));
      return;
    default:
      assembler.emit(passingConstant(node));
  }
}

function passValue(machine: Machine): void {
  const { call } = machine;
  if (call !== undefined) machine.pass(call, machine.value);
}

function passingLeaf(node: LeafNode): Step {
  const value = leafValue(node);
  return (machine) => {
    const { call } = machine;
    if (call !== undefined) machine.pass(call, value(machine));
  };
}

function passingConstant(node: ConstantNode): Step {
  return (machine) => {
    const { call } = machine;
    if (call === undefined) return;
    machine.node = node;
    const argument = constantArgument(node, parameterOf(call.declared, call.args.length));
    if (argument instanceof ArgumentProblem) throw machine.error(argument.text);
    call.args.push(argument);
  };
}
