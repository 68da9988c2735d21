import { CelCostError } from "./cel-error.ts";
import { CelMap, type CelValue, isList } from "./value.ts";

/** What an evaluation may still cost. */
export interface CostMeter {
  left: number;
}

/** What one evaluation works with. */
export interface Evaluation {
  readonly variables: (name: string) => CelValue | undefined;
  /** The evaluation ends with a `CelCostError` when nothing is left. */
  readonly cost: CostMeter;
  /** What calls may still do beyond what their cost tells. */
  workLeft: number;
}

/** What a name stands for, evaluated in the scope around it. */
export interface Later {
  readonly evaluate: (scope: Scope) => CelValue;
}

/** The names that a part of an expression sees. */
export class Scope {
  readonly #evaluation: Evaluation;
  readonly #meter: CostMeter;
  readonly #outer: Scope | undefined;
  readonly #name: string;
  #value: CelValue | undefined;
  /** What the name stands for, as long as it has no value. */
  readonly #later: Later | undefined;

  // oxlint-disable-next-line max-params -- one for each thing that a scope adds to the one around it
  constructor(evaluation: Evaluation, outer?: Scope, name = "", value?: CelValue, later?: Later) {
    this.#evaluation = evaluation;
    this.#meter = evaluation.cost;
    this.#outer = outer;
    this.#name = name;
    this.#value = value;
    this.#later = later;
  }

  enter(name: string, value: CelValue): Scope {
    return new Scope(this.#evaluation, this, name, value);
  }

  /** The name is evaluated when it is first read, and costs nothing if it never is. */
  enterLater(name: string, later: Later): Scope {
    return new Scope(this.#evaluation, this, name, undefined, later);
  }

  assign(value: CelValue): void {
    this.#value = value;
  }

  resolve(name: string): CelValue | undefined {
    if (this.#outer === undefined) return this.variable(name);
    if (this.#name !== name) return this.#outer.resolve(name);
    return this.#value === undefined ? this.#begin() : this.#value;
  }

  #begin(): CelValue {
    const { evaluate } = this.#later ?? {};
    const first = evaluate === undefined || this.#outer === undefined ? null : evaluate(this.#outer);
    // What is empty is added to in place, and the value that an expression states must stay as it is.
    if (isList(first) && first.length === 0) this.#value = [];
    else if (first instanceof CelMap && first.size === 0) this.#value = new CelMap();
    else this.#value = first;
    return this.#value;
  }

  /** A variable of the whole expression, whatever a macro named alike. */
  variable(name: string): CelValue | undefined {
    return this.#evaluation.variables(name);
  }

  /** Counts what a call does, where that is more than what it costs. */
  work(amount: number): void {
    this.#evaluation.workLeft -= amount;
    if (this.#evaluation.workLeft < 0) throw new CelCostError();
  }

  spend(cost: number): void {
    this.#meter.left -= cost;
    if (this.#meter.left < 0) throw new CelCostError();
  }
}
