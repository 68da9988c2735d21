import type { IncomingMessage, ServerResponse } from "node:http";
import { type ApiRequest, ConnectionDroppedError } from "@weir/apiserver";
import { requestEntityTooLargeError } from "@weir/objects";

/** Why the signal of a request aborts: one reason for all, as making an error with its stack costs more than a small answer. */
const CLIENT_IS_GONE = "the client is gone";

/** A request of node:http as the API's handlers see it. What few handlers ask for is made when it is asked for. */
export class ListenedRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #gone: AbortController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    const target = request.url ?? "/";
    const queryStart = target.indexOf("?");
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? "GET";
    this.path = queryStart < 0 ? target : target.slice(0, queryStart);
    this.query = new URLSearchParams(queryStart < 0 ? "" : target.slice(queryStart + 1));
  }

  get target(): string {
    return this.#request.url ?? "/";
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket.remoteAddress;
  }

  /** The connection ended before the answer did. */
  get isGone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  get signal(): AbortSignal {
    if (this.#gone !== undefined) return this.#gone.signal;
    const gone = new AbortController();
    this.#gone = gone;
    if (this.#response.destroyed) gone.abort(CLIENT_IS_GONE);
    else this.#response.once("close", () => gone.abort(CLIENT_IS_GONE));
    return gone.signal;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return value === undefined ? undefined : textOf(value);
  }

  headersWithPrefix(prefix: string): readonly (readonly [name: string, value: string])[] {
    const found: (readonly [string, string])[] = [];
    const { headers } = this.#request;
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined && name.startsWith(prefix)) found.push([name, textOf(value)]);
    }
    return found;
  }

  readBody(limitBytes: number): Promise<Uint8Array> {
    const request = this.#request;
    const chunks: Buffer[] = [];
    let length = 0;
    return new Promise((resolve, reject) => {
      const refuse = (): void => {
        request.removeAllListeners("data");
        reject(requestEntityTooLargeError(`limit is ${limitBytes}`));
      };
      request.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > limitBytes) refuse();
        else chunks.push(chunk);
      });
      request.once("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
      request.once("error", reject);
      request.once("close", () => {
        if (!request.readableEnded) reject(new ConnectionDroppedError());
      });
    });
  }
}

function textOf(value: string | readonly string[]): string {
  return typeof value === "string" ? value : value.join(", ");
}
