import { type CelType, DYN } from "../cel-type.ts";
import type { Checked } from "../checker.ts";
import type { Overload } from "../function-table.ts";
import { ACCUMULATOR } from "../macros.ts";
import type { CallNode, ComprehensionNode, ListNode, MapNode, Node, SelectNode } from "../syntax.ts";
import { type CallCost, callCost, type CostedNode } from "./call-cost.ts";
import {
  addRanges,
  type CostRange,
  exactly,
  multiplyRanges,
  NOTHING,
  UNBOUNDED,
  UNKNOWN,
  uniteRanges,
} from "./cost-range.ts";

/**
 * How large what lies at a path can be at most: characters, bytes, elements or entries. A path begins with the name of a
 * variable; what follows are fields, `@items` of lists, `@keys` and `@values` of maps.
 */
export type LargestSize = (path: readonly string[]) => number | undefined;

const ONE = exactly(1);
const LIST_BASE = exactly(10);
const MAP_BASE = exactly(30);
const MESSAGE_BASE = exactly(40);

/** What evaluating a checked expression costs at most, in cel-go's units and by its rules. */
export function estimateCost(root: Node, checked: Checked, largest: LargestSize): number {
  return new Estimator(checked, largest).cost(root).max;
}

/** How large the elements of a list, or keys and values of a map, are. */
interface EntrySize {
  readonly container: "list" | "map";
  readonly key: CostRange;
  readonly value: CostRange;
}

interface LocalVariable {
  readonly path: readonly string[];
  readonly size: CostRange | undefined;
  readonly entrySize: EntrySize | undefined;
}

class Estimator {
  readonly #checked: Checked;
  readonly #largest: LargestSize;
  readonly #paths = new Map<number, readonly string[]>();
  readonly #sizes = new Map<number, CostRange>();
  readonly #entrySizes = new Map<number, EntrySize>();
  readonly #locals = new Map<string, LocalVariable[]>();

  constructor(checked: Checked, largest: LargestSize) {
    this.#checked = checked;
    this.#largest = largest;
  }

  cost(node: Node): CostRange {
    switch (node.kind) {
      case "literal":
        return NOTHING;
      case "ident":
        this.#paths.set(node.id, this.#local(node.name)?.path ?? [node.name]);
        return ONE;
      case "select":
        return this.#select(node);
      case "call":
        return this.#call(node);
      case "list":
        return this.#list(node);
      case "map":
        return this.#map(node);
      case "message":
        return addRanges(...node.fields.map(({ value }) => this.cost(value)), MESSAGE_BASE);
      case "comprehension":
        return isBinding(node) ? this.#binding(node) : this.#comprehension(node);
    }
  }

