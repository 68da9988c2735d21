import { GoObject, type GoValue } from "@weir/text";

import type { OperandNode } from "../parse/node.ts";
import { ANY } from "./go-type.ts";
import { declaredTypeAt, isBaseAny } from "./load-fields.ts";
import type { Machine } from "./machine.ts";

/**
 * A value that is declared as `interface {}`.
 *
 * The built-in `slice` alone among the functions does not look inside: it takes no such value for an index.
 */
export class Boxed extends GoObject {
  override readonly type = ANY;
  override readonly kind = "interface";
  readonly value: GoValue;

  constructor(value: GoValue) {
    super();
    this.value = value;
  }
}

/** Whether what a node gave is declared as `interface {}`: constants and pipelines are not. */
export function isDeclaredAny(machine: Machine, node: OperandNode): boolean {
  switch (node.kind) {
    case "dot":
      return machine.isDotAny;
    case "identifier":
      return machine.functions.get(node.name)?.result === ANY;
    case "field":
      return declaredTypeAt(machine, node, machine.dot) === ANY;
    case "variable":
      if (node.fields.length === 0) return isBaseAny(machine, node);
      return declaredTypeAt(machine, node, machine.variable(node.name).value) === ANY;
    default:
      return false;
  }
}
