import { WeirError } from "@weir/core";

import type { GoType, GoValue } from "./go-value.ts";

/**
 * A function that templates may call, with its Go signature.
 *
 * Whoever calls it has converted the arguments as Go does: to a string, boolean or number where that is declared, to a
 * `bigint` where an integer type is, to the `GoValue` for every other type (a nil map or slice is `GoMap` or `GoSlice`;
 * `interface {}` takes anything, nil included). Missing variadic arguments are absent.
 */
export interface GoFunction {
  readonly name: string;
  readonly params: readonly GoType[];
  /** The element type of a last variadic parameter: `interface {}` for `...interface{}`. */
  readonly variadic?: GoType;
  /** The declared type of the (first) result. */
  readonly result: GoType;
  /** Why a template cannot call it: it has more results than a value and an error. Told once the arguments are counted. */
  readonly problem?: string;
  /**
   * Throws a `GoCallError` for an error result or a panic. `run` is what the caller's template run hands to all
   * functions (clock, randomness, budget): its type is the caller's.
   */
  readonly call: (args: readonly GoArgument[], run: unknown) => GoValue;
}

/** An argument after conversion: integers as bigints, all else as it is. */
export type GoArgument = GoValue | bigint;

/** A function's own error result, or its panic: the template engine adds where it was called. */
export class GoCallError extends WeirError {
  override readonly name = "GoCallError";
  readonly reason = "TemplateFunctionFailed";
  readonly retry = "never";
}
