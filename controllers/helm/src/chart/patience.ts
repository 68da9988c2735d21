import { type Clock, TransientMap } from "@weir/core";

/** How long a chart that its controller is about to look at is waited for without a word. */
const QUIET_MS = 3_000;

/**
 * Who waits quietly for a chart that was just made or changed: its controller looks at it within moments, and wakes the
 * release then. Telling of the wait would cost a write of the status for each release.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #since = new TransientMap<number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to go on waiting without a word, in milliseconds; `undefined` once that was long enough. */
  waitFor(key: string): number | undefined {
    const now = this.#clock.monotonic();
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    const left = since + QUIET_MS - now;
    return left > 0 ? left : undefined;
  }

  /** The wait is over. */
  end(key: string): void {
    this.#since.delete(key);
  }
}
