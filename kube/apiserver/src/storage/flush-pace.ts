/** Longest usual time of a flush that one waits for without letting others go on; waking a thread takes a part of it. */
const QUICK_MS = 0.6;
/** How far one flush moves what is taken for usual. */
const STEP = 1.1;

/**
 * Knows how long flushes usually take, to choose how to wait for one.
 *
 * Steps of one size towards each new time lead to the median, which a thread that was not let run, or a disk that had
 * something else to do, does not move.
 */
export class FlushPace {
  /** Unknown disks are slow. */
  #usualMs = 1;

  took(ms: number): void {
    this.#usualMs = ms < this.#usualMs ? this.#usualMs / STEP : Math.min(this.#usualMs * STEP, 1000);
  }

  waitsOnTheSpot(writes: number): boolean {
    return writes === 1 && this.#usualMs < QUICK_MS;
  }
}
