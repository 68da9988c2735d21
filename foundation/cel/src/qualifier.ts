import { goTypeOf } from "./go-type.ts";
import { formatKey } from "./library/operators.ts";
import type { Scope } from "./scope.ts";
import { CelFailure, CelMap, CelOptional, CelUint, type CelValue, isList, typeNameOf } from "./value.ts";

/** One step into a value: `.field`, `[index]`, `.?field`, `[?index]` or the last step of `has()`. */
export interface Qualifier {
  readonly constant?: CelValue;
  readonly evaluate?: (scope: Scope) => CelValue;
  readonly isOptional: boolean;
  readonly isTest: boolean;
}

/**
 * Takes steps into a value, each of which costs one. Behind an optional step the whole gives an optional, and what is
 * missing ends it.
 */
// oxlint-disable-next-line complexity -- the rules of one walk, read together
export function qualifyAll(start: CelValue, qualifiers: readonly Qualifier[], scope: Scope): CelValue {
  let value = start;
  for (let index = 0; index < qualifiers.length; index++) {
    const qualifier = qualifiers[index] as Qualifier;
    if (qualifier.isOptional || (index === 0 && start instanceof CelOptional))
      return optionally(value, qualifiers, index, scope);
    scope.spend(1);
    const key = qualifier.constant ?? qualifier.evaluate?.(scope) ?? null;
    if (typeof key === "object" && !(key instanceof CelUint)) return unfitKey(key);
    const found = step(value, key);
    if (found instanceof CelFailure) return found;
    if (qualifier.isTest) return found !== undefined;
    if (found === undefined)
      return isList(value) ? new CelFailure(`index out of bounds: ${formatKey(key)}`) : noSuchKey(key);
    value = found;
  }
  return value;
}

/** Takes the steps from an optional one on. What is missing costs nothing. */
// oxlint-disable-next-line max-params, complexity -- the state and the rules of one walk
function optionally(start: CelValue, qualifiers: readonly Qualifier[], from: number, scope: Scope): CelValue {
  const isTest = qualifiers.at(-1)?.isTest === true;
  const absent = isTest ? false : new CelOptional(undefined);
  let value = start;
  if (from === 0 && start instanceof CelOptional) {
    if (start.value === undefined) return absent;
    value = start.value;
  }
  for (const qualifier of qualifiers.slice(from)) {
    const key = qualifier.constant ?? qualifier.evaluate?.(scope) ?? null;
    if (typeof key === "object" && !(key instanceof CelUint)) return unfitKey(key);
    const found = step(value, key);
    if (found instanceof CelFailure) return found;
    if (found === undefined) return absent;
    scope.spend(1);
    value = found;
  }
  return isTest ? true : new CelOptional(value);
}

/** An error, or the error that a value of such a kind is no index of anything. */
function unfitKey(key: CelValue & (object | null)): CelFailure {
  return key instanceof CelFailure ? key : new CelFailure(unfitKeyProblem(key, false));
}

/** What Go says of an index that is no number, text or boolean: data has types of its own, and what an expression makes others. */
export function unfitKeyProblem(key: CelValue, isMade: boolean): string {
  return `invalid qualifier type: ${goTypeOf(key, isMade)}`;
}

function noSuchKey(key: CelValue): CelFailure {
  return new CelFailure(`no such key: ${formatKey(key)}`);
}

/** What lies at a key; undefined where nothing does. */
function step(value: CelValue, key: CelValue): CelValue | undefined {
  if (value instanceof CelMap) return value.get(key);
  if (!isList(value)) return undefined;
  const index = indexOf(key);
  return index instanceof CelFailure ? index : value[index];
}

function indexOf(key: CelValue): number | CelFailure {
  if (typeof key === "bigint") return Number(key);
  if (key instanceof CelUint) return Number(key.value);
  if (typeof key === "number") {
    return Number.isInteger(key) ? key : new CelFailure(`unsupported index value ${key} in list`);
  }
  return new CelFailure(`unsupported index type '${typeNameOf(key)}' in list`);
}
