import { formatKey, type KubeObject, keyOf } from "@weir/objects";
import type { IndexTable } from "./index-table.ts";

/** Objects by namespace and key, with the indexes over them. */
export class IndexedObjects {
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();
  readonly #indexes = new Map<string, IndexTable>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The index tables by name. */
  get indexes(): ReadonlyMap<string, IndexTable> {
    return this.#indexes;
  }

  /** Adds an index, and what is there to it. */
  addIndex(name: string, table: IndexTable): void {
    for (const [key, object] of this.all()) table.update(key, undefined, object);
    this.#indexes.set(name, table);
  }

  get(key: string): KubeObject | undefined {
    const slash = key.indexOf("/");
    return this.#namespaces.get(slash === -1 ? "" : key.slice(0, slash))?.get(key);
  }

  /** The object under the same name. */
  like(key: string, { metadata }: KubeObject): KubeObject | undefined {
    return this.#namespaces.get(metadata.namespace ?? "")?.get(key);
  }

  put(key: string, previous: KubeObject | undefined, current: KubeObject): void {
    const { namespace = "" } = current.metadata;
    let objects = this.#namespaces.get(namespace);
    if (objects === undefined) this.#namespaces.set(namespace, (objects = new Map()));
    objects.set(key, current);
    if (previous === undefined) this.#size += 1;
    for (const table of this.#indexes.values()) table.update(key, previous, current);
  }

  remove(key: string, previous: KubeObject): void {
    const { namespace = "" } = previous.metadata;
    const objects = this.#namespaces.get(namespace);
    if (objects?.delete(key) !== true) return;
    if (objects.size === 0) this.#namespaces.delete(namespace);
    this.#size -= 1;
    for (const table of this.#indexes.values()) table.update(key, previous, undefined);
  }

  *all(): Generator<[string, KubeObject]> {
    for (const objects of this.#namespaces.values()) yield* objects;
  }

  in(namespace: string): Iterable<[string, KubeObject]> {
    return this.#namespaces.get(namespace) ?? [];
  }
}

/** The key of an object, as one text. */
export function textKey(object: KubeObject): string {
  return formatKey(keyOf(object));
}
