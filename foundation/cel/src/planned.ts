import type { Qualifier } from "./qualifier.ts";
import type { Scope } from "./scope.ts";
import type { CelValue } from "./value.ts";

/** A step of a program; `constant` is its value where that is known before any evaluation. */
export interface Planned {
  readonly evaluate: (scope: Scope) => CelValue;
  readonly constant?: CelValue;
  /** A path into a variable or a value, to which further steps are added. */
  readonly path?: Path;
}

export interface Path {
  readonly base: Planned | string;
  readonly qualifiers: readonly Qualifier[];
}

/** A step whose value is known. */
export function constant(value: CelValue): Planned {
  return { evaluate: () => value, constant: value };
}
