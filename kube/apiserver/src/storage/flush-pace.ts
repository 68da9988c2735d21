/** Longest time of a flush that one waits for without letting others go on; waking a thread takes about a third of it. */
const QUICK_MS = 0.6;
/** How much one flush counts against those before it. */
const WEIGHT = 0.1;
/** A single flush that takes so long counts for itself. */
const STALL_MS = 5;

/** Knows how quick the disk has been, to choose how to wait for it. */
export class FlushPace {
  /** Unknown disks are slow. */
  #averageMs = 1;

  took(ms: number): void {
    this.#averageMs = ms > STALL_MS ? ms : this.#averageMs + WEIGHT * (ms - this.#averageMs);
  }

  waitsOnTheSpot(writes: number): boolean {
    return writes === 1 && this.#averageMs < QUICK_MS;
  }
}
