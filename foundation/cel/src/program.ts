import { fold } from "./fold.ts";
import { constant, type Path, type Planned, unread } from "./planned.ts";
import {
  alternative,
  conditional,
  constantMembership,
  equality,
  indexQualifier,
  insertMapEntries,
  logical,
  notStrictlyFalse,
} from "./special-calls.ts";
import { CelProgramError } from "./cel-error.ts";
import type { Checked } from "./checker.ts";
import type { FunctionTable, Overload } from "./function-table.ts";
import { formatKey } from "./library/operators.ts";
import type { FindMessage } from "./messages.ts";
import { type Qualifier, qualifyAll } from "./qualifier.ts";
import { type Evaluation, Scope } from "./scope.ts";
import {
  type CallNode,
  type ComprehensionNode,
  type IdentNode,
  type ListNode,
  type MapNode,
  type MessageNode,
  type Node,
  qualifiedName,
  type SelectNode,
} from "./syntax.ts";
import {
  CelFailure,
  CelMap,
  CelOptional,
  CelTypeName,
  type CelValue,
  isList,
  isMapKey,
  typeNameOf,
} from "./value.ts";
import { application, calling, checkArity, checkPattern } from "./calls.ts";
import { callMeter } from "./cost/call-meter.ts";
import { callWork, MOST_WORK } from "./cost/call-work.ts";

/** What a program is made of. */
export interface ProgramEnvironment {
  readonly functions: FunctionTable;
  readonly typeNames: ReadonlySet<string>;
  readonly findMessage: FindMessage;
  /** Functions whose constant pattern is compiled before any evaluation, and where the pattern stands. */
  readonly patterns: ReadonlySet<string>;
}

const CONVERSIONS = new Set("bool bytes double dyn duration int string timestamp type uint".split(" "));
const COSTS = { list: 10, map: 30, message: 40 };

/** Turns an expression into closures. Throws `CelProgramError` where a constant part cannot be evaluated. */
export function plan(root: Node, environment: ProgramEnvironment, checked: Checked | undefined): Planned {
  return new Planner(environment, checked).plan(root);
}

