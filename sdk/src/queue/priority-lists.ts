interface Listed<Item> {
  readonly item: Item;
  readonly isStale: () => boolean;
}

/** First in, first out with a head index: taking from the front of a long array must not move the rest. */
class Fifo<Item> {
  #entries: (Listed<Item> | undefined)[] = [];
  #head = 0;

  push(entry: Listed<Item>): void {
    this.#entries.push(entry);
  }

  shift(): Item | undefined {
    while (this.#head < this.#entries.length) {
      const entry = this.#entries[this.#head];
      this.#entries[this.#head++] = undefined;
      if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
        this.#entries = this.#entries.slice(this.#head);
        this.#head = 0;
      }
      if (entry !== undefined && !entry.isStale()) return entry.item;
    }
    this.#entries = [];
    this.#head = 0;
    return undefined;
  }
}

/** Items by priority, highest first, in order of arrival within one; an item that moved on is skipped. */
export class PriorityLists<Item> {
  readonly #levels = new Map<number, Fifo<Item>>();
  #priorities: number[] = [];

  push(priority: number, item: Item, isStale: () => boolean): void {
    let level = this.#levels.get(priority);
    if (level === undefined) {
      level = new Fifo();
      this.#levels.set(priority, level);
      this.#priorities = [...this.#priorities, priority].sort((a, b) => b - a);
    }
    level.push({ item, isStale });
  }

  shift(): Item | undefined {
    for (const priority of this.#priorities) {
      const item = this.#levels.get(priority)?.shift();
      if (item !== undefined) return item;
    }
    return undefined;
  }
}
