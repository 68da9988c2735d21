import { type Clock, type FakeClock, type Timer } from "@weir/core";

/** A view of a fake clock whose wall time can be set and whose event loop can be blocked. */
export class StallingClock implements Clock {
  readonly #inner: FakeClock;
  #wallOffsetMs = 0;
  #stalledMs = 0;

  constructor(inner: FakeClock) {
    this.#inner = inner;
  }

  now(): number {
    return this.#inner.now() + this.#wallOffsetMs + this.#stalledMs;
  }

  monotonic(): number {
    return this.#inner.monotonic() + this.#stalledMs;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    return this.#inner.setTimer(delayMs, fire);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return this.#inner.sleep(delayMs, signal);
  }

  /** Somebody sets the wall clock; or the machine sleeps, in which the monotonic clock stands still. */
  setAhead(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** Time passes and no timer fires: the event loop is blocked. */
  stall(ms: number): void {
    this.#stalledMs += ms;
  }
}
