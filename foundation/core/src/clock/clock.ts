/** A timer that can be taken back; cancelling one that fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time. Everything that waits or stamps takes one, so that a test can advance it.
 *
 * `now` is wall time in milliseconds since the epoch (for stamps), `monotonic` milliseconds from an arbitrary start
 * (for deadlines; never goes back). A delay beyond 2^31-1 ms waits that long, where Node's timer would fire at once.
 */
export interface Clock {
  now(): number;
  monotonic(): number;
  /** Calls `fire` once after `delayMs`; a negative delay counts as zero. System timers do not keep a process alive. */
  setTimer(delayMs: number, fire: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Waits on any clock through its timers; shared by the clocks so that they differ in nothing else. */
export function sleepOn(
  clock: Pick<Clock, "setTimer">,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
