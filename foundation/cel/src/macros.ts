import type { CallNode, ComprehensionNode, IdentNode, ListNode, LiteralNode, Node } from "./syntax.ts";
import type { CelValue } from "./value.ts";

/** The accumulator of every macro, a name that no expression can spell. */
export const ACCUMULATOR = "@result";
const UNUSED = "#unused";

/** Gives nodes their numbers and remembers where each begins. */
export class NodeMaker {
  readonly offsets = new Map<number, number>();
  #last = 0;

  id(offset: number): number {
    this.#last++;
    this.offsets.set(this.#last, offset);
    return this.#last;
  }

  place(id: number, offset: number): void {
    this.offsets.set(id, offset);
  }

  literal(value: CelValue, offset: number): LiteralNode {
    return { kind: "literal", id: this.id(offset), value };
  }

  /** Makes the nodes that a macro expands to: all lie where the call lies. */
  at(id: number): MacroNodes {
    return new MacroNodes(this, this.offsets.get(id) ?? 0);
  }
}

/** Makes the nodes of one expanded macro. */
export class MacroNodes {
  readonly #nodes: NodeMaker;
  readonly #offset: number;

  constructor(nodes: NodeMaker, offset: number) {
    this.#nodes = nodes;
    this.#offset = offset;
  }

  id(): number {
    return this.#nodes.id(this.#offset);
  }

  literal(value: CelValue): LiteralNode {
    return { kind: "literal", id: this.id(), value };
  }

  ident(name: string): IdentNode {
    return { kind: "ident", id: this.id(), name };
  }

  accumulator(): IdentNode {
    return this.ident(ACCUMULATOR);
  }

  list(...elements: readonly Node[]): ListNode {
    return { kind: "list", id: this.id(), elements, optional: new Set() };
  }

  call(name: string, ...args: readonly Node[]): CallNode {
    return { kind: "call", id: this.id(), name, target: undefined, args };
  }

  member(target: Node, name: string, ...args: readonly Node[]): CallNode {
    return { kind: "call", id: this.id(), name, target, args };
  }

  fold(range: Node, variables: readonly string[], parts: FoldParts): ComprehensionNode {
    const [variable = UNUSED, secondVariable] = variables;
    const accumulator = parts.accumulator ?? ACCUMULATOR;
    const result = parts.result ?? this.ident(accumulator);
    return {
      kind: "comprehension",
      id: this.id(),
      range,
      variable,
      secondVariable,
      ...parts,
      accumulator,
      result,
    };
  }

  /** Evaluates `body` with a name for a value: a fold over nothing. */
  bind(name: string, value: Node, body: Node): ComprehensionNode {
    const condition = this.literal(false);
    return this.fold(this.list(), [UNUSED], {
      init: value,
      condition,
      step: this.ident(name),
      result: body,
      accumulator: name,
    });
  }
}

interface FoldParts {
  readonly init: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result?: Node;
  readonly accumulator?: string;
}

export interface MacroProblem {
  readonly problem: string;
  readonly node: Node;
}

/** Rewrites a call; undefined where the call is no use of the macro. */
export type Macro = (
  nodes: MacroNodes,
  args: readonly Node[],
  target: Node | undefined,
) => Node | MacroProblem | undefined;

export interface MacroRule {
  readonly name: string;
  readonly count: number;
  readonly isMember: boolean;
  readonly expand: Macro;
}

/** The macros of an environment, found by name, number of arguments and style of call. */
export class MacroTable {
  readonly #rules: ReadonlyMap<string, Macro>;

  constructor(rules: readonly MacroRule[]) {
    this.#rules = new Map(rules.map((rule) => [keyOf(rule.name, rule.count, rule.isMember), rule.expand]));
  }

