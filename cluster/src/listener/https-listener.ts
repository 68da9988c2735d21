import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import {
  type ApiRequest,
  type ApiResponse,
  type ByteBudget,
  ConnectionDroppedError,
  createByteBudget,
} from "@weir/apiserver";
import { type Clock, describeError, type Logger, systemClock } from "@weir/core";
import { serviceUnavailableError, timeoutError, unknownError } from "@weir/objects";
import type { CertifiedKey } from "@weir/sdk";
import { ClientCertificates } from "./client-certificate.ts";
import { ChunkFrames } from "./chunk-frames.ts";
import { ListenedRequest, type ListenerState } from "./listened-request.ts";
import { AddressInUseError, ListenFailedError } from "./listener-error.ts";
import {
  type CompleteLimits,
  completeLimits,
  type ListenerLimits,
  MAX_HEAD_BYTES,
} from "./listener-limits.ts";
import { PendingConnections } from "./pending-connections.ts";
import {
  HTTP_ON_HTTPS,
  LINGER_MS,
  methodNotAllowed,
  type ParserError,
  protocolRefusal,
  refusalOf,
  refuse,
} from "./refused-request.ts";
import { type Sending, sendAnswer } from "./send-answer.ts";

/** What a listener is made of. */
export interface HttpsListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly identity: CertifiedKey;
  readonly handle: (request: ApiRequest) => Promise<ApiResponse>;
  readonly logger: Logger;
  /** Authorities, as PEM, whose certificates show who a client is; by default clients are not asked for any. */
  readonly clientAuthorities?: readonly string[];
  /** What clients may do; as kube-apiserver by default. */
  readonly limits?: ListenerLimits;
  /** Counts the bytes in flight, best together with the API server's; one of its own by default. */
  readonly budget?: ByteBudget;
  /** Times what clients do; the system clock by default. */
  readonly clock?: Clock;
}

/** A listener that runs. Disposing it ends watches, lets other requests end for a while, then every connection. */
export interface HttpsListener extends AsyncDisposable {
  readonly url: string;
  /** How many connections are open. */
  readonly connections: number;
}

/** Serves an API handler over TLS. Rejects with `AddressInUseError` where the port is taken. */
export async function listenHttps(options: HttpsListenerOptions): Promise<HttpsListener> {
  const listener = new Listener(options);
  await listener.listen();
  return listener;
}

/** The order in which Go prefers ciphers on processors that have instructions for AES: the shorter key is quicker. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");
/** A client that is silent for so long is asked by TCP whether it is still there. */
const KEEP_ALIVE_MS = 30_000;
/** How often Node looks for requests that take too long, at most. */
const CHECK_MS = 5_000;

class Listener implements HttpsListener {
  readonly #options: HttpsListenerOptions;
  readonly #limits: CompleteLimits;
  readonly #server: Server;
  readonly #pending: PendingConnections;
  readonly #state: ListenerState;
  readonly #sending: Sending;
  /** Those whose handshake is not over too, of which the server knows only later. */
  readonly #sockets = new Set<Socket>();
  #underWay = 0;
  #isClosing = false;
  #onIdle: (() => void) | undefined;

