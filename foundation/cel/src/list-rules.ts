import type { CelValue } from "./value.ts";

const RULES = Symbol("rules of a list");

/** How a list differs from others: what it is equal to, and what comes of adding another one. The list is always on the left. */
export interface ListRules {
  isEqual(left: readonly CelValue[], right: readonly CelValue[]): boolean;
  add(left: readonly CelValue[], right: readonly CelValue[]): readonly CelValue[];
}

/** Gives a list rules; a sum of it has them, too, and nothing else that is made of it. */
export function withListRules(list: readonly CelValue[], rules: ListRules): readonly CelValue[] {
  return Object.defineProperty([...list], RULES, { value: rules });
}

/** The rules of a list, if it has some. */
export function listRules(list: readonly CelValue[]): ListRules | undefined {
  return (list as { readonly [RULES]?: ListRules })[RULES];
}
