import type { SchemaNode } from "../schema-node.ts";
import { type AnyType, type CheckDef, type Conversion, checksOf, refuseCheck } from "./conversion.ts";

type NumberKeywords = {
  -readonly [K in
    | "type"
    | "format"
    | "minimum"
    | "maximum"
    | "exclusiveMinimum"
    | "exclusiveMaximum"
    | "multipleOf"]?: SchemaNode[K];
};

function readFormat(format: string, node: NumberKeywords): void {
  switch (format) {
    case "float32":
      node.format = "float";
      return;
    case "float64":
      node.format = "double";
      return;
    case "int32":
      node.type = "integer";
      node.format = "int32";
      return;
    case "uint32":
      node.type = "integer";
      node.minimum = 0;
      node.maximum = 2 ** 32 - 1;
      return;
    default:
      // zod's safe integers have bounds of their own, which Kubernetes does not need.
      node.type = "integer";
  }
}

function readCheck(def: CheckDef, node: NumberKeywords, conversion: Conversion): void {
  switch (def.check) {
    case "number_format":
      readFormat(def.format, node);
      return;
    case "greater_than":
      node.minimum = Number(def.value);
      if (!def.inclusive) node.exclusiveMinimum = true;
      return;
    case "less_than":
      node.maximum = Number(def.value);
      if (!def.inclusive) node.exclusiveMaximum = true;
      return;
    case "multiple_of":
      node.multipleOf = Number(def.value);
      return;
    default:
      refuseCheck(conversion, def.check);
  }
}

/** Converts a number: an integer where zod says so, with the bounds that were asked for and no others. */
export function convertNumber(type: AnyType, conversion: Conversion): SchemaNode {
  const node: NumberKeywords = { type: "number" };
  for (const def of checksOf(type)) readCheck(def, node, conversion);
  return node as SchemaNode;
}
