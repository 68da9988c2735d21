import type { HistoryRecorder } from "../history/recorder.ts";
import type { Board } from "./board.ts";
import type { SessionGate } from "./session-gate.ts";

/** How many steps are done, and what is to happen at which. */
export class Steps {
  readonly total: number;
  #done = 0;
  readonly #waiting: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(total: number) {
    this.total = total;
  }

  get done(): number {
    return this.#done;
  }

  /** Whether another step may be taken, which it is then. */
  take(): boolean {
    if (this.#done >= this.total) return false;
    this.#done += 1;
    this.#wake();
    return true;
  }

  /** Calls back once so many steps are done; the function that is given back ends the wait. */
  at(step: number, wake: () => void): () => void {
    const waiting = { at: step, wake };
    this.#waiting.push(waiting);
    this.#wake();
    return () => {
      const index = this.#waiting.indexOf(waiting);
      if (index >= 0) this.#waiting.splice(index, 1);
    };
  }

  #wake(): void {
    for (const waiting of this.#waiting.filter(({ at }) => at <= this.#done)) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.wake();
    }
  }
}

/** What all parts of a run share. */
export interface RunState {
  readonly seed: number;
  readonly recorder: HistoryRecorder;
  readonly board: Board;
  readonly gate: SessionGate;
  readonly steps: Steps;
  /** Aborts when the run is over. */
  readonly over: AbortSignal;
}
