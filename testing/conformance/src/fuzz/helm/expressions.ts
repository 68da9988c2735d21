import type { Dice } from "../dice.ts";
import {
  literalText,
  someConstantText,
  someFloat,
  someInt,
  somePositiveInt,
  someSmallInt,
} from "./literals.ts";
import { somePart } from "./chart-parts.ts";
import { functionsGiving, type ParamType, type Signature, type ValueType } from "./signatures.ts";

/** What an expression can name where it stands. */
export interface Scope {
  /** How the root is written here: `$` or nothing. */
  readonly root: string;
  /** Names of variables with what they hold. */
  readonly variables: readonly (readonly [name: string, type: ValueType])[];
  /** Templates that are defined somewhere. */
  readonly templates: readonly string[];
  /** Whether the dot is the root. */
  readonly dotIsRoot: boolean;
}

/** What `values.yaml` holds of each type. */
export const VALUE_NAMES: Readonly<Record<string, readonly string[]>> = {
  str: ["s0", "s1", "s2", "nested.s", "global.g"],
  num: ["i0", "i1", "f0"],
  bool: ["b0", "b1"],
  list: ["l0", "l1", "words", "empty"],
  strs: ["words"],
  dict: ["d0", "nested", "nested.deep", "emptyd"],
  any: ["s0", "i0", "f0", "b0", "l0", "d0", "nothing", "nested.deep.x", "missing", "odd0", "odd1", "odd2"],
};

/** Makes expressions of a wanted type, mostly right ones. */
export class ExpressionMaker {
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** An expression as it stands in an action, with pipes now and then. */
  pipeline(type: ValueType, scope: Scope, depth = 3): string {
    const dice = this.#dice;
    if (depth <= 0 || dice.chance(0.2)) return this.operand(type, scope);
    const signature = this.#functionFor(type);
    if (signature === undefined) return this.operand(type, scope);
    const args = this.#arguments(signature, scope, depth);
    const last = args.at(-1);
    if (last !== undefined && dice.chance(0.45)) {
      return `${unwrapped(last)} | ${[signature.name, ...args.slice(0, -1)].join(" ")}`;
    }
    return [signature.name, ...args].join(" ");
  }

  /** An expression as an argument: in parentheses where it must be. */
  argument(type: ParamType, scope: Scope, depth: number): string {
    const dice = this.#dice;
    const wanted = dice.risks(0.03)
      ? dice.pick<ParamType>(["str", "num", "list", "dict", "any", "bool", "time"])
      : type;
    const literal = literalText(dice, wanted);
    if (literal !== undefined) return dice.risks(0.1) ? this.#nested("str", scope, depth) : literal;
    if (wanted === "pos") return somePositiveInt(dice);
    if (wanted === "cmp") return dice.chance(0.6) ? someInt(dice) : `(int ${this.#number(scope, 1)})`;
    if (wanted === "small") return dice.chance(0.85) ? someSmallInt(dice) : this.#nested("int", scope, depth);
    if (wanted === "int") return dice.chance(0.7) ? someInt(dice) : this.#nested("int", scope, depth);
    if (wanted === "num") return this.#number(scope, depth);
    return this.#nested(wanted as ValueType, scope, depth);
  }

  /** Something without parentheses: a constant, a field, a variable. */
  // oxlint-disable-next-line complexity -- a table of types
  operand(type: ValueType, scope: Scope): string {
    const dice = this.#dice;
    const variables = scope.variables.filter(([, held]) => held === type || type === "any");
    if (variables.length > 0 && dice.chance(0.4)) return dice.pick(variables)[0];
    if (dice.risks(0.01))
      return dice.pick([".", "nil", `${scope.root}.Values.s0.foo`, `${scope.root}.Nope.x`, "$.Chart"]);
    const part = dice.chance(0.08) ? somePart(dice, type, scope.root) : undefined;
    if (part !== undefined) return part;
    switch (type) {
      case "str":
        return dice.chance(0.5) ? someConstantText(dice) : this.#value("str", scope);
      case "int":
        return someInt(dice);
      case "int64":
        return `(int64 ${this.#value("num", scope)})`;
      case "float":
        return dice.chance(0.5) ? someFloat(dice) : this.#value("num", scope);
      case "bool":
        return dice.chance(0.3) ? dice.pick(["true", "false"]) : this.#value("bool", scope);
      case "time":
        return `(toDate "2006-01-02T15:04:05Z07:00" "${dice.pick(TIMES)}")`;
      case "semver":
        return `(semver ${dice.pick(['"1.2.3"', '"v2.0.0-rc.1"', "$.Chart.Version"])})`;
      case "dict":
        return dice.chance(0.6) ? this.#value("dict", scope) : this.#dict(scope);
      case "any":
        return this.#anything(scope);
      default:
        return dice.chance(0.6) ? this.#value(type, scope) : this.#list(scope);
    }
  }

