import {
  compareGoText,
  GoCallError,
  GoComplex,
  type GoFunction,
  GoInt,
  goKindOf,
  GoMap,
  GoObject,
  GoSlice,
  goTypeOf,
  type GoValue,
  isSignedKind,
  sprintf,
} from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { NO_VALUE } from "../execute/no-value.ts";

/** A value of a basic kind, without the name of its type. */
type Basic =
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int" | "uint"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "complex"; readonly value: GoComplex };

function basicOf(value: GoValue): Basic | undefined {
  switch (typeof value) {
    case "boolean":
      return { kind: "bool", value };
    case "string":
      return { kind: "string", value };
    case "number":
      return { kind: "float", value };
    default:
      if (value instanceof GoInt)
        return { kind: isSignedKind(value.kind) ? "int" : "uint", value: value.value };
      if (value instanceof GoComplex) return { kind: "complex", value };
      return value instanceof GoObject && value.underlying !== undefined
        ? basicOf(value.underlying)
        : undefined;
  }
}

/** Whether a pair is a signed and an unsigned integer, or two of a kind: what can be compared at all. */
function areComparable(left: Basic, right: Basic): boolean {
  return left.kind === right.kind || (isInteger(left) && isInteger(right));
}

function isInteger({ kind }: Basic): boolean {
  return kind === "int" || kind === "uint";
}

function incompatible(left: GoValue, right: GoValue): GoCallError {
  return new GoCallError(`incompatible types for comparison: ${goTypeOf(left)} and ${goTypeOf(right)}`);
}

function isEqual(left: GoValue, right: GoValue): boolean {
  // The plain values of JavaScript are of one kind each.
  if (typeof left !== "object" && typeof left === typeof right) return left === right;
  const leftBasic = basicOf(left);
  const rightBasic = basicOf(right);
  if (leftBasic === undefined && rightBasic === undefined) return isSame(left, right);
  if (leftBasic !== undefined && rightBasic !== undefined && areComparable(leftBasic, rightBasic)) {
    return isSameBasic(leftBasic, rightBasic);
  }
  if (left === NO_VALUE || right === NO_VALUE) return false;
  throw incompatible(left, right);
}

function isSameBasic(left: Basic, right: Basic): boolean {
  if (left.kind !== "complex" || right.kind !== "complex") return left.value === right.value;
  return left.value.real === right.value.real && left.value.imaginary === right.value.imaginary;
}

/** Equality of what is of no basic kind: only nil is equal to anything, and structs to structs. */
function isSame(left: GoValue, right: GoValue): boolean {
  if (left !== NO_VALUE && right !== NO_VALUE && goKindOf(left) !== goKindOf(right)) {
    const types = sprintf("%s: %v, %s: %v", [left, goTypeOf(left), goTypeOf(right), right]);
    throw new GoCallError(`non-comparable types ${types}`);
  }
  if (isNil(left) || isNil(right)) return isNil(left) && isNil(right);
  const kind = goKindOf(right);
  if (kind === "map" || kind === "slice") {
    throw new GoCallError(`non-comparable type ${sprintf("%s: %v", [right, goTypeOf(right)])}`);
  }
  return left === right || (kind === "struct" && hasSameFields(left as GoObject, right as GoObject));
}

function hasSameFields(left: GoObject, right: GoObject): boolean {
  if (left.type !== right.type) return false;
  const others = right.fields();
  return left.fields().every(({ value }, index) => {
    const other = others[index]?.value ?? null;
    return value === other || (basicOf(value) !== undefined && isEqual(value, other));
  });
}

function isNil(value: GoValue): boolean {
  return value === NO_VALUE || ((value instanceof GoMap || value instanceof GoSlice) && value.isNil);
}

/** The value that an interface holds: nil is none. */
function held(value: GoValue): GoValue {
  return value === null ? NO_VALUE : value;
}

function isAnyEqual(first: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0) throw new GoCallError("missing argument for comparison");
  const left = held(first);
  return others.some((other) => isEqual(left, held(other)));
}

function isLess(first: GoValue, second: GoValue): boolean {
  const left = basicOf(first);
  const right = basicOf(second);
  if (left === undefined || right === undefined) throw new GoCallError("invalid type for comparison");
  if (!areComparable(left, right)) throw incompatible(first, second);
  if (left.kind === "bool" || left.kind === "complex") throw new GoCallError("invalid type for comparison");
  if (left.kind === "string" && right.kind === "string") return compareGoText(left.value, right.value) < 0;
  return left.value < right.value;
}

function isLessOrEqual(first: GoValue, second: GoValue): boolean {
  return isLess(first, second) || isAnyEqual(first, [second]);
}

/** `eq ne lt le gt ge`: numbers compare with numbers of their kind alone. */
export const comparisonFunctions: readonly GoFunction[] = [
  defineFunction("eq", ["reflect.Value", "...reflect.Value"], "bool", ([first, ...others]) =>
    isAnyEqual(first, others),
  ),
  defineFunction(
    "ne",
    ["reflect.Value", "reflect.Value"],
    "bool",
    ([first, second]) => !isAnyEqual(first, [second]),
  ),
  defineFunction("lt", ["reflect.Value", "reflect.Value"], "bool", ([first, second]) =>
    isLess(first, second),
  ),
  defineFunction("le", ["reflect.Value", "reflect.Value"], "bool", ([first, second]) =>
    isLessOrEqual(first, second),
  ),
  defineFunction(
    "gt",
    ["reflect.Value", "reflect.Value"],
    "bool",
    ([first, second]) => !isLessOrEqual(first, second),
  ),
  defineFunction(
    "ge",
    ["reflect.Value", "reflect.Value"],
    "bool",
    ([first, second]) => !isLess(first, second),
  ),
];
