import { type GoInt, type GoIntKind, GoMap, goInt, GoSlice, type GoType, type GoValue } from "@weir/text";

import { NO_VALUE } from "./no-value.ts";

/** The type of what may hold anything. */
export const ANY: GoType = "interface {}";
/** The type of parameters of the built-in functions, which see a value as the evaluator does. */
export const REFLECT_VALUE: GoType = "reflect.Value";

/** What kinds of constants a type takes. */
export type ConstantKind = "any" | "bool" | "string" | "int" | "uint" | "float" | "complex" | "other";

const CONSTANT_KINDS: ReadonlyMap<GoType, ConstantKind> = new Map<GoType, ConstantKind>([
  [ANY, "any"],
  [REFLECT_VALUE, "any"],
  ["bool", "bool"],
  ["string", "string"],
  ["int", "int"],
  ["int8", "int"],
  ["int16", "int"],
  ["int32", "int"],
  ["int64", "int"],
  ["time.Duration", "int"],
  ["time.Month", "int"],
  ["time.Weekday", "int"],
  ["uint", "uint"],
  ["uint8", "uint"],
  ["uint16", "uint"],
  ["uint32", "uint"],
  ["uint64", "uint"],
  ["uintptr", "uint"],
  ["float32", "float"],
  ["float64", "float"],
  ["complex128", "complex"],
]);

export function constantKindOf(type: GoType): ConstantKind {
  return CONSTANT_KINDS.get(type) ?? "other";
}

/** Integer types that have a name of their own, and what they are made of. */
const NAMED_INTS: ReadonlyMap<GoType, GoIntKind> = new Map<GoType, GoIntKind>([
  ["time.Duration", "int64"],
  ["time.Month", "int"],
  ["time.Weekday", "int"],
]);

/** The integer type that a type is, or is made of. */
export function intKindOf(type: GoType): GoIntKind {
  return NAMED_INTS.get(type) ?? (type as GoIntKind);
}

/** Whether nil is a value of the type. */
export function canBeNil(type: GoType): boolean {
  return /^(?:interface \{\}|reflect\.Value|error|\[\]|map\[|\*|func\()/.test(type);
}

/** The empty value of a type: nil where there is one. */
export function zeroOf(type: GoType): GoValue {
  if (type === ANY) return null;
  if (type === REFLECT_VALUE) return NO_VALUE;
  if (type.startsWith("[]")) return new GoSlice(type.slice(2), [], true);
  if (type.startsWith("map[")) return new GoMap(type, type.slice(type.indexOf("]") + 1), new Map(), true);
  switch (constantKindOf(type)) {
    case "string":
      return "";
    case "bool":
      return false;
    case "float":
      return 0;
    case "int":
    case "uint":
      return zeroInt(type);
    default:
      return null;
  }
}

function zeroInt(type: GoType): GoInt {
  return goInt(0n, intKindOf(type));
}