  find(name: string, count: number, isMember: boolean): Macro | undefined {
    return this.#rules.get(keyOf(name, count, isMember));
  }
}

function keyOf(name: string, count: number, isMember: boolean): string {
  return `${name}:${count}:${isMember}`;
}

/** Joins terms into a tree of calls that is as deep as the logarithm of their number. */
export function balancedCalls(name: string, terms: readonly Node[], ids: readonly number[]): Node {
  const join = (low: number, high: number): Node => {
    const first = terms[low];
    if (low === high && first !== undefined) return first;
    const middle = Math.floor((low + high + 1) / 2);
    const id = ids[middle - 1] ?? 0;
    return { kind: "call", id, name, target: undefined, args: [join(low, middle - 1), join(middle, high)] };
  };
  return join(0, terms.length - 1);
}

type Quantifier = "all" | "exists" | "one";

function quantify(
  nodes: MacroNodes,
  kind: Quantifier,
  range: Node,
  over: { readonly variables: readonly string[]; readonly test: Node },
): Node {
  const { variables, test } = over;
  switch (kind) {
    case "all":
      return nodes.fold(range, variables, {
        init: nodes.literal(true),
        condition: nodes.call("@not_strictly_false", nodes.accumulator()),
        step: nodes.call("_&&_", nodes.accumulator(), test),
      });
    case "exists":
      return nodes.fold(range, variables, {
        init: nodes.literal(false),
        condition: nodes.call("@not_strictly_false", nodes.call("!_", nodes.accumulator())),
        step: nodes.call("_||_", nodes.accumulator(), test),
      });
    case "one":
      return nodes.fold(range, variables, {
        init: nodes.literal(0n),
        condition: nodes.literal(true),
        step: nodes.call(
          "_?_:_",
          test,
          nodes.call("_+_", nodes.accumulator(), nodes.literal(1n)),
          nodes.accumulator(),
        ),
        result: nodes.call("_==_", nodes.accumulator(), nodes.literal(1n)),
      });
  }
}

/** The names of the variables that the first arguments declare. */
function variablesOf(
  args: readonly Node[],
  count: number,
  problem: string,
): readonly string[] | MacroProblem {
  const names: string[] = [];
  for (const node of args.slice(0, count)) {
    if (node.kind !== "ident") return { problem, node };
    if (names.includes(node.name)) return { problem: `duplicate variable name: ${node.name}`, node };
    if (node.name === ACCUMULATOR || node.name === "__result__") {
      return { problem: "iteration variable overwrites accumulator variable", node };
    }
    names.push(node.name);
  }
  return names;
}

function quantifierRule(name: string, kind: Quantifier, count: 1 | 2): MacroRule {
  return {
    name,
    count: count + 1,
    isMember: true,
    expand: (nodes, args, target) => {
      const variables = variablesOf(args, count, "argument must be a simple name");
      const test = args[count];
      if ("problem" in variables) return variables;
      return target && test && quantify(nodes, kind, target, { variables, test });
    },
  };
}

/** A fold that adds something to its accumulator for each element, or for those that pass a filter. */
function collectRule(
  rule: {
    readonly name: string;
    readonly count: number;
    readonly variables: 1 | 2;
    readonly problem: string;
  },
  begin: (nodes: MacroNodes) => Node,
  add: (nodes: MacroNodes, value: Node, variable: string) => Node,
): MacroRule {
  return {
    name: rule.name,
    count: rule.count,
    isMember: true,
    expand: (nodes, args, target) => {
      const variables = variablesOf(args, rule.variables, rule.problem);
      const value = args.at(-1);
      if ("problem" in variables) return variables;
      if (target === undefined || value === undefined) return undefined;
      const filter = args.length > rule.variables + 1 ? args[rule.variables] : undefined;
      const init = begin(nodes);
      const condition = nodes.literal(true);
      const added = add(nodes, value, variables[0] ?? "");
      const step = filter === undefined ? added : nodes.call("_?_:_", filter, added, nodes.accumulator());
      return nodes.fold(target, variables, { init, condition, step });
    },
  };
}

const NOT_AN_IDENTIFIER = "argument is not an identifier";
const NOT_A_NAME = "argument must be a simple name";
const append = (nodes: MacroNodes, value: Node): Node =>
  nodes.call("_+_", nodes.accumulator(), nodes.list(value));
const emptyList = (nodes: MacroNodes): Node => nodes.list();
const emptyMap = (nodes: MacroNodes): Node => ({ kind: "map", id: nodes.id(), entries: [] });
const insertValue = (nodes: MacroNodes, value: Node, variable: string): Node =>
  nodes.call("cel.@mapInsert", nodes.accumulator(), nodes.ident(variable), value);
const insertEntry = (nodes: MacroNodes, value: Node): Node =>
  nodes.call("cel.@mapInsert", nodes.accumulator(), value);

/** `has`, and the macros over one variable. */
export const STANDARD_MACROS: readonly MacroRule[] = [
  {
    name: "has",
    count: 1,
    isMember: false,
    expand: (nodes, [argument]) => {
      if (argument?.kind === "select") return { ...argument, id: nodes.id(), isTest: true };
      return argument && { problem: "invalid argument to has() macro", node: argument };
    },
  },
  quantifierRule("all", "all", 1),
  quantifierRule("exists", "exists", 1),
  quantifierRule("exists_one", "one", 1),
  collectRule({ name: "map", count: 2, variables: 1, problem: NOT_AN_IDENTIFIER }, emptyList, append),
  collectRule({ name: "map", count: 3, variables: 1, problem: NOT_AN_IDENTIFIER }, emptyList, append),
  {
    name: "filter",
    count: 2,
    isMember: true,
    expand: (nodes, args, target) => {
      const variables = variablesOf(args, 1, NOT_AN_IDENTIFIER);
      const [variable, filter] = args;
      if ("problem" in variables) return variables;
      if (target === undefined || variable === undefined || filter === undefined) return undefined;
      const init = nodes.list();
      const condition = nodes.literal(true);
      const step = nodes.call("_?_:_", filter, append(nodes, variable), nodes.accumulator());
      return nodes.fold(target, variables, { init, condition, step });
    },
  },
];

function optionalMapRule(name: "optMap" | "optFlatMap"): MacroRule {
  return {
    name,
    count: 2,
    isMember: true,
    expand: (nodes, [variable, body], target) => {
      if (target === undefined || variable === undefined || body === undefined) return undefined;
      if (variable.kind !== "ident") {
        return { problem: `${name}() variable name must be a simple identifier`, node: variable };
      }
      const bound = nodes.bind(variable.name, nodes.member(target, "value"), body);
      const present = name === "optMap" ? nodes.call("optional.of", bound) : bound;
      return nodes.call("_?_:_", nodes.member(target, "hasValue"), present, nodes.call("optional.none"));
    },
  };
}

/** `optMap` and `optFlatMap`. */
export const OPTIONAL_MACROS: readonly MacroRule[] = [
  optionalMapRule("optMap"),
  optionalMapRule("optFlatMap"),
];

/** The macros over an index or a key and a value. */
export const TWO_VARIABLE_MACROS: readonly MacroRule[] = [
  quantifierRule("all", "all", 2),
  quantifierRule("exists", "exists", 2),
  quantifierRule("existsOne", "one", 2),
  quantifierRule("exists_one", "one", 2),
  collectRule({ name: "transformList", count: 3, variables: 2, problem: NOT_A_NAME }, emptyList, append),
  collectRule({ name: "transformList", count: 4, variables: 2, problem: NOT_A_NAME }, emptyList, append),
  collectRule({ name: "transformMap", count: 3, variables: 2, problem: NOT_A_NAME }, emptyMap, insertValue),
  collectRule({ name: "transformMap", count: 4, variables: 2, problem: NOT_A_NAME }, emptyMap, insertValue),
  collectRule(
    { name: "transformMapEntry", count: 3, variables: 2, problem: NOT_A_NAME },
    emptyMap,
    insertEntry,
  ),
  collectRule(
    { name: "transformMapEntry", count: 4, variables: 2, problem: NOT_A_NAME },
    emptyMap,
    insertEntry,
  ),
];

const SORT_INPUT = "@__sortBy_input__";

/** `sortBy`: sorts a list by a key of each element. */
export const SORT_MACROS: readonly MacroRule[] = [
  {
    name: "sortBy",
    count: 2,
    isMember: true,
    expand: (nodes, args, target) => {
      const variables = variablesOf(
        args,
        1,
        "sortBy can only be applied to a list, identifier, comprehension, call or select expression",
      );
      const key = args[1];
      if ("problem" in variables) return variables;
      if (target === undefined || key === undefined) return undefined;
      const keys = nodes.fold(nodes.ident(SORT_INPUT), variables, {
        init: nodes.list(),
        condition: nodes.literal(true),
        step: append(nodes, key),
      });
      const sorted = nodes.member(nodes.ident(SORT_INPUT), "@sortByAssociatedKeys", keys);
      return nodes.bind(SORT_INPUT, target, sorted);
    },
  },
];