  #anything(scope: Scope): string {
    const dice = this.#dice;
    const roll = dice.int(0, 9);
    if (roll < 5) return this.#value("any", scope);
    if (roll === 5) return `${scope.root}.${dice.pick(BUILT_IN)}`;
    if (roll === 6) return someConstantText(dice);
    if (roll === 7) return dice.pick([someInt(dice), someFloat(dice)]);
    return dice.chance(0.5) ? this.#list(scope) : this.#dict(scope);
  }

  #value(type: string, { root }: Scope): string {
    return `${root}.Values.${this.#dice.pick(VALUE_NAMES[type] ?? ["s0"])}`;
  }

  #list(scope: Scope): string {
    const items = this.#dice.many(0, 4, () =>
      this.operand(this.#dice.pick(["str", "int", "any", "bool"]), scope),
    );
    return `(${["list", ...items].join(" ")})`;
  }

  #dict(scope: Scope): string {
    const entries = this.#dice.many(0, 3, (index) => {
      const key = this.#dice.pick(["a", "b", "c", "name", `k${index}`]);
      return `"${key}" ${this.operand(this.#dice.pick(["str", "int", "any", "float"]), scope)}`;
    });
    return `(${["dict", ...entries].join(" ")})`;
  }

  #number(scope: Scope, depth: number): string {
    const dice = this.#dice;
    const roll = dice.int(0, 9);
    if (roll < 4) return someInt(dice);
    if (roll < 5) return someFloat(dice);
    if (roll < 7) return this.#value("num", scope);
    if (roll < 8) return dice.pick(['"12"', '"3.7"', '"x"', "true"]);
    return this.#nested(dice.pick(["int", "int64", "float"]), scope, depth);
  }

  #nested(type: ValueType, scope: Scope, depth: number): string {
    if (depth <= 1 || this.#dice.chance(0.4)) return this.operand(type, scope);
    const text = this.pipeline(type, scope, depth - 1);
    return /[ |]/.test(text) && !/^\(.*\)$/.test(text) ? `(${text})` : text;
  }

  #functionFor(type: ValueType): Signature | undefined {
    const found = functionsGiving(type).filter(({ isRisky }) => !isRisky || this.#dice.risks(0.3));
    return found.length === 0 ? undefined : this.#dice.pick(found);
  }

  #arguments({ params, many }: Signature, scope: Scope, depth: number): readonly string[] {
    const dice = this.#dice;
    const last = params.at(-1);
    const more = many && last !== undefined ? dice.many(0, 2, () => last) : [];
    const given = [...params, ...more].map((param) => this.argument(param, scope, depth));
    if (dice.risks(0.01)) return given.slice(1);
    return dice.risks(0.01) ? [...given, "1"] : given;
  }
}

const TIMES = ["2024-02-29T13:05:09Z", "1999-12-31T23:59:59.999+02:00", "2023-07-04T00:00:00-04:00"] as const;

const BUILT_IN = [
  "Release.Name",
  "Release.Namespace",
  "Release.IsInstall",
  "Release.Revision",
  "Chart.Name",
  "Chart.Version",
  "Chart.AppVersion",
  "Chart.Annotations",
  "Capabilities.KubeVersion.Version",
  "Capabilities.KubeVersion.Minor",
  "Template.Name",
  "Template.BasePath",
] as const;

function unwrapped(text: string): string {
  return /^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text;
}
