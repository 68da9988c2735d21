/**
 * A map by text for entries that come and go all the time, such as the keys in work; use `Map` for what stays.
 *
 * V8's `Map` makes a new table after as many additions and deletions as it has room for, and each old table refers to
 * the next: once the first has grown old, all that follow, with the values that they held, stay until a full
 * collection, and every small one moves them. A dictionary of properties has no such chain.
 */
export class TransientMap<Value> {
  #entries: Record<string, Value> = dictionary();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#entries[key];
  }

  has(key: string): boolean {
    return key in this.#entries;
  }

  set(key: string, value: Value): this {
    if (!(key in this.#entries)) this.#size += 1;
    this.#entries[key] = value;
    return this;
  }

  delete(key: string): boolean {
    if (!(key in this.#entries)) return false;
    delete this.#entries[key];
    this.#size -= 1;
    return true;
  }

  clear(): void {
    this.#entries = dictionary();
    this.#size = 0;
  }

  /** The values, in the order of their first addition but for keys that look like array indexes, which come first. */
  values(): Value[] {
    return Object.values(this.#entries);
  }

  /** The keys with their values, in the order of `values`. */
  entries(): [string, Value][] {
    return Object.entries(this.#entries);
  }
}

function dictionary<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
