import type { StoredValue, ValueRevisions } from "./storage.ts";

/** Where values lie that are not in memory. */
export interface ValueSource {
  /** Throws `RevisionCompactedError` where the value is forgotten, or what is wrong with the disk. */
  readValue(value: ValueRevisions): Uint8Array;
}

/** A stored value that may leave memory, and is then read from its source when it is asked for. */
export class HeldValue implements StoredValue {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly size: number;
  /** The bytes; without them, whether they were read since they left memory. */
  #bytes: Uint8Array | boolean;
  #recent: RecentValues | undefined;

  constructor(revisions: ValueRevisions, bytes: Uint8Array) {
    this.key = revisions.key;
    this.createRevision = revisions.createRevision;
    this.modRevision = revisions.modRevision;
    this.size = bytes.length;
    this.#bytes = bytes;
    this.#recent = undefined;
  }

  get value(): Uint8Array {
    if (typeof this.#bytes !== "boolean") return this.#bytes;
    const recent = this.#recent as RecentValues;
    const bytes = recent.read(this);
    // Whoever reads all values reads each once, and pushes none out that is read often.
    if (this.#bytes) {
      this.#bytes = bytes;
      recent.add(this);
    } else {
      this.#bytes = true;
    }
    return bytes;
  }

  /** Leaves memory. */
  release(recent: RecentValues): void {
    this.#recent = recent;
    this.#bytes = false;
  }
}

/** How many values of a queue must have left it before their places are given back. */
const SPENT_PLACES = 1024;

/**
 * Keeps values in memory that were written last, which are those that watchers and the next writes read, or are read again
 * and again; releases the others to their source.
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

  /** Takes a value in that has its bytes. */
  add(value: HeldValue): void {
    this.#queue.push(value);
    this.#bytes += value.size;
    while (this.#bytes > this.#limitBytes) {
      const oldest = this.#queue[this.#first++] as HeldValue;
      this.#bytes -= oldest.size;
      oldest.release(this);
    }
    if (this.#first < SPENT_PLACES || this.#first * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#first);
    this.#first = 0;
  }

  read(value: ValueRevisions): Uint8Array {
    return this.#source.readValue(value);
  }
}