/** Runs a program with values for its variables. */
export function run(program: Planned, { variables, cost }: Omit<Evaluation, "workLeft">): CelValue {
  return program.evaluate(new Scope({ variables, cost, workLeft: MOST_WORK }));
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
        return this.#typeIdent(node) ?? this.#path({ base: node.name, qualifiers: [] });
      case "select":
        return this.#select(node);
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

  #select(node: SelectNode): Planned {
    const named = this.#typeName(qualifiedName(node));
    if (named !== undefined) return named;
    const variable = this.#checked?.names.get(node.id);
    if (variable !== undefined) return this.#path({ base: variable, qualifiers: [] });
    const qualifier: Qualifier = { constant: node.field, isOptional: false, isTest: node.isTest };
    return this.#extend(this.plan(node.operand), qualifier);
  }

  #typeName(name: string | undefined): Planned | undefined {
    if (name === undefined || !name.includes(".")) return undefined;
    if (this.#environment.typeNames.has(name)) return constant(new CelTypeName(name));
    if (this.#environment.findMessage(name) === undefined) return undefined;
    throw new CelProgramError(`reference to undefined type: ${name}`);
  }

  /** The checker knows which names are those of types: such a one is a constant. */
  #typeIdent({ id, name }: IdentNode): Planned | undefined {
    if (this.#checked?.types.get(id)?.kind !== "type") return undefined;
    const plainName = name.startsWith(".") ? name.slice(1) : name;
    if (this.#environment.typeNames.has(plainName)) return constant(new CelTypeName(plainName));
    throw new CelProgramError(`reference to undefined type: ${plainName}`);
  }

  #extend(operand: Planned, qualifier: Qualifier): Planned {
    const path = operand.path ?? { base: operand, qualifiers: [] };
    return this.#path({ ...path, qualifiers: [...path.qualifiers, qualifier] });
  }

  /** Reading a path costs one; Kubernetes counts nothing for asking whether it is there. */
  #path(path: Path): Planned {
    const resolve = this.#resolving(path);
    const isTest = path.qualifiers.at(-1)?.isTest === true;
    const cost = (path.isConditional === true ? 0 : 1) - (isTest ? 1 : 0);
    if (cost === 0) return { evaluate: resolve, path };
    const evaluate = (scope: Scope): CelValue => {
      const value = resolve(scope);
      scope.spend(cost);
      return value;
    };
    return { evaluate, resolve, path };
  }

  #resolving(path: Path): (scope: Scope) => CelValue {
    const { base, qualifiers } = path;
    if (typeof base === "string") {
      return this.#checked === undefined ? this.#unresolved(path, base) : this.#variable(base, qualifiers);
    }
    const resolve = unread(base);
    return (scope) => {
      const value = resolve(scope);
      return value instanceof CelFailure ? value : qualifyAll(value, qualifiers, scope);
    };
  }

  #variable(name: string, qualifiers: readonly Qualifier[]): (scope: Scope) => CelValue {
    const isRooted = name.startsWith(".");
    const plainName = isRooted ? name.slice(1) : name;
    return (scope) => {
      const value = isRooted ? scope.variable(plainName) : scope.resolve(plainName);
      if (value === undefined) return new CelFailure(`no such attribute(s): ${plainName}`, true);
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
      case "@in":
        return this.#membership(node, planned);
      case "_[_]":
      case "_?._":
      case "_[?_]":
        return this.#extend(first, indexQualifier(second, name !== "_[_]"));
      case "@not_strictly_false":
        return notStrictlyFalse(first);
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
    const overload = this.#overloadOf(node);
    const meter = callMeter(name, overload);
    if (name === "cel.@mapInsert")
      return { evaluate: calling(args, insertMapEntries, { isBinary: true, meter, work: undefined }) };
    const called = this.#environment.functions.find(name);
    const overloads = this.#checked?.overloads.get(node.id) ?? called?.overloads ?? [];
    checkArity(name, called, overloads, args.length);
    const isSingle = (called?.singleton ?? overload) !== undefined && name !== "format";
    const hasPattern = this.#hasPattern(name, args);
    const isBinary = !hasPattern && isSingle;
    const work = callWork(name, overload);
    const apply = application({ id: node.id, name, called, overloads }, hasPattern);
    const evaluate = calling(args, apply, { isBinary, meter, work });
    return CONVERSIONS.has(name) ? folded(evaluate, args) : { evaluate };
  }

  #hasPattern(name: string, args: readonly Planned[]): boolean {
    return this.#environment.patterns.has(name) && checkPattern(args[1]?.constant);
  }

  /** The overload that a call means, where the checker found only one. */
  #overloadOf(node: CallNode): Overload | undefined {
    const overloads = this.#checked?.overloads.get(node.id);
    return overloads?.length === 1 ? overloads[0] : undefined;
  }

  /** What is looked for in a list of constants is found at once, and costs nothing. */
  #membership(node: CallNode, args: readonly Planned[]): Planned {
    const [item, whole] = args;
    const isList = this.#overloadOf(node)?.params[1]?.kind === "list";
    const known = isList && item !== undefined ? constantMembership(item, whole?.constant) : undefined;
    return known ?? this.#function(node, "@in", args);
  }

  #list(node: ListNode): Planned {
    const elements = node.elements.map((element) => this.plan(element));
    const build = (scope: Scope): CelValue => {
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
    const evaluate = costing(build, COSTS.list);
    if (node.optional.size > 0) return { evaluate };
    const constants = elements.map((element) => element.constant);
    return constants.every((value) => value !== undefined) ? constant(constants) : { evaluate };
  }

  #map(node: MapNode): Planned {
    const entries = node.entries.map(({ key, value, isOptional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      isOptional,
    }));
    const build = (scope: Scope): CelValue => {
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
    };
    const evaluate = costing(build, COSTS.map);
    const isConstant = entries.every(
      ({ key, value, isOptional }) =>
        !isOptional && key.constant !== undefined && value.constant !== undefined,
    );
    const known = isConstant ? beforehand(evaluate) : undefined;
    return known === undefined || known instanceof CelFailure ? { evaluate } : constant(known);
  }

  #message(node: MessageNode): Planned {
    const message = this.#environment.findMessage(node.typeName.replace(/^\./, ""));
    if (message === undefined) throw new CelProgramError(`unknown type: ${node.typeName}`);
    const fields = node.fields.map((field) => ({ ...field, value: this.plan(field.value) }));
    const build = (scope: Scope): CelValue => {
      const values = new Map<string, CelValue>();
      for (const { name, value, isOptional } of fields) {
        const given = value.evaluate(scope);
        if (given instanceof CelFailure) return given;
        if (message.field(name) === undefined) return new CelFailure(`no such field: ${name}`);
        if (!isOptional) values.set(name, given);
        else if (!(given instanceof CelOptional)) return notOptional(given);
        else if (given.value !== undefined) values.set(name, given.value);
      }
      return message.make(values);
    };
    return { evaluate: costing(build, COSTS.message) };
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
    // The name of the accumulator, the list of one element and the sum of both.
    const cost = planned.constant === undefined ? COSTS.list : 0;
    return {
      evaluate: (scope) => {
        const whole = scope.resolve(accumulator) ?? null;
        scope.spend(1);
        const value = planned.evaluate(scope);
        scope.spend(cost);
        scope.spend(1);
        if (whole instanceof CelFailure) return whole;
        if (value instanceof CelFailure) return value;
        if (isList(whole)) (whole as CelValue[]).push(value);
        return whole;
      },
    };
  }
}

/** What is made of other values costs the same whether they can be evaluated or not. */
function costing(build: (scope: Scope) => CelValue, cost: number): (scope: Scope) => CelValue {
  return (scope) => {
    const value = build(scope);
    scope.spend(cost);
    return value;
  };
}

/** The value of what reads no variable. */
function beforehand(evaluate: (scope: Scope) => CelValue): CelValue {
  return evaluate(
    new Scope({
      variables: () => undefined,
      cost: { left: Number.MAX_SAFE_INTEGER },
      workLeft: MOST_WORK,
    }),
  );
}

function folded(evaluate: (scope: Scope) => CelValue, args: readonly Planned[]): Planned {
  if (args.length !== 1 || args[0]?.constant === undefined) return { evaluate };
  const value = beforehand(evaluate);
  if (value instanceof CelFailure) throw new CelProgramError(value.message);
  return constant(value);
}

function notOptional(value: CelValue): CelFailure {
  return new CelFailure(
    `cannot initialize optional list element from non-optional value ${formatKey(value)}`,
  );
}
