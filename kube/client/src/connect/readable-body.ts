import type { Readable } from "node:stream";
import { ConnectionClosedError } from "../api-error.ts";

/** So many bytes are taken in advance of the reader; then the sender has to wait. */
const MAX_AHEAD = 64 * 1024;

/** The bytes of a readable as they are asked for. Ends of the stream's own are told apart from failures. */
export class ReadableBody implements AsyncIterableIterator<Uint8Array> {
  readonly #readable: Readable;
  readonly #ahead: Uint8Array[] = [];
  #bytesAhead = 0;
  #end: { readonly error?: unknown } | undefined;
  #reader: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined;

  constructor(readable: Readable) {
    this.#readable = readable;
    readable.on("data", (chunk: Uint8Array) => this.#take(chunk));
    readable.on("end", () => this.#finish({}));
    readable.on("error", (error) => this.fail(error));
    // Never taken for an end: what came may be half of it.
    readable.on("close", () => {
      if (this.#end === undefined) this.#finish({ error: new ConnectionClosedError() });
    });
  }

  /** Whether nothing has come of what a reader waits for. */
  get isAwaited(): boolean {
    return this.#reader !== undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#ahead.shift();
    if (value !== undefined) {
      this.#bytesAhead -= value.length;
      if (this.#bytesAhead === 0 && this.#readable.isPaused()) this.#readable.resume();
      return Promise.resolve({ done: false, value });
    }
    if (this.#end !== undefined) {
      return "error" in this.#end
        ? Promise.reject(this.#end.error)
        : Promise.resolve({ done: true, value: undefined });
    }
    this.#reader ??= Promise.withResolvers();
    return this.#reader.promise;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#finish({});
    this.#ahead.length = 0;
    if (!this.#readable.readableEnded) this.#readable.destroy();
    return { done: true, value: undefined };
  }

  /** Ends it for its reader; the stream is destroyed. */
  fail(error: unknown): void {
    this.#finish({ error });
    this.#readable.destroy();
  }

  #take(chunk: Uint8Array): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      return reader.resolve({ done: false, value: chunk });
    }
    this.#ahead.push(chunk);
    this.#bytesAhead += chunk.length;
    if (this.#bytesAhead >= MAX_AHEAD) this.#readable.pause();
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) return;
    if ("error" in end) reader.reject(end.error);
    else reader.resolve({ done: true, value: undefined });
  }
}
