import { areEqual } from "./comparison.ts";
import { insertInto } from "./library/operators.ts";
import type { Planned } from "./planned.ts";
import type { Qualifier } from "./qualifier.ts";
import { CelFailure, CelMap, CelOptional, noOverload } from "./value.ts";

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

export function conditional(condition: Planned, whenTrue: Planned, whenFalse: Planned): Planned {
  return {
    evaluate: (scope) => {
      const value = condition.evaluate(scope);
      if (value instanceof CelFailure) return value;
      if (typeof value !== "boolean") return noOverload();
      return value ? whenTrue.evaluate(scope) : whenFalse.evaluate(scope);
    },
  };
}

export function equality(left: Planned, right: Planned, isEqual: boolean): Planned {
  return {
    evaluate: (scope) => {
      const first = left.evaluate(scope);
      const second = right.evaluate(scope);
      if (first instanceof CelFailure) return first;
      if (second instanceof CelFailure) return second;
      scope.spend(1);
      return areEqual(first, second) === isEqual;
    },
  };
}

/** `or` gives an optional, `orValue` a value: both look at their argument only where the target is empty. */
export function alternative(left: Planned, right: Planned, isValue: boolean): Planned {
  return {
    evaluate: (scope) => {
      const value = left.evaluate(scope);
      if (value instanceof CelFailure) return value;
      if (!(value instanceof CelOptional)) return noOverload();
      if (value.value === undefined) return right.evaluate(scope);
      return isValue ? value.value : value;
    },
  };
}

export function indexQualifier(index: Planned, isOptional: boolean): Qualifier {
  if (index.constant !== undefined) return { constant: index.constant, isOptional, isTest: false };
  return { evaluate: index.evaluate, isOptional, isTest: false };
}

export function mapInsertion([map, ...rest]: readonly Planned[]): Planned {
  return {
    evaluate: (scope) => {
      const target = map?.evaluate(scope) ?? null;
      const values = rest.map((part) => part.evaluate(scope));
      const failure = [target, ...values].find((value) => value instanceof CelFailure);
      if (failure !== undefined) return failure;
      const [key = null, value] = values;
      if (!(target instanceof CelMap)) return noOverload();
      if (value !== undefined) return insertInto(target, [[key, value]]);
      return key instanceof CelMap ? insertInto(target, key.entries()) : noOverload();
    },
  };
}
