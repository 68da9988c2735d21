/** An entry that becomes due; `isStale` entries are dropped instead of returned. */
export interface Delayed {
  readonly dueMs: number;
  readonly isStale: () => boolean;
}

/** A binary heap by due time with lazy deletion: what went stale is dropped when it surfaces or when it outweighs the rest. */
export class DelayHeap<Entry extends Delayed> {
  #entries: Entry[] = [];

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#up(this.#entries.length - 1);
  }

  /** The entry that is due first, stale ones left out. */
  peek(): Entry | undefined {
    for (let top = this.#entries[0]; top !== undefined; top = this.#entries[0]) {
      if (!top.isStale()) return top;
      this.pop();
    }
    return undefined;
  }

  pop(): Entry | undefined {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    if (top !== undefined && last !== undefined && this.#entries.length > 0) {
      this.#entries[0] = last;
      this.#down(0);
    }
    return top;
  }

  /** Drops stale entries once they outnumber `live` twice, so that a busy key with a long interval costs no memory. */
  compact(live: number): void {
    if (this.#entries.length < 1024 || this.#entries.length < 2 * live) return;
    this.#entries = this.#entries.filter((entry) => !entry.isStale()).sort((a, b) => a.dueMs - b.dueMs);
  }

  #up(from: number): void {
    const entries = this.#entries;
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      swap(entries, index, parent);
      index = parent;
    }
  }

  #down(from: number): void {
    const entries = this.#entries;
    for (let index = from; ; ) {
      const left = 2 * index + 1;
      let least = index;
      if (left < entries.length && this.#isBefore(left, least)) least = left;
      if (left + 1 < entries.length && this.#isBefore(left + 1, least)) least = left + 1;
      if (least === index) return;
      swap(entries, index, least);
      index = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    return (this.#entries[a]?.dueMs ?? 0) < (this.#entries[b]?.dueMs ?? 0);
  }
}

function swap<Entry>(entries: (Entry | undefined)[], a: number, b: number): void {
  const kept = entries[a];
  entries[a] = entries[b];
  entries[b] = kept;
}
