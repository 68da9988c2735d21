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

/** Takes steps into a value. Behind an optional step the whole gives an optional, and what is missing ends it. */
// oxlint-disable-next-line complexity -- the rules of one walk, read together
export function qualifyAll(start: CelValue, qualifiers: readonly Qualifier[], scope: Scope): CelValue {
  scope.spend(1 + qualifiers.length);
  if (qualifiers.length === 0) return start;
  let isOptional = start instanceof CelOptional;
  if (start instanceof CelOptional && start.value === undefined)
    return qualifiers.at(-1)?.isTest === true ? false : start;
  let value = start instanceof CelOptional ? (start.value ?? null) : start;
  for (const qualifier of qualifiers) {
    const key = qualifier.constant ?? qualifier.evaluate?.(scope) ?? null;
    if (key instanceof CelFailure) return key;
    const found = step(value, key);
    if (qualifier.isTest) return found instanceof CelFailure ? found : found !== undefined;
    if (found instanceof CelFailure) return found;
    isOptional ||= qualifier.isOptional;
    if (found === undefined) {
      if (!isOptional)
        return isList(value) ? new CelFailure(`index out of bounds: ${formatKey(key)}`) : noSuchKey(key);
      return qualifiers.at(-1)?.isTest === true ? false : new CelOptional(undefined);
    }
    value = found;
  }
  return isOptional ? new CelOptional(value) : value;
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
