import type { Random } from "./random.ts";

/** Shape of an exponential backoff, in milliseconds. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Growth per failure; 2 by default. */
  readonly factor?: number;
  /** Share of the delay drawn at random and added to it, 0 to 1; 0 by default. */
  readonly jitter?: number;
}

/** Delays that grow per key with each failure, as client-go's exponential per-item limiter; never overflows. */
export class Backoff<Key> {
  readonly #options: BackoffOptions;
  readonly #random: Random;
  readonly #failures = new Map<Key, number>();

  constructor(options: BackoffOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** Counts a failure of the key and returns how long to wait. */
  next(key: Key): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { baseMs, maxMs, factor = 2, jitter = 0 } = this.#options;
    const delayMs = Math.min(maxMs, baseMs * factor ** Math.min(failures, 64));
    return Math.min(maxMs, delayMs + delayMs * jitter * this.#random.next());
  }

  /** How often the key failed since it was last forgotten. */
  failures(key: Key): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Starts the key over. */
  forget(key: Key): void {
    this.#failures.delete(key);
  }
}
