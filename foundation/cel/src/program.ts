import { fold } from "./fold.ts";
import { constant, type Path, type Planned } from "./planned.ts";
import {
  alternative,
  conditional,
  equality,
  indexQualifier,
  logical,
  mapInsertion,
} from "./special-calls.ts";
import { CelProgramError } from "./cel-error.ts";
import type { Checked } from "./checker.ts";
import { type CelFunction, dispatch, type FunctionTable, type Overload } from "./function-table.ts";
import { formatKey } from "./library/operators.ts";
import { MESSAGES } from "./messages.ts";
import { type Qualifier, qualifyAll } from "./qualifier.ts";
import { type Evaluation, Scope } from "./scope.ts";
import {
  type CallNode,
  type ComprehensionNode,
  type ListNode,
  type MapNode,
  type MessageNode,
  type Node,
  qualifiedName,
} from "./syntax.ts";
import {
  CelDuration,
  CelFailure,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  type CelValue,
  isList,
  isMapKey,
  noOverload,
  typeNameOf,
} from "./value.ts";
import { compileRegexp, RegexpSyntaxError } from "@weir/text";

/** What a program is made of. */
export interface ProgramEnvironment {
  readonly functions: FunctionTable;
  readonly typeNames: ReadonlySet<string>;
  /** Functions whose constant pattern is compiled before any evaluation, and where the pattern stands. */
  readonly patterns: ReadonlySet<string>;
}

const CONVERSIONS = new Set("bool bytes double dyn duration int string timestamp type uint".split(" "));
const COSTS = { list: 10, map: 30 };

/** Turns an expression into closures. Throws `CelProgramError` where a constant part cannot be evaluated. */
export function plan(root: Node, environment: ProgramEnvironment, checked: Checked | undefined): Planned {
  return new Planner(environment, checked).plan(root);
}

/** Runs a program with values for its variables. */
export function run(program: Planned, evaluation: Evaluation): CelValue {
  return program.evaluate(new Scope(evaluation));
}

class Planner {
  readonly #environment: ProgramEnvironment;
  readonly #checked: Checked | undefined;

  constructor(environment: ProgramEnvironment, checked: Checked | undefined) {
    this.#environment = environment;
    this.#checked = checked;
  }

  plan(node: Node): Planned {
    switch (node.kind) {
      case "literal":
        return constant(node.value);
      case "ident":
        return this.#path({ base: node.name, qualifiers: [] });
      case "select": {
        const named = this.#typeName(qualifiedName(node));
        if (named !== undefined) return named;
        const qualifier: Qualifier = { constant: node.field, isOptional: false, isTest: node.isTest };
        return this.#extend(this.plan(node.operand), qualifier);
      }
      case "call":
        return this.#call(node);
      case "list":
        return this.#list(node);
      case "map":
        return this.#map(node);
      case "message":
        return this.#message(node);
      case "comprehension":
        return this.#comprehension(node);
    }
  }

  #typeName(name: string | undefined): Planned | undefined {
    if (name === undefined || !name.includes(".") || !this.#environment.typeNames.has(name)) return undefined;
    return constant(new CelTypeName(name));
  }

