import type { Random } from "@weir/core";

/** Choices of a generator, made by a seeded source of randomness. */
export class Dice {
  readonly #random: Random;
  /** Whether choices that mostly end in an error may be made. */
  readonly takesRisks: boolean;

  /** `risk` says how likely it is that choices which mostly end in an error are made at all. */
  constructor(random: Random, risk = 1) {
    this.#random = random;
    this.takesRisks = this.chance(risk);
  }

  /** Never true where no risks are taken. */
  risks(probability: number): boolean {
    return this.takesRisks && this.chance(probability);
  }

  chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  /** An integer between both, either included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#random.next() * (high - low + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random.next() * items.length)];
    return item as Item;
  }

  /** Up to `most` of the items, in their order. */
  some<Item>(items: readonly Item[], most = items.length): Item[] {
    const wanted = this.int(0, Math.min(most, items.length));
    return this.shuffled(items)
      .slice(0, wanted)
      .sort((a, b) => items.indexOf(a) - items.indexOf(b));
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items];
    for (let at = result.length - 1; at > 0; at--) {
      const other = this.int(0, at);
      const [left, right] = [result[at], result[other]];
      result[at] = right as Item;
      result[other] = left as Item;
    }
    return result;
  }

  maybe<Value>(probability: number, make: () => Value): Value | undefined {
    return this.chance(probability) ? make() : undefined;
  }

  /** Between `low` and `high` values. */
  many<Value>(low: number, high: number, make: (index: number) => Value): Value[] {
    return Array.from({ length: this.int(low, high) }, (_, index) => make(index));
  }
}

/** The seed of one case: neighbours share nothing. */
export function caseSeed(seed: number, index: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
