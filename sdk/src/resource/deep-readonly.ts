import type { JsonValue } from "@weir/core";

/**
 * A type whose values are never changed, at any depth: what a cache hands out.
 *
 * A field that may be absent is absent, never `undefined`, as in JSON.
 */
export type DeepReadonly<T> = [JsonValue] extends [T] ? T : ReadonlyParts<T>;

type ReadonlyParts<T> = T extends string | number | boolean | bigint | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<Exclude<T[Key], undefined>> }
      : T;
