import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import {
  type ApiRequest,
  type ByteBudget,
  type ClientCertificate,
  ConnectionDroppedError,
  OverloadedError,
} from "@weir/apiserver";
import { requestEntityTooLargeError } from "@weir/objects";
import type { ClientCertificates } from "./client-certificate.ts";

/** Why the signal of a request aborts: one reason for all, as making an error with its stack costs more than a small answer. */
const CLIENT_IS_GONE = "the client is gone";

/** What the requests of a listener share. */
export interface ListenerState {
  /** Counts the bytes of bodies and of answers that their clients have not taken yet. */
  readonly budget: ByteBudget;
  /** Whose bodies are read, by their connections. */
  readonly reading: Map<Socket, ListenedRequest>;
  /** Whom clients show by certificates; absent where none are asked for. */
  readonly certificates: ClientCertificates | undefined;
}

/** A request of node:http as the API's handlers see it. What few handlers ask for is made when it is asked for. */
export class ListenedRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #state: ListenerState;
  #gone: AbortController | undefined;
  #heldBytes = 0;
  #failBody: ((error: unknown) => void) | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, state: ListenerState) {
    const target = targetOf(request.url ?? "/");
    this.#state = state;
    const queryStart = target.indexOf("?");
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? "GET";
    this.path = queryStart < 0 ? target : target.slice(0, queryStart);
    this.query = new URLSearchParams(queryStart < 0 ? "" : goodPairs(target.slice(queryStart + 1)));
  }

  get target(): string {
    return this.#request.url ?? "/";
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket.remoteAddress;
  }

  get clientCertificate(): ClientCertificate | undefined {
    return this.#state.certificates?.of(this.#request.socket);
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
    const { rawHeaders } = this.#request;
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] ?? "";
      if (name.length < prefix.length || name.slice(0, prefix.length).toLowerCase() !== prefix) continue;
      found.push([name.toLowerCase(), rawHeaders[at + 1] ?? ""]);
    }
    return found;
  }

  readBody(limitBytes: number): Promise<Uint8Array> {
    const request = this.#request;
    const { budget, reading } = this.#state;
    const tooLarge = (): Error => requestEntityTooLargeError(`limit is ${limitBytes}`);
    if (Number(request.headers["content-length"] ?? 0) > limitBytes) return Promise.reject(tooLarge());
    const chunks: Buffer[] = [];
    let length = 0;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        reading.delete(request.socket);
        request.removeAllListeners("data");
        reject(error);
      };
      this.#failBody = fail;
      reading.set(request.socket, this);
      request.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > limitBytes) return fail(tooLarge());
        if (!budget.take(chunk.length)) return fail(new OverloadedError());
        this.#heldBytes += chunk.length;
        chunks.push(chunk);
      });
      request.once("end", () => {
        reading.delete(request.socket);
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      });
      request.once("error", fail);
      request.once("close", () => {
        if (!request.readableEnded) fail(new ConnectionDroppedError());
      });
    });
  }

  /** Ends the reading of the body, of which the rest cannot be read or does not come. */
  failBody(error: unknown): void {
    this.#failBody?.(error);
  }

  /** Gives back what the body took; to be called when nobody needs it any more. */
  release(): void {
    this.#state.budget.release(this.#heldBytes);
    this.#heldBytes = 0;
  }
}

/** Proxies are asked with whole URLs, of which a server takes the path. */
function targetOf(url: string): string {
  if (url.charCodeAt(0) === SLASH || url === "*") return url;
  const host = url.indexOf("://");
  const path = host < 0 ? -1 : url.indexOf("/", host + 3);
  return path < 0 ? "/" : url.slice(path);
}

const SLASH = 0x2f;

/** A query without the pairs that Go leaves out: those with a semicolon or a wrong percent-encoding. */
function goodPairs(query: string): string {
  if (!BAD_PAIR.test(query)) return query;
  return query
    .split("&")
    .filter((pair) => !BAD_PAIR.test(pair))
    .join("&");
}

const BAD_PAIR = /;|%(?![0-9a-fA-F]{2})/;

function textOf(value: string | readonly string[]): string {
  return typeof value === "string" ? value : value.join(", ");
}
