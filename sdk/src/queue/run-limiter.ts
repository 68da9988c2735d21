import type { Clock } from "@weir/core";

/** Lets at most so many runs of one key begin within a time; keys that rest are forgotten. */
export class RunLimiter {
  readonly #clock: Clock;
  readonly #runs: number;
  readonly #perMs: number;
  /** When the last runs of a key began, keys in order of their last run. */
  readonly #starts = new Map<string, number[]>();

  constructor(clock: Clock, runs: number, perMs: number) {
    this.#clock = clock;
    this.#runs = runs;
    this.#perMs = perMs;
  }

  get size(): number {
    return this.#starts.size;
  }

  /** Counts a run that begins now and gives 0, or says after how many milliseconds one may begin. */
  take(key: string): number {
    const nowMs = this.#clock.monotonic();
    this.#forgetResting(nowMs);
    const starts = (this.#starts.get(key) ?? []).filter((startMs) => startMs > nowMs - this.#perMs);
    const [oldest] = starts;
    if (oldest !== undefined && starts.length >= this.#runs) return oldest + this.#perMs - nowMs;
    this.#starts.delete(key);
    this.#starts.set(key, [...starts, nowMs]);
    return 0;
  }

  #forgetResting(nowMs: number): void {
    for (const [key, starts] of this.#starts) {
      if ((starts.at(-1) ?? 0) > nowMs - this.#perMs) return;
      this.#starts.delete(key);
    }
  }
}
