import type { StoredValue } from "./storage.ts";

/** Where values lie that are not in memory, by the revision that wrote them. */
export interface ValueSource {
  /** Throws `RevisionCompactedError` where the value is forgotten, or what is wrong with the disk. */
  readValue(revision: number): Uint8Array;
}

/** A stored value that may leave memory, and is then read from its source each time it is asked for. */
export class HeldValue implements StoredValue {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly size: number;
  #bytes: Uint8Array | undefined;
  #source: ValueSource | undefined;

  constructor(revisions: Omit<StoredValue, "size" | "value">, bytes: Uint8Array) {
    this.key = revisions.key;
    this.createRevision = revisions.createRevision;
    this.modRevision = revisions.modRevision;
    this.size = bytes.length;
    this.#bytes = bytes;
    this.#source = undefined;
  }

  get value(): Uint8Array {
    return this.#bytes ?? (this.#source as ValueSource).readValue(this.modRevision);
  }

  /** Leaves memory: `source` has it. */
  release(source: ValueSource): void {
    this.#source = source;
    this.#bytes = undefined;
  }
}

/** How many values of a queue must have left it before their places are given back. */
const SPENT_PLACES = 1024;

/**
 * Keeps the values written last in memory, which are those that watchers and the next writes read, and releases the others
 * to their source.
 */
export class RecentValues {
  readonly #source: ValueSource;
  readonly #limitBytes: number;
  #queue: HeldValue[] = [];
  #first = 0;
  #bytes = 0;

  constructor(source: ValueSource, limitBytes: number) {
    this.#source = source;
    this.#limitBytes = limitBytes;
  }

  add(value: HeldValue): void {
    this.#queue.push(value);
    this.#bytes += value.size;
    while (this.#bytes > this.#limitBytes) {
      const oldest = this.#queue[this.#first++] as HeldValue;
      this.#bytes -= oldest.size;
      oldest.release(this.#source);
    }
    if (this.#first < SPENT_PLACES || this.#first * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#first);
    this.#first = 0;
  }
}
