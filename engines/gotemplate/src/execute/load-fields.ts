import { type GoFunction, GoMap, GoObject, type GoType, type GoValue } from "@weir/text";

import type { ChainNode, FieldNode, VariableNode } from "../parse/node.ts";
import { BoundMethod, declaredTypeOf, FieldProblem, fieldValue, shownType } from "./field-value.ts";
import { ANY } from "./go-type.ts";
import type { Machine } from "./machine.ts";
import { NO_VALUE } from "./no-value.ts";
import type { TemplateExecError } from "./template-error.ts";

/** A node with fields: of the dot, of a variable or of a term. */
export type FieldsNode = FieldNode | VariableNode | ChainNode;

/** The value of the first fields of a node (all unless told), taken from what is before them. */
export function loadFields(
  machine: Machine,
  node: FieldsNode,
  base: GoValue,
  count: number = node.fields.length,
): GoValue {
  let value = base;
  for (let index = 0; index < count; index += 1) {
    const found = value instanceof Map ? value.get(node.fields[index] as string) : undefined;
    value = found === undefined ? loadSlowly(machine, node, { base, value, index }) : found;
  }
  return value;
}

/** Where a walk along fields is. */
interface Walk {
  readonly base: GoValue;
  /** What the field at `index` is taken from. */
  readonly value: GoValue;
  readonly index: number;
}

function loadSlowly(machine: Machine, node: FieldsNode, walk: Walk): GoValue {
  const name = node.fields[walk.index] as string;
  const found = fieldValue(walk.value, name, machine.missingKey);
  if (found instanceof BoundMethod) return machine.callMethod(found.declared, name, node);
  if (found instanceof FieldProblem) throw fieldError(machine, node, { walk, problem: found });
  return found;
}

function fieldError(
  machine: Machine,
  node: FieldsNode,
  { walk, problem }: { readonly walk: Walk; readonly problem: FieldProblem },
): TemplateExecError {
  return machine.error(problem.text(receiverType(machine, node, walk)));
}

/** The type that a receiver is declared with: found by walking again, since messages alone need it. */
function receiverType(machine: Machine, node: FieldsNode, { base, value, index }: Walk): GoType {
  if (index === 0) return shownType(value, isBaseAny(machine, node));
  return shownType(value, declaredTypeAt(machine, node, base, index) === ANY);
}

/** The type that the first fields of a node (all unless told) are declared to give. */
export function declaredTypeAt(
  machine: Machine,
  node: FieldsNode,
  base: GoValue,
  count: number = node.fields.length,
): GoType {
  const owner = loadFields(machine, node, base, count - 1);
  return declaredTypeOf(owner, node.fields[count - 1] as string);
}

/** Whether what the fields of a node are taken from is declared as `interface {}`. */
export function isBaseAny(machine: Machine, node: FieldsNode): boolean {
  if (node.kind === "field") return machine.isDotAny;
  if (node.kind === "variable") return machine.variable(node.name).isAny;
  return node.term.kind === "identifier" && machine.functions.get(node.term.name)?.result === ANY;
}

/**
 * The method that `.a.b x` calls. Nothing where there is no value before it, which then is the result; whatever else has
 * arguments is an error.
 */
export function loadMethod(machine: Machine, node: FieldsNode, base: GoValue): GoFunction | undefined {
  const index = node.fields.length - 1;
  const name = node.fields[index] as string;
  const value = loadFields(machine, node, base, index);
  const found = fieldValue(value, name, value === NO_VALUE ? machine.missingKey : "zero");
  if (found instanceof BoundMethod) return found.declared;
  if (found instanceof FieldProblem) {
    throw fieldError(machine, node, { walk: { base, value, index }, problem: found });
  }
  if (value === NO_VALUE) return undefined;
  throw machine.error(
    isMap(value)
      ? `${name} is not a method but has arguments`
      : `${name} has arguments but cannot be invoked as function`,
  );
}

function isMap(value: GoValue): boolean {
  if (value instanceof GoObject) return value.underlying !== undefined && isMap(value.underlying);
  return value instanceof Map || value instanceof GoMap;
}
