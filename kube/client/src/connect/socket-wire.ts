import type { Agent, AgentOptions, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { AnswerTimeoutError, ConnectionClosedError } from "../api-error.ts";
import type { ClusterConfig } from "../kubeconfig/cluster-config.ts";
import type { HeaderLine, TransportRequest, TransportResponse } from "../transport/transport.ts";
import type { TlsMaterial } from "./credentials.ts";
import { ReadableBody } from "./readable-body.ts";
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, IDLE_MS, MAX_CONNECTIONS, type Wire } from "./wire.ts";

/**
 * Sockets of Node's own HTTP/1.1. Opens nothing yet; throws where a certificate cannot be read.
 *
 * Node's modules are loaded here, so that a controller of an API without TLS does without it, and not by `import`: that
 * of `node:http` looks at each of its names, and the one for web sockets loads all of `fetch` and HTTP/2, 14 MB.
 */
export function openSocketWire(config: ClusterConfig, tls: TlsMaterial): Wire {
  const options: AgentOptions = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_PROBE_MS, timeout: IDLE_MS };
  const limited = { ...options, maxSockets: MAX_CONNECTIONS };
  if (!config.server.startsWith("https:")) {
    const { request, Agent: HttpAgent } = process.getBuiltinModule("node:http");
    return new SocketWire(request, new HttpAgent(limited), new HttpAgent(options));
  }
  const { request, Agent: HttpsAgent } = process.getBuiltinModule("node:https");
  const { createSecureContext } = process.getBuiltinModule("node:tls");
  const { ca, certificate: cert, key } = tls;
  const secure = {
    // One for all sockets, each of which would read the certificates again.
    secureContext: createSecureContext({ ca, cert, key }),
    rejectUnauthorized: !config.insecureSkipTlsVerify,
    ...(config.tlsServerName === undefined ? {} : { servername: config.tlsServerName }),
  };
  return new SocketWire(
    request,
    new HttpsAgent({ ...limited, ...secure }),
    new HttpsAgent({ ...options, ...secure }),
  );
}

/** As client-go: a peer that is gone without a word is noticed, also under a quiet watch. */
const KEEP_ALIVE_PROBE_MS = 30_000;

type SendRequest = (options: RequestOptions) => ClientRequest;

class SocketWire implements Wire {
  readonly #request: SendRequest;
  readonly #requests: Agent;
  /** Streams have connections of their own, so that they never stand in the way of requests. */
  readonly #watches: Agent;
  readonly #sockets = new Set<Duplex>();
  readonly #running = new Set<Exchange>();
  readonly #idle = Promise.withResolvers<void>();
  #state: "open" | "retired" | "closed" = "open";

  constructor(request: SendRequest, requests: Agent, watches: Agent) {
    this.#request = request;
    this.#requests = this.#adopt(requests);
    this.#watches = this.#adopt(watches);
  }

