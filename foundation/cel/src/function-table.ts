import type { CelType } from "./cel-type.ts";
import { type CelValue, CelFailure, CelMap, CelUint, isList, typeNameOf } from "./value.ts";

/** One signature of a function, and what it does. */
export interface Overload {
  readonly isMember: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Absent where the evaluator handles the function by itself. */
  readonly apply?: (...args: readonly CelValue[]) => CelValue;
  /** The implementation looks at its operands by itself. */
  readonly isUnguarded?: boolean;
}

/** A function of an environment. */
export interface CelFunction {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** One implementation for all overloads, which looks at its operands by itself. */
  readonly singleton?: Singleton;
}

export interface Singleton {
  /** The number of arguments that it takes; any where it is absent. */
  readonly arity?: number;
  /** Whether the first operand is of a kind that the function is for. */
  readonly accepts?: (value: CelValue) => boolean;
  readonly apply: (...args: readonly CelValue[]) => CelValue;
}

/** The functions of an environment by name; two declarations of one name are joined. */
export class FunctionTable {
  readonly #functions = new Map<string, CelFunction>();

  constructor(functions: Iterable<CelFunction>) {
    for (const declared of functions) {
      const known = this.#functions.get(declared.name);
      const joined = known === undefined ? declared : joinFunctions(known, declared);
      this.#functions.set(declared.name, joined);
    }
  }

  /** A table that has further functions. */
  with(functions: Iterable<CelFunction>): FunctionTable {
    return new FunctionTable([...this.#functions.values(), ...functions]);
  }

  find(name: string): CelFunction | undefined {
    return this.#functions.get(name.startsWith(".") ? name.slice(1) : name);
  }
}

function joinFunctions(known: CelFunction, added: CelFunction): CelFunction {
  const singleton = added.singleton ?? known.singleton;
  return {
    name: known.name,
    overloads: [...known.overloads, ...added.overloads],
    ...(singleton === undefined ? {} : { singleton }),
  };
}

/** Declares a function that is called as `name(…)`. */
export function globalFunction(name: string, ...overloads: readonly Signature[]): CelFunction {
  return { name, overloads: overloads.map((signature) => overloadOf(signature, false)) };
}

/** Declares a function that is called as `target.name(…)`. */
export function memberFunction(name: string, ...overloads: readonly Signature[]): CelFunction {
  return { name, overloads: overloads.map((signature) => overloadOf(signature, true)) };
}

/** Parameters, result and implementation of a function. */
export type Signature = readonly [
  params: readonly CelType[],
  result: CelType,
  apply?: (...args: readonly never[]) => CelValue,
];

function overloadOf([params, result, apply]: Signature, isMember: boolean): Overload {
  // The parameters' types are checked before a call, so an implementation may name those that it gets.
  const loose = apply as ((...args: readonly CelValue[]) => CelValue) | undefined;
  return { isMember, params, result, ...(loose === undefined ? {} : { apply: loose }) };
}

/** Calls the first overload whose parameters the operands fit at run time. */
export function dispatch(name: string, overloads: readonly Overload[], args: readonly CelValue[]): CelValue {
  for (const { params, apply, isUnguarded = false } of overloads) {
    if (apply === undefined || params.length !== args.length) continue;
    if (isUnguarded || params.every((param, index) => isOfType(args[index] ?? null, param)))
      return apply(...args);
  }
  return new CelFailure(`no such overload: ${name}(${args.map(typeNameOf).join(", ")})`);
}

/** Whether a value may stand for a parameter; of lists and maps the first element is looked at. */
// oxlint-disable-next-line complexity -- one case for each kind of type
function isOfType(value: CelValue, type: CelType): boolean {
  switch (type.kind) {
    case "dyn":
    case "parameter":
    case "error":
      return true;
    case "list": {
      if (!isList(value)) return false;
      const [first] = value;
      return first === undefined || isOfType(first, type.params[0] ?? type);
    }
    case "map": {
      if (!(value instanceof CelMap)) return false;
      for (const [key, item] of value.entries()) {
        return isOfType(key, type.params[0] ?? type) && isOfType(item, type.params[1] ?? type);
      }
      return true;
    }
    case "wrapper":
      return value === null || isOfType(value, type.params[0] ?? type);
    default:
      return typeNameOf(value) === type.name;
  }
}

/** Whether a value is a number of any kind. */
export function isNumber(value: CelValue): value is bigint | number | CelUint {
  return typeof value === "bigint" || typeof value === "number" || value instanceof CelUint;
}
