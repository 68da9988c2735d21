import type { Qualifier } from "./qualifier.ts";
import type { Scope } from "./scope.ts";
import type { CelValue } from "./value.ts";

/** A step of a program; `constant` is its value where that is known before any evaluation. */
export interface Planned {
  readonly evaluate: (scope: Scope) => CelValue;
  readonly constant?: CelValue;
  /** A path into a variable or a value, to which further steps are added. */
  readonly path?: Path;
  /** The same without the cost of reading it: how a branch of `?:` and an index are evaluated. */
  readonly resolve?: (scope: Scope) => CelValue;
}

export interface Path {
  readonly base: Planned | string;
  readonly qualifiers: readonly Qualifier[];
  /** Steps behind `?:` are steps of its branches: reading the path costs nothing but them. */
  readonly isConditional?: boolean;
}

/** A step whose value is known. */
export function constant(value: CelValue): Planned {
  return { evaluate: () => value, constant: value };
}

/** How a step is evaluated where the cost of reading it is not counted. */
export function unread({ resolve, evaluate }: Planned): (scope: Scope) => CelValue {
  return resolve ?? evaluate;
}
