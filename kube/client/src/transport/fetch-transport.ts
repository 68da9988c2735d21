import type { BodyChunk, Transport } from "./transport.ts";

/** Makes a transport of what answers as `fetch` does: a server in the same process, or a stub in a test. */
export function fetchTransport(handler: (request: Request) => Response | Promise<Response>): Transport {
  return async ({ url, method, headers, body, signal }) => {
    const request = new Request(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      redirect: "manual",
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : Buffer.from(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const response = await handler(request);
    return {
      status: response.status,
      headers: [...response.headers],
      body: response.body === null ? "" : new StreamChunks(response.body),
    };
  };
}

/** Unlike the stream's own iterator, `return()` does not wait for a read that is under way. */
class StreamChunks implements AsyncIterableIterator<BodyChunk> {
  readonly #stream: ReadableStream<Uint8Array>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#stream = stream;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<BodyChunk>> {
    this.#reader ??= this.#stream.getReader();
    const { done, value } = await this.#reader.read();
    return done ? { done, value: undefined } : { done, value };
  }

  async return(): Promise<IteratorResult<BodyChunk>> {
    this.#reader ??= this.#stream.getReader();
    // A body that failed cannot be cancelled; what it failed with has been thrown.
    await this.#reader.cancel().catch(() => undefined);
    return { done: true, value: undefined };
  }
}
