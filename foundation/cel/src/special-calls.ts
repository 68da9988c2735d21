import { CelProgramError } from "./cel-error.ts";
import { areEqual } from "./comparison.ts";
import { comparisonCost, equalityCost } from "./cost/value-size.ts";
import { isNumber } from "./function-table.ts";
import { insertInto } from "./library/operators.ts";
import { constant, type Planned, unread } from "./planned.ts";
import { type Qualifier, unfitKeyProblem } from "./qualifier.ts";
import {
  CelFailure,
  CelMap,
  CelObject,
  CelOptional,
  CelUint,
  type CelValue,
  isList,
  noOverload,
} from "./value.ts";

/** An error on one side does not matter where the other side decides. */
export function logical(left: Planned, right: Planned, decisive: boolean): Planned {
  return {
    evaluate: (scope) => {
      const first = left.evaluate(scope);
      if (first === decisive) return decisive;
      const second = right.evaluate(scope);
      if (second === decisive) return decisive;
      if (first instanceof CelFailure) return first;
      if (second instanceof CelFailure) return second;
      return typeof first === "boolean" && typeof second === "boolean" ? !decisive : noOverload();
    },
  };
}

/** The test of a quantifier's accumulator: an error does not end it. */
export function notStrictlyFalse(accumulator: Planned): Planned {
  return {
    evaluate: (scope) => {
      const value = accumulator.evaluate(scope);
      scope.spend(1);
      return value !== false;
    },
  };
}

/** Costs what the condition and the chosen branch cost; of a branch that is only read, its steps. */
export function conditional(condition: Planned, whenTrue: Planned, whenFalse: Planned): Planned {
  const onTrue = unread(whenTrue);
  const onFalse = unread(whenFalse);
  const planned: Planned = {
    evaluate: (scope) => {
      const value = condition.evaluate(scope);
      if (value === true) return onTrue(scope);
      if (value === false) return onFalse(scope);
      return value instanceof CelFailure ? value : noOverload();
    },
  };
  return { ...planned, path: { base: planned, qualifiers: [], isConditional: true } };
}

export function equality(left: Planned, right: Planned, isEqual: boolean): Planned {
  const cost = isEqual ? equalityCost : comparisonCost;
  return {
    evaluate: (scope) => {
      const first = left.evaluate(scope);
      const second = right.evaluate(scope);
      scope.spend(cost(first, second));
      if (first instanceof CelFailure) return first;
      if (second instanceof CelFailure) return second;
      if (isRefused(first, second)) return isEqual ? noOverload() : true;
      return areEqual(first, second) === isEqual;
    },
  };
}

const LIBRARY_TYPE = /^(?:kubernetes|net)\./;

/**
 * Values of Kubernetes' libraries are compared with their like only; a quantity that was computed and what belongs to an
 * authorizer have no like.
 */
function isRefused(left: CelValue, right: CelValue): boolean {
  if (!(left instanceof CelObject) || right === null || !LIBRARY_TYPE.test(left.typeName)) return false;
  return !(right instanceof CelObject) || right.isReference || right.typeName !== left.typeName;
}

/** Looking for a value in a list of constants, where all of them are numbers, texts or booleans. */
export function constantMembership(item: Planned, list: CelValue | undefined): Planned | undefined {
  if (list === undefined || !isList(list)) return undefined;
  if (list.length === 0) return constant(false);
  if (
    !list.every((element) => isNumber(element) || typeof element === "string" || typeof element === "boolean")
  )
    return undefined;
  const texts = new Set(list.filter((element) => typeof element === "string"));
  const others = list.filter((element) => typeof element !== "string");
  return {
    evaluate: (scope) => {
      const value = item.evaluate(scope);
      if (typeof value === "string") return texts.has(value);
      return value instanceof CelFailure ? value : others.some((element) => areEqual(element, value));
    },
  };
}

/** `or` gives an optional, `orValue` a value: both look at their argument only where the target is empty. */
export function alternative(left: Planned, right: Planned, isValue: boolean): Planned {
  return {
    evaluate: (scope) => {
      const value = left.evaluate(scope);
      if (!(value instanceof CelOptional)) return value;
      if (value.value === undefined) return right.evaluate(scope);
      return isValue ? value.value : value;
    },
  };
}

/** An index that is a path is read without the cost of reading it. */
export function indexQualifier(index: Planned, isOptional: boolean): Qualifier {
  const { constant: key } = index;
  if (key !== undefined) {
    if (typeof key === "object" && !(key instanceof CelUint))
      throw new CelProgramError(unfitKeyProblem(key, true));
    return { constant: key, isOptional, isTest: false };
  }
  return { evaluate: unread(index), isOptional, isTest: false };
}

/** What adds entries to the map that a macro makes. */
export function insertMapEntries([target = null, key = null, value]: readonly CelValue[]): CelValue {
  if (!(target instanceof CelMap)) return noOverload();
  if (value !== undefined) return insertInto(target, [[key, value]]);
  return key instanceof CelMap ? insertInto(target, key.entries()) : noOverload();
}