  constructor(options: HttpsListenerOptions) {
    const { budget = createByteBudget(), clock = systemClock } = options;
    this.#options = options;
    this.#limits = completeLimits(options.limits);
    this.#pending = new PendingConnections(this.#limits.maxPendingConnections);
    const { stallTimeoutMs } = this.#limits;
    this.#sending = { budget, clock, stallTimeoutMs, frames: new ChunkFrames(), watches: new Set() };
    const certificates = options.clientAuthorities === undefined ? undefined : new ClientCertificates();
    this.#state = { budget, reading: new Map(), certificates };
    this.#server = this.#createServer();
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    const { host } = this.#options;
    return `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options;
    this.#server.listen({ host, port });
    try {
      await once(this.#server, "listening");
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      throw isTaken
        ? new AddressInUseError(host, port, { cause: error })
        : new ListenFailedError(host, port, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    for (const end of this.#sending.watches) end();
    await this.#idle();
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Resolves when every answer was taken, or when that took too long. */
  #idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#sending.clock.setTimer(this.#limits.shutdownGraceMs, resolve);
      this.#onIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #createServer(): Server {
    const { clientAuthorities, identity } = this.#options;
    const { certificate: cert, key } = identity;
    const { clock } = this.#sending;
    const { requestTimeoutMs, idleTimeoutMs } = this.#limits;
    const headTimeoutMs = Math.min(this.#limits.headTimeoutMs, requestTimeoutMs);
    const server = createServer({
      cert,
      key,
      // Whose certificate nobody vouches for is told so by a 401, not by a broken handshake.
      ...(clientAuthorities === undefined
        ? {}
        : { ca: [...clientAuthorities], requestCert: true, rejectUnauthorized: false }),
      minVersion: "TLSv1.2",
      ciphers: CIPHERS,
      handshakeTimeout: headTimeoutMs,
      headersTimeout: headTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, headTimeoutMs),
      keepAliveTimeout: idleTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEAD_BYTES,
      requireHostHeader: false,
    });
    // As many as fit into the head: which of them matter is not for the parser to say.
    server.maxHeadersCount = 0;
    server.on("request", (request, response) => {
      void this.#serve(request, response);
    });
    server.on("connection", (socket) => this.#connected(socket as Socket));
    server.on("checkExpectation", (_, response) => {
      response.writeHead(417, { Connection: "close" }).end();
    });
    server.on("connect", (_, socket) => refuse(socket, methodNotAllowed(), clock));
    server.on("clientError", (error, socket) => this.#failed(error, socket as Socket));
    server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
      const below = error.code === "ERR_SSL_HTTP_REQUEST" ? this.#pending.below(socket) : undefined;
      // A client that breaks its handshake off, or does not trust the certificate, is its own concern.
      if (below !== undefined) refuse(below, HTTP_ON_HTTPS, clock);
      else socket.destroy();
    });
    return server;
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#pending.add(socket);
  }

  /** What a client sends is no request, or does not come. */
  #failed(error: ParserError, socket: Socket): void {
    const isLate = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    const reading = this.#state.reading.get(socket);
    if (reading === undefined)
      return refuse(socket, isLate ? undefined : protocolRefusal(error), this.#sending.clock);
    if (isLate) {
      reading.failBody(timeoutError("request did not complete within the allotted timeout", 0));
      return;
    }
    if (error.code?.startsWith("HPE_") !== true) socket.destroy();
    const isChunk = error.code === "HPE_INVALID_CHUNK_SIZE";
    reading.failBody(unknownError(isChunk ? "invalid byte in chunk length" : "malformed chunked encoding"));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#pending.asked(request.socket);
    this.#underWay++;
    response.once("close", this.#onAnswered);
    // An answer that cannot be sent is its client's loss.
    response.on("error", ignore);
    if (this.#isRefused(request, response)) return;
    const asked = new ListenedRequest(request, response, this.#state);
    try {
      const answer = await this.#options.handle(asked);
      if (!request.complete) this.#linger(request, response);
      await sendAnswer(answer, response, this.#sending);
    } catch (error) {
      if (asked.isGone) return;
      const isIntended = error instanceof ConnectionDroppedError;
      if (!isIntended) this.#options.logger.error("cannot answer a request", { error: describeError(error) });
      response.destroy();
    } finally {
      asked.release();
    }
  }

  readonly #onAnswered = (): void => {
    this.#underWay--;
    if (this.#underWay === 0) this.#onIdle?.();
  };

  /** Answers what is not for the handler. */
  #isRefused(request: IncomingMessage, response: ServerResponse): boolean {
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      refuse(request.socket, refusal, this.#sending.clock);
      return true;
    }
    if (this.#isClosing) {
      refuseToStart(response);
      return true;
    }
    // Go's server answers by itself who asks what it can do as a whole.
    if (request.url !== "*" || request.method !== "OPTIONS") return false;
    response.end();
    return true;
  }

  /** Reads on for a while what nobody wants, as a client that is still writing would not see its answer otherwise. */
  #linger(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    response.setHeader("Connection", "close");
    request.resume();
    socket.destroySoon = () => {
      socket.end();
      this.#sending.clock.setTimer(LINGER_MS, () => socket.destroy());
    };
  }
}

function ignore(): void {}

/** 503 of a request that comes over a connection that is about to be closed. */
function refuseToStart(response: ServerResponse): void {
  const { status } = serviceUnavailableError("apiserver is shutting down");
  response.writeHead(503, {
    "Content-Type": "application/json",
    "Retry-After": "1",
    "X-Content-Type-Options": "nosniff",
    Connection: "close",
  });
  response.end(`${JSON.stringify(status)}\n`);
}