  #extend(operand: Planned, qualifier: Qualifier): Planned {
    const path = operand.path ?? { base: operand, qualifiers: [] };
    return this.#path({ base: path.base, qualifiers: [...path.qualifiers, qualifier] });
  }

  #path(path: Path): Planned {
    const { base, qualifiers } = path;
    if (typeof base !== "string") {
      const evaluate = (scope: Scope): CelValue => {
        const value = base.evaluate(scope);
        return value instanceof CelFailure ? value : qualifyAll(value, qualifiers, scope);
      };
      return { evaluate, path };
    }
    return {
      evaluate: this.#checked === undefined ? this.#unresolved(path, base) : this.#variable(base, qualifiers),
      path,
    };
  }

  #variable(name: string, qualifiers: readonly Qualifier[]): (scope: Scope) => CelValue {
    const isRooted = name.startsWith(".");
    const plainName = isRooted ? name.slice(1) : name;
    const type = this.#environment.typeNames.has(plainName) ? new CelTypeName(plainName) : undefined;
    return (scope) => {
      const value = isRooted ? scope.variable(plainName) : scope.resolve(plainName);
      if (value === undefined) {
        return type !== undefined && qualifiers.length === 0
          ? type
          : new CelFailure(`no such attribute(s): ${plainName}`, true);
      }
      return value instanceof CelFailure ? value : qualifyAll(value, qualifiers, scope);
    };
  }

  /** Without a checker `a.b.c` may be a variable of that name, or a field of `a.b`, or of `a`: the longest name wins. */
  #unresolved({ qualifiers }: Path, base: string): (scope: Scope) => CelValue {
    const candidates = [{ name: base.startsWith(".") ? base.slice(1) : base, rest: qualifiers }];
    for (const [index, { constant: field, isTest }] of qualifiers.entries()) {
      if (typeof field !== "string" || isTest) break;
      const last = candidates.at(-1)?.name ?? "";
      candidates.push({ name: `${last}.${field}`, rest: qualifiers.slice(index + 1) });
    }
    candidates.reverse();
    const missing = new CelFailure(
      `no such attribute(s): ${this.#missingName(candidates[0]?.name ?? "", qualifiers)}`,
      true,
    );
    return (scope) => {
      for (const { name, rest } of candidates) {
        const value = scope.resolve(name);
        if (value instanceof CelFailure) return value;
        if (value !== undefined) return qualifyAll(value, rest, scope);
        if (rest.length === 0 && this.#environment.typeNames.has(name)) return new CelTypeName(name);
      }
      return missing;
    };
  }

  /** A field that `has()` asks for is part of the name that is missing, too. */
  #missingName(name: string, qualifiers: readonly Qualifier[]): string {
    const last = qualifiers.at(-1);
    const isWhole = qualifiers.slice(0, -1).every((qualifier) => typeof qualifier.constant === "string");
    return last?.isTest === true && isWhole ? `${name}.${String(last.constant)}` : name;
  }

  // oxlint-disable-next-line complexity -- one case for each special function
  #call(node: CallNode): Planned {
    const { args, name } = this.#resolved(node);
    const planned = args.map((argument) => this.plan(argument));
    const [first = constant(null), second = constant(null), third = constant(null)] = planned;
    switch (name) {
      case "_&&_":
        return logical(first, second, false);
      case "_||_":
        return logical(first, second, true);
      case "_?_:_":
        return conditional(first, second, third);
      case "_==_":
        return equality(first, second, true);
      case "_!=_":
        return equality(first, second, false);
      case "_[_]":
      case "_?._":
      case "_[?_]":
        return this.#extend(first, indexQualifier(second, name !== "_[_]"));
      case "@not_strictly_false":
        return { evaluate: (scope) => first.evaluate(scope) !== false };
      case "or":
      case "orValue":
        if (planned.length === 2) return alternative(first, second, name === "orValue");
    }
    return this.#function(node, name, planned);
  }

  /** The function that is called: of `ip.isCanonical(x)` the target is part of its name. */
  #resolved(node: CallNode): { readonly name: string; readonly args: readonly Node[] } {
    const { name, target, args } = node;
    if (target === undefined) return { name: name.startsWith(".") ? name.slice(1) : name, args };
    const prefix = qualifiedName(target);
    const joined = `${prefix}.${name}`;
    const isNamespaced =
      this.#checked === undefined
        ? prefix !== undefined && this.#environment.functions.find(joined) !== undefined
        : this.#checked.namespaced.has(node.id);
    return isNamespaced ? { name: joined, args } : { name, args: [target, ...args] };
  }

  #function(node: CallNode, name: string, args: readonly Planned[]): Planned {
    if (name === "cel.@mapInsert") return mapInsertion(args);
    const called = this.#environment.functions.find(name);
    const overloads = this.#checked?.overloads.get(node.id) ?? called?.overloads ?? [];
    checkArity(name, called, overloads, args.length);
    if (this.#environment.patterns.has(name)) checkPattern(args[1]?.constant);
    const apply = application(node.id, name, called, overloads);
    const evaluate = (scope: Scope): CelValue => {
      const values: CelValue[] = [];
      for (const argument of args) {
        const value = argument.evaluate(scope);
        if (value instanceof CelFailure) return value;
        values.push(value);
      }
      scope.spend(1);
      return apply(values);
    };
    return CONVERSIONS.has(name) ? folded(evaluate, args) : { evaluate };
  }

  #list(node: ListNode): Planned {
    const elements = node.elements.map((element) => this.plan(element));
    const evaluate = (scope: Scope): CelValue => {
      scope.spend(COSTS.list);
      const items: CelValue[] = [];
      for (const [index, element] of elements.entries()) {
        const value = element.evaluate(scope);
        if (value instanceof CelFailure) return value;
        if (!node.optional.has(index)) items.push(value);
        else if (!(value instanceof CelOptional)) return notOptional(value);
        else if (value.value !== undefined) items.push(value.value);
      }
      return items;
    };
    if (elements.length === 0 || node.optional.size > 0) return { evaluate };
    const constants = elements.map((element) => element.constant);
    return constants.every((value) => value !== undefined) ? constant(constants) : { evaluate };
  }

  #map(node: MapNode): Planned {
    const entries = node.entries.map(({ key, value, isOptional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      isOptional,
    }));
    return {
      evaluate: (scope) => {
        scope.spend(COSTS.map);
        const map = new CelMap();
        for (const { key, value, isOptional } of entries) {
          const keyValue = key.evaluate(scope);
          if (keyValue instanceof CelFailure) return keyValue;
          if (!isMapKey(keyValue)) return new CelFailure(`unsupported key type: ${typeNameOf(keyValue)}`);
          const item = value.evaluate(scope);
          if (item instanceof CelFailure) return item;
          if (!isOptional) map.insert(keyValue, item);
          else if (!(item instanceof CelOptional)) return notOptional(item);
          else if (item.value !== undefined) map.insert(keyValue, item.value);
        }
        return map;
      },
    };
  }

  #message(node: MessageNode): Planned {
    const message = MESSAGES.get(node.typeName.replace(/^\./, ""));
    if (message === undefined) throw new CelProgramError(`unknown type: ${node.typeName}`);
    const fields = node.fields.map(({ name, value }) => ({ name, value: this.plan(value) }));
    return {
      evaluate: (scope) => {
        const values = new Map<string, CelValue>();
        for (const { name, value } of fields) {
          const given = value.evaluate(scope);
          if (given instanceof CelFailure) return given;
          if (!message.fields.has(name)) return new CelFailure(`no such field: ${name}`);
          values.set(name, given);
        }
        return message.make(values);
      },
    };
  }

  #comprehension(node: ComprehensionNode): Planned {
    const range = this.plan(node.range);
    const parts = {
      init: this.plan(node.init),
      condition: this.plan(node.condition),
      step: this.#step(node),
      result: this.plan(node.result),
    };
    const names = { first: node.variable, second: node.secondVariable, accumulator: node.accumulator };
    return { evaluate: (scope) => fold(scope, range.evaluate(scope), names, parts) };
  }

  /** Adding one element to the accumulator changes it in place: a copy for each element would cost the square of the list. */
  #step({ step, accumulator }: ComprehensionNode): Planned {
    if (step.kind !== "call") return this.plan(step);
    const [first, second, third] = step.args;
    if (step.name === "_?_:_" && first !== undefined && second !== undefined && third?.kind === "ident") {
      const added = this.#appended(second, accumulator);
      if (added !== undefined) return conditional(this.plan(first), added, this.plan(third));
    }
    return this.#appended(step, accumulator) ?? this.plan(step);
  }

  #appended(node: Node, accumulator: string): Planned | undefined {
    if (node.kind !== "call" || node.name !== "_+_") return undefined;
    const [list, added] = node.args;
    if (list?.kind !== "ident" || list.name !== accumulator || added?.kind !== "list") return undefined;
    const [element] = added.elements;
    if (element === undefined || added.elements.length !== 1 || added.optional.size > 0) return undefined;
    const planned = this.plan(element);
    return {
      evaluate: (scope) => {
        const whole = scope.resolve(accumulator) ?? null;
        if (whole instanceof CelFailure) return whole;
        const value = planned.evaluate(scope);
        if (value instanceof CelFailure) return value;
        scope.spend(1);
        if (isList(whole)) (whole as CelValue[]).push(value);
        return whole;
      },
    };
  }
}

function folded(evaluate: (scope: Scope) => CelValue, args: readonly Planned[]): Planned {
  if (args.length !== 1 || args[0]?.constant === undefined) return { evaluate };
  const value = evaluate(new Scope({ variables: () => undefined, cost: { left: Number.MAX_SAFE_INTEGER } }));
  if (value instanceof CelFailure) throw new CelProgramError(value.message);
  return constant(value);
}

function notOptional(value: CelValue): CelFailure {
  return new CelFailure(
    `cannot initialize optional list element from non-optional value ${formatKey(value)}`,
  );
}

function checkPattern(pattern: CelValue | undefined): void {
  if (typeof pattern !== "string") return;
  try {
    compileRegexp(pattern);
  } catch (error) {
    if (error instanceof RegexpSyntaxError) throw new CelProgramError(error.message);
    throw error;
  }
}

/** A function of a fixed number of operands cannot be planned with another. */
// oxlint-disable-next-line complexity -- the defaults of absent parts count as branches
function checkArity(
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

function application(
  id: number,
  name: string,
  called: CelFunction | undefined,
  overloads: readonly Overload[],
): (values: readonly CelValue[]) => CelValue {
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
