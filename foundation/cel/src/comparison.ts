import { isNumber } from "./function-table.ts";
import { compareUtf8 } from "@weir/core";
import { CelCostError } from "./cel-error.ts";
import { listRules } from "./list-rules.ts";
import {
  CelDuration,
  CelFailure,
  CelMap,
  CelObject,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  CelUint,
  type CelValue,
  isList,
  noOverload,
} from "./value.ts";

/** Lists and maps that hold one another many times would be compared without end. */
const MOST_STEPS = 1_000_000;

/** How many more elements and entries are compared. */
interface Steps {
  left: number;
}

/**
 * Whether two values are equal as `==` has it: numbers by their value, values of different types never. Throws `CelCostError`
 * where that takes too long.
 */
// oxlint-disable-next-line complexity -- one line for each kind of value
export function areEqual(left: CelValue, right: CelValue, steps?: Steps): boolean {
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right) === 0;
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (isList(left)) return isList(right) && areEqualLists(left, right, steps ?? { left: MOST_STEPS });
  if (left instanceof CelMap)
    return right instanceof CelMap && areEqualMaps(left, right, steps ?? { left: MOST_STEPS });
  return areEqualObjects(left, right);
}

function step(steps: Steps): void {
  steps.left -= 1;
  if (steps.left < 0) throw new CelCostError();
}

function areEqualObjects(left: CelValue & object, right: CelValue & object): boolean {
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  if (left instanceof CelTimestamp)
    return right instanceof CelTimestamp && left.nanoseconds === right.nanoseconds;
  if (left instanceof CelDuration)
    return right instanceof CelDuration && left.nanoseconds === right.nanoseconds;
  if (left instanceof CelTypeName) return right instanceof CelTypeName && left.name === right.name;
  if (left instanceof CelOptional) return right instanceof CelOptional && areEqualOptionals(left, right);
  return left instanceof CelObject && left.equals(right);
}

function areEqualOptionals(left: CelOptional, right: CelOptional): boolean {
  if (left.value === undefined || right.value === undefined) return left.value === right.value;
  return areEqual(left.value, right.value);
}

function areEqualLists(left: readonly CelValue[], right: readonly CelValue[], steps: Steps): boolean {
  const rules = listRules(left);
  if (rules !== undefined) return rules.isEqual(left, right);
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    step(steps);
    if (!areEqual(left[index] ?? null, right[index] ?? null, steps)) return false;
  }
  return true;
}

function areEqualMaps(left: CelMap, right: CelMap, steps: Steps): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left.entries()) {
    step(steps);
    const other = right.get(key);
    if (other === undefined || !areEqual(value, other, steps)) return false;
  }
  return true;
}

/** Negative, zero or positive; undefined where one is not a number (NaN). */
function compareNumbers(
  left: bigint | number | CelUint,
  right: bigint | number | CelUint,
): number | undefined {
  const first = left instanceof CelUint ? left.value : left;
  const second = right instanceof CelUint ? right.value : right;
  if (first < second) return -1;
  if (first > second) return 1;
  return Number.isNaN(first) || Number.isNaN(second) ? undefined : 0;
}

/** Orders two values as `<` does; an error where they have no order. */
// oxlint-disable-next-line complexity -- one line for each kind of value
export function compareValues(left: CelValue, right: CelValue): number | CelFailure {
  if (isNumber(left)) {
    if (!isNumber(right)) return noOverload();
    return compareNumbers(left, right) ?? new CelFailure("NaN values cannot be ordered");
  }
  if (typeof left === "string") return typeof right === "string" ? compareUtf8(left, right) : noOverload();
  if (typeof left === "boolean")
    return typeof right === "boolean" ? Number(left) - Number(right) : noOverload();
  if (left instanceof Uint8Array)
    return right instanceof Uint8Array ? Buffer.compare(left, right) : noOverload();
  if (left instanceof CelTimestamp && right instanceof CelTimestamp)
    return order(left.nanoseconds, right.nanoseconds);
  if (left instanceof CelDuration && right instanceof CelDuration)
    return order(left.nanoseconds, right.nanoseconds);
  return noOverload();
}

function order(left: bigint, right: bigint): number {
  return left < right ? -1 : Number(left > right);
}
