import type { Readable } from "node:stream";
import { type Clock, systemClock } from "@weir/core";
import type { KubeClient, Transport, TransportOptions } from "../client.ts";
import { type ClientOptions, createClient } from "../create-client.ts";
import type { ClusterConfig } from "../kubeconfig/cluster-config.ts";
import { Credentials, type Secrets, type TlsMaterial } from "./credentials.ts";
import { type Dispatchers, makeDispatchers } from "./dispatchers.ts";

/** What a connection needs of its surroundings. */
export interface ConnectOptions {
  readonly clock?: Clock;
  /** What exec plugins get as environment, `PATH` above all; nothing by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A client with the connection that it uses; disposing it closes all sockets. */
export interface OpenClient extends AsyncDisposable {
  readonly client: KubeClient;
}

/** Makes a client of the cluster that a configuration names, acting as the user that it names. */
export function openClient(
  config: ClusterConfig,
  options: ConnectOptions & Omit<ClientOptions, "transport" | "server"> = {},
): OpenClient {
  const connection = connect(config, options);
  const client = createClient({ ...options, transport: connection.transport, server: connection.server });
  return {
    client: config.impersonate === undefined ? client : client.impersonate(config.impersonate),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/** A connection to one cluster: its transport, and where its requests go. */
export interface Connection extends AsyncDisposable {
  readonly transport: Transport;
  readonly server: string;
}

/**
 * Makes a transport over the network. Opens nothing until it is used; disposing it closes all its sockets.
 *
 * Credentials and certificates are read again as they change, and once more when the server answers 401. They are sent
 * to the configured server alone: redirects are answers, not followed.
 */
export function connect(config: ClusterConfig, options: ConnectOptions = {}): Connection {
  const network = new Network(config, options.clock ?? systemClock, options.environment ?? {});
  return {
    server: config.server,
    transport: (request, transportOptions) => network.send(request, transportOptions ?? {}),
    [Symbol.asyncDispose]: () => network.close(),
  };
}

class Network {
  readonly #config: ClusterConfig;
  readonly #credentials: Credentials;
  readonly #retired = new Set<Dispatchers>();
  #dispatchers: Dispatchers | undefined;

  constructor(config: ClusterConfig, clock: Clock, environment: NonNullable<ConnectOptions["environment"]>) {
    this.#config = config;
    this.#credentials = new Credentials(config, clock, environment);
  }

  async send(request: Request, options: TransportOptions): Promise<Response> {
    const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
    const response = await this.#dispatch(request, body, options, await this.#credentials.current());
    if (response.status !== 401 || !this.#canRefresh()) return response;
    await response.body?.cancel();
    return this.#dispatch(request, body, options, await this.#credentials.refresh());
  }

  async close(): Promise<void> {
    const all = [...this.#retired, ...(this.#dispatchers === undefined ? [] : [this.#dispatchers])];
    this.#dispatchers = undefined;
    this.#retired.clear();
    await Promise.all(all.flatMap(({ requests, watches }) => [requests.destroy(), watches.destroy()]));
  }

  async #dispatch(
    request: Request,
    body: Buffer | null,
    options: TransportOptions,
    secrets: Secrets,
  ): Promise<Response> {
    const { requests, watches } = this.#dispatchersFor(secrets.tls);
    const url = new URL(request.url);
    const dispatcher = options.longLived === true ? watches : requests;
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: headerLines(request.headers, options, secrets.authorization),
      body,
      signal: request.signal,
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
    }
    const isEmpty = [204, 205, 304].includes(answer.statusCode);
    if (isEmpty) await answer.body.dump();
    return new Response(isEmpty ? null : streamOf(answer.body), { status: answer.statusCode, headers });
  }

  #canRefresh(): boolean {
    return this.#config.auth.kind === "tokenFile" || this.#config.auth.kind === "exec";
  }

  /** The connections for these certificates; those for older ones end when what runs on them has ended. */
  #dispatchersFor(tls: TlsMaterial): Dispatchers {
    const current = this.#dispatchers;
    if (current !== undefined && isSameTls(current.tls, tls)) return current;
    const made = makeDispatchers(this.#config, tls);
    this.#dispatchers = made;
    if (current === undefined) return made;
    this.#retired.add(current);
    void Promise.all([current.requests.close(), current.watches.close()])
      .catch(() => {})
      .then(() => this.#retired.delete(current));
    return made;
  }
}

function isSameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.certificate === b.certificate && a.key === b.key;
}

/** The lines of the head as a flat list, which keeps repeated names apart. */
function headerLines(
  headers: Headers,
  options: TransportOptions,
  authorization: string | undefined,
): string[] {
  const repeated = options.repeatedHeaders ?? [];
  const folded = new Set(repeated.map(([name]) => name.toLowerCase()));
  const lines: string[] = [];
  for (const [name, value] of headers) if (!folded.has(name)) lines.push(name, value);
  for (const [name, value] of repeated) lines.push(name, value);
  if (authorization !== undefined && !headers.has("authorization"))
    lines.push("authorization", authorization);
  return lines;
}

function streamOf(body: Readable): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  // Destroying a body whose reader went away is not an error that anybody waits for.
  body.on("error", () => {});
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void body.destroy(),
    },
    // Bytes are read when they are asked for: back-pressure reaches the server.
    { highWaterMark: 0 },
  );
}
