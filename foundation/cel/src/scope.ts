import { CelCostError } from "./cel-error.ts";
import type { CelValue } from "./value.ts";

/** What one evaluation works with. */
export interface Evaluation {
  readonly variables: (name: string) => CelValue | undefined;
  /** What the evaluation may still cost; it ends with a `CelCostError` when nothing is left. */
  readonly cost: { left: number };
}

/** The names that a part of an expression sees. */
export class Scope {
  readonly #evaluation: Evaluation;
  readonly #outer: Scope | undefined;
  readonly #name: string;
  #value: CelValue;

  constructor(evaluation: Evaluation, outer?: Scope, name = "", value: CelValue = null) {
    this.#evaluation = evaluation;
    this.#outer = outer;
    this.#name = name;
    this.#value = value;
  }

  enter(name: string, value: CelValue): Scope {
    return new Scope(this.#evaluation, this, name, value);
  }

  assign(value: CelValue): void {
    this.#value = value;
  }

  resolve(name: string): CelValue | undefined {
    if (this.#outer === undefined) return this.variable(name);
    return this.#name === name ? this.#value : this.#outer.resolve(name);
  }

  /** A variable of the whole expression, whatever a macro named alike. */
  variable(name: string): CelValue | undefined {
    return this.#evaluation.variables(name);
  }

  spend(cost: number): void {
    this.#evaluation.cost.left -= cost;
    if (this.#evaluation.cost.left < 0) throw new CelCostError();
  }
}