  #select(node: SelectNode): CostRange {
    const operand = this.cost(node.operand);
    // Kubernetes counts nothing for a test of presence itself.
    if (node.isTest) return operand;
    this.#paths.set(node.id, [...this.#pathOf(node.operand), node.field]);
    const { kind } = this.#typeOf(node.operand);
    return ["map", "object", "parameter"].includes(kind) ? addRanges(operand, ONE) : operand;
  }

  #call(node: CallNode): CostRange {
    const [only] = node.args;
    if (node.name === "dyn" && only !== undefined) {
      const cost = this.cost(only);
      this.#copySizes(node, only);
      return addRanges(ONE, cost);
    }
    const costs = node.args.map((argument) => this.cost(argument));
    if (node.name === "_&&_" || node.name === "_||_") return logicalCost(costs);
    // The checker knows the one overload of an optional selection by itself.
    if (node.name === "_?._") return addRanges(ONE, ...costs);
    const overloads = this.#checked.overloads.get(node.id) ?? [];
    if (overloads.length === 0) return NOTHING;
    const target = this.#checked.namespaced.has(node.id) ? undefined : node.target;
    const before = target === undefined ? NOTHING : this.cost(target);
    return addRanges(before, this.#overloadsCost(node, overloads, costs));
  }

  /** From the cheapest overload that the call may mean to the dearest. */
  #overloadsCost(node: CallNode, overloads: readonly Overload[], costs: readonly CostRange[]): CostRange {
    let own: CostRange = { min: UNBOUNDED, max: 0 };
    let size: CostRange | undefined;
    for (const overload of overloads) {
      const { cost, resultSize } = this.#overloadCost(node, overload, costs);
      own = uniteRanges(own, cost);
      if (resultSize !== undefined) size = size === undefined ? resultSize : uniteRanges(size, resultSize);
      size = this.#indexed(node, overload, size) ?? this.#sizeOf(node);
    }
    if (size !== undefined) this.#sizes.set(node.id, size);
    return own;
  }

  /** What is read by an index lies at a path, too. */
  #indexed(node: CallNode, overload: Overload, size: CostRange | undefined): CostRange | undefined {
    const [container] = node.args;
    if (node.name !== "_[_]" || container === undefined) return size;
    const isList = overload.params[0]?.kind === "list";
    this.#paths.set(node.id, [...this.#pathOf(container), isList ? "@items" : "@values"]);
    return this.#entrySizeOf(container)?.value;
  }

  #overloadCost(node: CallNode, overload: Overload, costs: readonly CostRange[]): CallCost {
    if (node.name === "_?_:_") return this.#conditional(node, costs);
    if (node.name === "_+_") this.#uniteEntriesOf(node, node.args[0], node.args[1]);
    const target = this.#checked.namespaced.has(node.id) ? undefined : node.target;
    const { cost, resultSize } = callCost({
      name: this.#nameOf(node),
      overload,
      target: target === undefined ? undefined : this.#costed(target),
      args: node.args.map((argument) => this.#costed(argument)),
    });
    return { cost: addRanges(cost, ...costs), ...(resultSize === undefined ? {} : { resultSize }) };
  }

  #conditional(node: CallNode, costs: readonly CostRange[]): CallCost {
    const [condition = NOTHING, whenTrue = NOTHING, whenFalse = NOTHING] = costs;
    const cost = addRanges(condition, uniteRanges(whenTrue, whenFalse));
    const [, left, right] = node.args;
    if (left === undefined || right === undefined) return { cost };
    this.#uniteEntriesOf(node, left, right);
    return { cost, resultSize: uniteRanges(this.#sizeOrUnknown(left), this.#sizeOrUnknown(right)) };
  }

  #uniteEntriesOf(node: CallNode, left: Node | undefined, right: Node | undefined): void {
    if (left === undefined || right === undefined) return;
    const entries = uniteEntries(this.#entrySizeOf(left), this.#entrySizeOf(right));
    if (entries !== undefined) this.#entrySizes.set(node.id, entries);
  }

  /** A namespaced function has its namespace for a target. */
  #nameOf(node: CallNode): string {
    const { target } = node;
    if (!this.#checked.namespaced.has(node.id) || target?.kind !== "ident") return node.name;
    return `${target.name}.${node.name}`;
  }

  #costed(node: Node): CostedNode {
    const type = this.#typeOf(node);
    const path = this.#pathOf(node);
    const isRooted = path.length > 0 && path[0] !== ACCUMULATOR;
    return {
      node,
      type,
      size: this.#sizeOrUnknown(node),
      elementSize: () => {
        const most = isRooted ? this.#largest([...path, "@items"]) : undefined;
        return most === undefined ? UNKNOWN : { min: 0, max: most };
      },
    };
  }

  #list(node: ListNode): CostRange {
    const costs = node.elements.map((element) => this.cost(element));
    const value = this.#unionOfSizes(node.elements);
    this.#entrySizes.set(node.id, { container: "list", key: ONE, value });
    return addRanges(...costs, LIST_BASE);
  }

  #map(node: MapNode): CostRange {
    const costs = node.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]);
    this.#entrySizes.set(node.id, {
      container: "map",
      key: this.#unionOfSizes(node.entries.map(({ key }) => key)),
      value: this.#unionOfSizes(node.entries.map(({ value }) => value)),
    });
    return addRanges(...costs, MAP_BASE);
  }

  #unionOfSizes(nodes: readonly Node[]): CostRange {
    const [first, ...others] = nodes.map((node) => this.#sizeOrUnknown(node));
    return first === undefined ? NOTHING : others.reduce(uniteRanges, first);
  }

  #comprehension(node: ComprehensionNode): CostRange {
    const before = addRanges(this.cost(node.range), this.cost(node.init));
    this.#pushBinding(node.accumulator, node.init);
    const variables = this.#iterationVariables(node);
    for (const [name, variable] of variables) this.#push(name, variable);
    const loop = addRanges(this.cost(node.step), this.cost(node.condition));
    for (const [name] of variables) this.#pop(name);
    const result = this.cost(node.result);
    this.#pop(node.accumulator);
    const count = this.#sizeOrUnknown(node.range);
    this.#rememberFold(node, count);
    return addRanges(before, result, multiplyRanges(count, loop));
  }

  #rememberFold(node: ComprehensionNode, count: CostRange): void {
    if (node.init.kind === "literal") {
      const size = this.#sizeOf(node.init);
      if (size !== undefined) this.#sizes.set(node.id, size);
      return;
    }
    if (node.init.kind !== "list" && node.init.kind !== "map") return;
    this.#sizes.set(node.id, count);
    const entries = this.#entrySizeOf(node.step);
    if (entries !== undefined) this.#entrySizes.set(node.id, entries);
  }

  #iterationVariables(node: ComprehensionNode): readonly (readonly [string, LocalVariable])[] {
    const entries = this.#entrySizeOf(node.range);
    const path = this.#pathOf(node.range);
    const isList = (entries?.container ?? this.#typeOf(node.range).kind) === "list";
    const keys = { path: [...path, isList ? "@indices" : "@keys"], size: entries?.key, entrySize: undefined };
    const values = {
      path: [...path, isList ? "@items" : "@values"],
      size: entries?.value,
      entrySize: undefined,
    };
    if (node.secondVariable === undefined) return [[node.variable, isList ? values : keys]];
    return [
      [node.variable, keys],
      [node.secondVariable, values],
    ];
  }

  #binding(node: ComprehensionNode): CostRange {
    const before = addRanges(this.cost(node.range), this.cost(node.init));
    this.#pushBinding(node.accumulator, node.init);
    const result = this.cost(node.result);
    this.#pop(node.accumulator);
    this.#copySizes(node, node.result);
    return addRanges(before, result);
  }

  #pushBinding(name: string, node: Node): void {
    const path = this.#pathOf(node);
    this.#push(name, { path, entrySize: this.#entrySizeOf(node), size: this.#sizeOf(node) });
  }

  #push(name: string, variable: LocalVariable): void {
    const stack = this.#locals.get(name);
    if (stack === undefined) this.#locals.set(name, [variable]);
    else stack.push(variable);
  }

  #pop(name: string): void {
    this.#locals.get(name)?.pop();
  }

  #local(name: string): LocalVariable | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #pathOf(node: Node): readonly string[] {
    const local = node.kind === "ident" ? this.#local(node.name) : undefined;
    return local?.path ?? this.#paths.get(node.id) ?? [];
  }

  #typeOf(node: Node): CelType {
    return this.#checked.types.get(node.id) ?? DYN;
  }

  #sizeOrUnknown(node: Node): CostRange {
    return this.#sizeOf(node) ?? UNKNOWN;
  }

  #sizeOf(node: Node): CostRange | undefined {
    const known = this.#sizes.get(node.id) ?? writtenSize(node);
    if (known !== undefined) return known;
    const path = this.#pathOf(node);
    const most = path.length === 0 ? undefined : this.#largest(path);
    if (most !== undefined) {
      const size = { min: 0, max: most };
      this.#sizes.set(node.id, size);
      return size;
    }
    if (isScalar(this.#typeOf(node))) return ONE;
    return node.kind === "ident" ? this.#local(node.name)?.size : undefined;
  }

  #entrySizeOf(node: Node): EntrySize | undefined {
    const known = this.#entrySizes.get(node.id);
    if (known !== undefined) return known;
    return node.kind === "ident" ? this.#local(node.name)?.entrySize : undefined;
  }

  #copySizes(to: Node, from: Node): void {
    const size = this.#sizeOf(from);
    if (size !== undefined) this.#sizes.set(to.id, size);
    const entries = this.#entrySizeOf(from);
    if (entries !== undefined) this.#entrySizes.set(to.id, entries);
  }
}