  readonly send = async (request: TransportRequest): Promise<TransportResponse> => {
    if (this.#state === "closed") throw new ConnectionClosedError();
    request.signal?.throwIfAborted();
    const agent = request.longLived === true ? this.#watches : this.#requests;
    const exchange = new Exchange(request, this.#request(optionsOf(request, agent)));
    this.#running.add(exchange);
    exchange.onClose(() => {
      this.#running.delete(exchange);
      if (this.#state !== "open" && this.#running.size === 0) this.#idle.resolve();
    });
    return exchange.answer;
  };

  async retire(): Promise<void> {
    if (this.#state === "open") this.#state = "retired";
    if (this.#running.size === 0) this.#idle.resolve();
    for (const agent of [this.#requests, this.#watches]) {
      for (const free of Object.values(agent.freeSockets)) for (const socket of free ?? []) socket.destroy();
    }
    await this.#idle.promise;
  }

  async destroy(): Promise<void> {
    this.#state = "closed";
    for (const exchange of this.#running) exchange.end(new ConnectionClosedError());
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => void socket.once("close", () => resolve())),
    );
    for (const socket of this.#sockets) socket.destroy();
    this.#requests.destroy();
    this.#watches.destroy();
    await Promise.all(closed);
  }

  #adopt(agent: Agent): Agent {
    const connect = agent.createConnection.bind(agent);
    const keep = agent.keepSocketAlive.bind(agent);
    return Object.assign(agent, {
      // Node's own name holds the certificates, and is made for each request.
      getName: ({ host, port }: { readonly host?: string; readonly port?: number }) => `${host}:${port}`,
      createConnection: (...[options, done]: Parameters<typeof connect>) => {
        if (this.#state === "closed") throw new ConnectionClosedError();
        const socket = connect(options, done);
        if (socket) {
          this.#sockets.add(socket);
          socket.once("close", () => this.#sockets.delete(socket));
        }
        return socket;
      },
      keepSocketAlive: (socket: Duplex) => this.#state === "open" && keep(socket),
    });
  }
}

/** One request and its answer. */
class Exchange {
  readonly answer: Promise<TransportResponse>;
  readonly #call: ClientRequest;
  readonly #about: TransportRequest;
  readonly #outcome = Promise.withResolvers<TransportResponse>();
  #body: ReadableBody | undefined;

  constructor(about: TransportRequest, call: ClientRequest) {
    this.answer = this.#outcome.promise;
    this.#about = about;
    this.#call = call;
    about.signal?.addEventListener("abort", this.#onAbort, { once: true });
    call.on("socket", (socket) => this.#limit(socket));
    call.on("timeout", () => this.#onTimeout());
    call.on("error", (error) => this.end(error));
    call.on("response", (message) => this.#begin(message));
    call.on("close", () => about.signal?.removeEventListener("abort", this.#onAbort));
    call.end(about.body);
  }

  onClose(listener: () => void): void {
    this.#call.once("close", listener);
  }

  /** Ends it wherever it is; only the first reason counts. */
  end(reason: unknown): void {
    this.#outcome.reject(reason);
    this.#body?.fail(reason);
    this.#call.destroy();
  }

  readonly #onAbort = (): void => this.end(this.#about.signal?.reason);

  #begin(message: IncomingMessage): void {
    this.#body = new ReadableBody(message);
    const { statusCode = 0, rawHeaders } = message;
    this.#outcome.resolve({ status: statusCode, headers: linesOf(rawHeaders), body: this.#body });
  }

  #limit(socket: Socket): void {
    const limitMs = this.#about.longLived === true ? 0 : ANSWER_TIMEOUT_MS;
    if (!socket.connecting) return void socket.setTimeout(limitMs);
    socket.setTimeout(CONNECT_TIMEOUT_MS);
    const isReady = "encrypted" in socket ? "secureConnect" : "connect";
    socket.once(isReady, () => socket.setTimeout(limitMs));
  }

  #onTimeout(): void {
    // A reader that takes its time is not the server's silence.
    if (this.#body !== undefined && !this.#body.isAwaited) return;
    const isConnected = this.#call.socket?.timeout !== CONNECT_TIMEOUT_MS;
    this.end(
      isConnected
        ? new AnswerTimeoutError("the server did not answer", ANSWER_TIMEOUT_MS)
        : new AnswerTimeoutError("the server could not be connected to", CONNECT_TIMEOUT_MS),
    );
  }
}

function optionsOf({ method, url, headers, body }: TransportRequest, agent: Agent): RequestOptions {
  const { hostname, port, protocol, pathname, search, host } = new URL(url);
  const lines: HeaderLine[] = [["host", host], ...headers];
  if (body !== undefined || !["GET", "HEAD"].includes(method))
    lines.push(["content-length", String(Buffer.byteLength(body ?? ""))]);
  return {
    agent,
    method,
    protocol,
    host: hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    path: pathname + search,
    // Lines, not a record: repeated names stay apart.
    headers: lines.flat(),
  };
}

/** Node gives the head as one flat list. */
function linesOf(raw: readonly string[]): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    lines.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  return lines;
}
