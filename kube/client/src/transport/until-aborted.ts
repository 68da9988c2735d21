import type { BodyChunk } from "./transport.ts";

/**
 * A body that breaks off with the signal's reason when it aborts, also while its source is silent; the source is let go
 * of then.
 */
export function untilAborted(
  body: AsyncIterable<BodyChunk>,
  signal: AbortSignal,
): AsyncIterableIterator<BodyChunk> {
  return new AbortableBody(body, signal);
}

class AbortableBody implements AsyncIterableIterator<BodyChunk> {
  readonly #source: AsyncIterator<BodyChunk>;
  readonly #signal: AbortSignal;
  #reject: ((reason: unknown) => void) | undefined;

  constructor(body: AsyncIterable<BodyChunk>, signal: AbortSignal) {
    this.#source = body[Symbol.asyncIterator]();
    this.#signal = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<BodyChunk>> {
    return new Promise((resolve, reject) => {
      if (this.#signal.aborted) return reject(this.#signal.reason);
      this.#reject = reject;
      this.#source.next().then(
        (result) => {
          if (result.done === true) this.#letGoOfSignal();
          resolve(result);
        },
        (error: unknown) => {
          this.#letGoOfSignal();
          reject(error);
        },
      );
    });
  }

  async return(): Promise<IteratorResult<BodyChunk>> {
    this.#letGoOfSignal();
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  readonly #onAbort = (): void => {
    this.#reject?.(this.#signal.reason);
    // Not waited for: a generator that waits for its own source ends only with that.
    this.#source.return?.().catch(() => undefined);
  };

  #letGoOfSignal(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
