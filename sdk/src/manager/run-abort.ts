/** What ends: a run, or the controller that it belongs to. */
export interface Abortable {
  readonly isAborted: boolean;
  readonly reason: unknown;
  /** Calls back when it is aborted, at once where it is already; gives what takes that back. */
  onAbort(listener: (reason: unknown) => void): () => void;
}

/**
 * An abort that becomes an `AbortSignal` only where somebody asks for one.
 *
 * A signal with its controller and listeners costs more than a reconcile that finds nothing to do.
 */
export class RunAbort implements Abortable {
  /** In places that are used again: as a set, that of a controller would make a new table every few runs. */
  readonly #listeners: (((reason: unknown) => void) | undefined)[] = [];
  readonly #free: number[] = [];
  #controller: AbortController | undefined;
  #isAborted = false;
  #reason: unknown;

  get isAborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Aborts; a second time does nothing. */
  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners.splice(0)) listener?.(reason);
  }

  onAbort(listener: (reason: unknown) => void): () => void {
    if (this.#isAborted) {
      listener(this.#reason);
      return () => {};
    }
    const place = this.#free.pop() ?? this.#listeners.length;
    this.#listeners[place] = listener;
    return () => {
      if (this.#listeners[place] !== listener) return;
      this.#listeners[place] = undefined;
      this.#free.push(place);
    };
  }
}
