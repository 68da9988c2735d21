import type { KubeObject } from "@weir/objects";

/** The values under which an object is found in an index; pure, so that a value can be computed again to remove it. */
export type IndexFunction<R = KubeObject> = (object: R) => readonly string[] | string | undefined;

/** Told of an object that an index cannot make sense of. */
export type IndexTrouble = (object: KubeObject, error: unknown) => void;

/** One index over the objects of a store, kept up to date object by object. */
export class IndexTable {
  readonly #valuesOf: IndexFunction;
  readonly #onTrouble: IndexTrouble | undefined;
  readonly #buckets = new Map<string, Map<string, KubeObject>>();

  constructor(valuesOf: IndexFunction, onTrouble?: IndexTrouble) {
    this.#valuesOf = valuesOf;
    this.#onTrouble = onTrouble;
  }

  /** The same index over nothing. */
  emptied(): IndexTable {
    return new IndexTable(this.#valuesOf, this.#onTrouble);
  }

  /** Replaces what `previous` contributed by what `current` does; either may be absent. */
  update(key: string, previous: KubeObject | undefined, current: KubeObject | undefined): void {
    if (previous !== undefined) {
      for (const value of this.valuesOf(previous)) this.#remove(value, key);
    }
    if (current === undefined) return;
    for (const value of this.#read(current, this.#onTrouble)) {
      let bucket = this.#buckets.get(value);
      if (bucket === undefined) this.#buckets.set(value, (bucket = new Map()));
      bucket.set(key, current);
    }
  }

  /** The objects with this value, by key. */
  bucket(value: string): ReadonlyMap<string, KubeObject> {
    return this.#buckets.get(value) ?? EMPTY;
  }

  /** The values of an object; an index that cannot make sense of an object does not list it. */
  valuesOf(object: KubeObject): readonly string[] {
    return this.#read(object, undefined);
  }

  /** An index function that throws or gives no texts must not stop the watch that fills the index. */
  #read(object: KubeObject, onTrouble: IndexTrouble | undefined): readonly string[] {
    let values: unknown;
    try {
      values = this.#valuesOf(object);
    } catch (error) {
      onTrouble?.(object, error);
      return [];
    }
    if (values === undefined) return [];
    if (typeof values === "string") return [values];
    if (!Array.isArray(values)) {
      onTrouble?.(object, `the index gave ${values === null ? "null" : `a ${typeof values}`}`);
      return [];
    }
    if (values.every((value) => typeof value === "string")) return values;
    onTrouble?.(object, "the index gave values that are no texts");
    return values.filter((value) => typeof value === "string");
  }

  #remove(value: string, key: string): void {
    const bucket = this.#buckets.get(value);
    if (bucket === undefined) return;
    bucket.delete(key);
    if (bucket.size === 0) this.#buckets.delete(value);
  }
}

const EMPTY: ReadonlyMap<string, KubeObject> = new Map();
