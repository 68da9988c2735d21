import {
  type GoArgument,
  GoInt,
  GoMap,
  GoObject,
  goInt,
  type GoType,
  goTypeOf,
  type GoValue,
} from "@weir/text";

import type { BoolNode, NilNode, NumberNode, StringNode } from "../parse/node.ts";
import { nodeText } from "../parse/node-text.ts";
import { ANY, canBeNil, constantKindOf, intKindOf, REFLECT_VALUE, zeroOf } from "./go-type.ts";
import { NO_VALUE } from "./no-value.ts";

/** Why a value is no argument of a type. */
export class ArgumentProblem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value as an argument of a parameter's type, as functions get it: integers as bigints. */
export function convertArgument(value: GoValue, type: GoType): GoArgument | ArgumentProblem {
  switch (type) {
    case ANY:
      return value === NO_VALUE ? null : value;
    case REFLECT_VALUE:
      return value;
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "float64":
      if (typeof value === "number") return value;
      break;
    default:
      if (value instanceof GoInt && value.kind === type) return value.value;
      break;
  }
  return convertOther(value, type);
}

function convertOther(value: GoValue, type: GoType): GoArgument | ArgumentProblem {
  if (value === NO_VALUE) {
    return canBeNil(type) ? zeroOf(type) : new ArgumentProblem(`invalid value; expected ${type}`);
  }
  if (value !== null && goTypeOf(value) === type) return asArgument(value);
  const plain = unnamed(value, type);
  if (plain !== undefined) return plain;
  const got = value === null ? ANY : goTypeOf(value);
  return new ArgumentProblem(`wrong type for value; expected ${type}; got ${got}`);
}

function asArgument(value: GoValue): GoArgument {
  const { underlying } = value instanceof GoObject ? value : {};
  return underlying instanceof GoInt ? underlying.value : value;
}

/** A value of a named map or slice type may stand where the same type without its name is asked for. */
function unnamed(value: GoValue, type: GoType): GoValue | undefined {
  if (value instanceof GoMap) {
    if (type !== `map[string]${value.elem}`) return undefined;
    if (value.isNil || value.elem !== ANY) return new GoMap(type, value.elem, value.entries, value.isNil);
    return value.entries;
  }
  if (!(value instanceof GoObject) || value.underlying === undefined) return undefined;
  if (!type.startsWith("map[") && !type.startsWith("[]")) return undefined;
  const { underlying } = value;
  return goTypeOf(underlying) === type ? underlying : unnamed(underlying, type);
}

/** What stands for itself. */
export type ConstantNode = BoolNode | NumberNode | StringNode | NilNode;

const WANTED: Readonly<Record<string, string>> = {
  bool: "bool",
  string: "string",
  int: "integer",
  uint: "unsigned integer",
  float: "float",
  complex: "complex",
};

/** A constant as an argument of a parameter's type: numbers take the type that is asked for if they can. */
export function constantArgument(node: ConstantNode, type: GoType): GoArgument | ArgumentProblem {
  if (node.kind === "nil") {
    return canBeNil(type) ? zeroOf(type) : new ArgumentProblem(`cannot assign nil to ${type}`);
  }
  const kind = constantKindOf(type);
  if (kind === "any") return constantValue(node) ?? new ArgumentProblem(`${nodeText(node)} overflows int`);
  if (kind === "other") return new ArgumentProblem(`can't handle ${nodeText(node)} for arg of type ${type}`);
  const value = node.kind === "number" ? numberArgument(node, kind, type) : node.value;
  const isRight = node.kind === "number" ? value !== undefined : node.kind === kind;
  if (isRight && value !== undefined) return value;
  return new ArgumentProblem(`expected ${WANTED[kind]}; found ${nodeText(node)}`);
}

/** A constant where no type is asked for; nothing if it overflows an int. */
export function constantValue(node: Exclude<ConstantNode, NilNode>): GoValue | undefined {
  return node.kind === "number" ? node.ideal : node.value;
}

function numberArgument(node: NumberNode, kind: string, type: GoType): GoArgument | undefined {
  const { int, uint, float, complex } = node.value;
  if (kind === "int") return int === undefined ? undefined : goInt(int, intKindOf(type)).value;
  if (kind === "uint") return uint === undefined ? undefined : goInt(uint, intKindOf(type)).value;
  if (kind === "float") return float;
  return kind === "complex" ? complex : undefined;
}
