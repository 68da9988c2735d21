/** A value of which no part can be written. */
export type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;

/**
 * Freezes a tree of plain objects and arrays in place and gives it back, typed so that writing is a compile error.
 *
 * A part that is frozen already is taken to be frozen to its leaves, so freezing a value that shares structure with
 * an earlier one costs only what is new.
 */
export function deepFreeze<T>(value: T): DeepReadonly<T> {
  const pending: Node[] = isThawed(value) ? [value] : [];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    Object.freeze(node);
    // Plain objects inherit nothing to enumerate, and this makes no array of their values.
    for (const key in node) {
      const child = node[key];
      if (isThawed(child)) pending.push(child);
    }
  }
  return value as DeepReadonly<T>;
}

type Node = Record<string, unknown>;

function isThawed(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Object.isFrozen(value);
}
