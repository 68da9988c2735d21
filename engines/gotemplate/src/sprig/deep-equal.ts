import { GoComplex, GoInt, GoMap, GoObject, GoSlice, goTypeOf, type GoValue } from "@weir/text";

import type { TemplateRun } from "../template-run.ts";
import { listItems } from "./list-items.ts";
import { checkNesting } from "./nesting.ts";

/** As `reflect.DeepEqual`: types must be the same, and a nil slice or map is no empty one. */
export function deepEqual(left: GoValue, right: GoValue, run: TemplateRun): boolean {
  return equal(left, right, { run, pairs: [] });
}

/** Pairs that are being compared count as equal, which ends cycles. */
interface Compared {
  readonly run: TemplateRun;
  readonly pairs: readonly (readonly [GoValue, GoValue])[];
}

function equal(left: GoValue, right: GoValue, above: Compared): boolean {
  if (typeof left !== "object" || left === null) return left === right;
  if (typeof right !== "object" || right === null || goTypeOf(left) !== goTypeOf(right)) return false;
  if (left instanceof GoInt || right instanceof GoInt) {
    return left instanceof GoInt && right instanceof GoInt && left.value === right.value;
  }
  if (left === right || above.pairs.some(([a, b]) => a === left && b === right)) return true;
  const { run, pairs } = above;
  checkNesting(pairs.length);
  run.chargeSteps(1 + pairs.length);
  return equalComposites(left, right, { run, pairs: [...pairs, [left, right]] });
}

type Composite = Exclude<GoValue, null | boolean | string | number | GoInt>;

/** Both have the same type. */
function equalComposites(left: Composite, right: Composite, above: Compared): boolean {
  if (isNil(left) !== isNil(right)) return false;
  const entries = mapEntries(left);
  if (entries !== undefined) return equalEntries(entries, mapEntries(right) ?? new Map(), above);
  if (left instanceof GoObject && right instanceof GoObject) return equalObjects(left, right, above);
  if (left instanceof GoComplex && right instanceof GoComplex) {
    return left.real === right.real && left.imaginary === right.imaginary;
  }
  return equalItems(listItems(left) ?? [], listItems(right) ?? [], above);
}

function isNil(value: Composite): boolean {
  return (value instanceof GoSlice || value instanceof GoMap) && value.isNil;
}

function mapEntries(value: Composite): ReadonlyMap<string, GoValue> | undefined {
  if (value instanceof Map) return value;
  return value instanceof GoMap ? value.entries : undefined;
}

function equalEntries(
  left: ReadonlyMap<string, GoValue>,
  right: ReadonlyMap<string, GoValue>,
  above: Compared,
): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !equal(value, other, above)) return false;
  }
  return true;
}

function equalItems(left: readonly GoValue[], right: readonly GoValue[], above: Compared): boolean {
  return left.length === right.length && left.every((item, at) => equal(item, right[at] ?? null, above));
}

function equalObjects(left: GoObject, right: GoObject, above: Compared): boolean {
  if (left.underlying !== undefined || right.underlying !== undefined) {
    return equal(left.underlying ?? null, right.underlying ?? null, above);
  }
  const others = right.fields();
  return left.fields().every(({ value }, at) => equal(value, others[at]?.value ?? null, above));
}
