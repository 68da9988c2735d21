import type { Clock, Timer } from "@weir/core";
import type { Progress } from "./report.ts";

/**
 * Decides which progress of a run is worth a write: what a run is still at once it has taken `afterMs`, and from then
 * on at most one write in that time. Quick runs write none.
 */
export class ProgressWriter {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #write: (progress: Progress) => Promise<void>;
  #pending: Progress | undefined;
  #timer: Timer | undefined;
  #allowedAtMs: number;
  #writing: Promise<void> = Promise.resolve();
  #isFinished = false;

  /** `write` is called with one progress at a time; it reports its own failures. */
  constructor(clock: Clock, afterMs: number, write: (progress: Progress) => Promise<void>) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#write = write;
    this.#allowedAtMs = clock.monotonic() + afterMs;
  }

  /** Says what the run is at now; what it was at before is not written any more. */
  set(progress: Progress): void {
    if (this.#isFinished) return;
    this.#pending = progress;
    this.#timer ??= this.#clock.setTimer(
      this.#allowedAtMs - this.#clock.monotonic(),
      () => void this.flush(),
    );
  }

  /** Writes what is pending at once. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const progress = this.#pending;
    if (progress === undefined || this.#isFinished) return this.#writing;
    this.#pending = undefined;
    this.#allowedAtMs = this.#clock.monotonic() + this.#afterMs;
    this.#writing = this.#writing.then(() => this.#write(progress));
    return this.#writing;
  }

  /** Writes no more; resolves when the write under way has ended. */
  finish(): Promise<void> {
    this.#isFinished = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    return this.#writing;
  }
}