/** The second operand may not be looked at. */
function logicalCost([left = NOTHING, right = NOTHING]: readonly CostRange[]): CostRange {
  return { min: left.min, max: addRanges(left, right).max };
}

function uniteEntries(left: EntrySize | undefined, right: EntrySize | undefined): EntrySize | undefined {
  if (left === undefined || right === undefined) return undefined;
  const key = uniteRanges(left.key, right.key);
  return { container: left.container, key, value: uniteRanges(left.value, right.value) };
}

/** What is bound to a name once is a fold over nothing. */
function isBinding(node: ComprehensionNode): boolean {
  const isEmpty = node.range.kind === "list" && node.range.elements.length === 0;
  const isNever = node.condition.kind === "literal" && node.condition.value === false;
  return isEmpty && isNever && node.accumulator !== ACCUMULATOR;
}

/** The size of what is written out in the expression itself. */
function writtenSize(node: Node): CostRange | undefined {
  if (node.kind === "list") return exactly(node.elements.length);
  if (node.kind === "map") return exactly(node.entries.length);
  if (node.kind !== "literal") return undefined;
  const { value } = node;
  if (typeof value === "string") return exactly([...value].length);
  return exactly(value instanceof Uint8Array ? value.length : 1);
}

const SCALARS: ReadonlySet<string> = new Set(["bool", "double", "duration", "int", "timestamp", "uint"]);

function isScalar(type: CelType): boolean {
  const [within] = type.params;
  if (type.kind === "opaque" && type.name === "optional_type" && within !== undefined)
    return isScalar(within);
  return SCALARS.has(type.kind);
}
