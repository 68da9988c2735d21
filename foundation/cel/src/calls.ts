import { compileRegexp, RegexpSyntaxError } from "@weir/text";
import { CelProgramError } from "./cel-error.ts";
import type { CallMeter } from "./cost/call-meter.ts";
import type { CallWork } from "./cost/call-work.ts";
import { type CelFunction, dispatch, type Overload } from "./function-table.ts";
import { PATTERN_SEARCHES, patternSearcher } from "./library/pattern-search.ts";
import type { Planned } from "./planned.ts";
import type { Scope } from "./scope.ts";
import { CelDuration, CelFailure, CelTimestamp, CelTypeName, type CelValue, noOverload } from "./value.ts";

/** What a call does with the values of its operands. */
export type Application = (values: readonly CelValue[]) => CelValue;

/** How operands are evaluated: both of two always, or none behind one that fails. */
export interface CallStyle {
  readonly isBinary: boolean;
  readonly meter: CallMeter;
  readonly work: CallWork | undefined;
}

/** Evaluates operands and calls. A call costs something as soon as its last operand was evaluated. */
export function calling(
  args: readonly Planned[],
  apply: Application,
  style: CallStyle,
): (scope: Scope) => CelValue {
  const call = worked(metered(apply, style.meter), style.work);
  const [first, second] = args;
  if (first === undefined) return (scope) => call([], scope);
  if (second === undefined) {
    return (scope) => {
      const value = first.evaluate(scope);
      return call([value], scope, value instanceof CelFailure ? value : undefined);
    };
  }
  if (args.length === 2 && style.isBinary) {
    return (scope) => {
      const left = first.evaluate(scope);
      const right = second.evaluate(scope);
      const failure = left instanceof CelFailure ? left : right instanceof CelFailure ? right : undefined;
      return call([left, right], scope, failure);
    };
  }
  return (scope) => {
    const values: CelValue[] = [];
    for (const argument of args) {
      const value = argument.evaluate(scope);
      values.push(value);
      if (value instanceof CelFailure)
        return values.length < args.length ? value : call(values, scope, value);
    }
    return call(values, scope);
  };
}

type MeteredCall = (values: readonly CelValue[], scope: Scope, failure?: CelFailure) => CelValue;

/** Counts before a call what it is about to do. */
function worked(call: MeteredCall, work: CallWork | undefined): MeteredCall {
  if (work === undefined) return call;
  return (values, scope, failure) => {
    if (failure === undefined) scope.work(work(values));
    return call(values, scope, failure);
  };
}

function metered(apply: Application, meter: CallMeter): MeteredCall {
  switch (meter.kind) {
    case "fixed":
      return (values, scope, failure) => {
        scope.spend(meter.cost);
        return failure ?? apply(values);
      };
    case "operands":
      return (values, scope, failure) => {
        scope.spend(meter.cost(values));
        return failure ?? apply(values);
      };
    case "result":
      return (values, scope, failure) => {
        const result = failure ?? apply(values);
        scope.spend(meter.cost(result));
        return result;
      };
  }
}

/** Whether an operand is a constant pattern. Throws `CelProgramError` where it is one that cannot be compiled. */
export function checkPattern(pattern: CelValue | undefined): boolean {
  if (typeof pattern !== "string") return false;
  try {
    compileRegexp(pattern);
    return true;
  } catch (error) {
    if (error instanceof RegexpSyntaxError) throw new CelProgramError(error.message);
    throw error;
  }
}

/** A function of a fixed number of operands cannot be planned with another. */
// oxlint-disable-next-line complexity -- the defaults of absent parts count as branches
export function checkArity(
  name: string,
  called: CelFunction | undefined,
  overloads: readonly Overload[],
  count: number,
): void {
  const single =
    overloads.length === 1 && (called?.overloads.length ?? 0) === 1 ? overloads[0]?.params.length : undefined;
  const arity = called?.singleton?.arity ?? (single === 1 || single === 2 ? single : undefined);
  if (count === 0 && (called === undefined || arity !== undefined))
    throw new CelProgramError(`no such overload: ${name}()`);
  if (arity === undefined || arity === count) return;
  const shown = ["", "arg", "lhs, rhs"][count] ?? "...";
  throw new CelProgramError(`no such overload: ${name}(${shown})`);
}

/** A call of a function, and what it may mean. */
export interface Called {
  readonly id: number;
  readonly name: string;
  readonly called: CelFunction | undefined;
  readonly overloads: readonly Overload[];
}

/** What a function does with operands of which all have values. The pattern of one may have been compiled beforehand. */
export function application(call: Called, hasPattern: boolean): Application {
  const search = call.called === undefined ? undefined : PATTERN_SEARCHES.get(call.name);
  const apply = plainApplication(call);
  if (search === undefined) return apply;
  const searcher = patternSearcher(search);
  return hasPattern ? knownSearch(searcher) : anySearch(searcher, apply);
}

type Searcher = ReturnType<typeof patternSearcher>;

function anySearch(searcher: Searcher, apply: Application): Application {
  return (values) => {
    const [text, pattern, more] = values;
    return typeof text === "string" && typeof pattern === "string" && isLimit(more)
      ? searcher(text, pattern, more)
      : apply(values);
  };
}

/** cel-go searches for a pattern that it knows in whatever is a text in Go, such as the name of a type. */
function knownSearch(searcher: Searcher): Application {
  return ([target, pattern, more]) => {
    const text = target instanceof CelTypeName ? target.name : target;
    return typeof text === "string" && typeof pattern === "string" && isLimit(more)
      ? searcher(text, pattern, more)
      : noOverload();
  };
}

function isLimit(more: CelValue | undefined): boolean {
  return more === undefined || typeof more === "bigint";
}

function plainApplication({ id, name, called, overloads }: Called): Application {
  const singleton = called?.singleton;
  if (singleton !== undefined) {
    const { accepts = () => true, apply } = singleton;
    return (values) => (accepts(values[0] ?? null) ? apply(...values) : unknown(id, name, values));
  }
  if (!overloads.some(({ apply }) => apply !== undefined)) return (values) => unknown(id, name, values);
  return (values) => dispatch(name, overloads, values);
}

/** What cel-go says of a call that nothing handles depends on the kind and the number of its operands. */
function unknown(id: number, name: string, values: readonly CelValue[]): CelFailure {
  const [first = null] = values;
  if (typeof first === "string" || first instanceof CelTimestamp || first instanceof CelDuration)
    return noOverload();
  return new CelFailure(`no such overload: ${name}${values.length > 2 ? ` ${id}` : ""}`);
}
