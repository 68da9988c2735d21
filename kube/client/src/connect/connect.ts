import { type Clock, systemClock } from "@weir/core";
import type { KubeClient } from "../client.ts";
import { ConnectionClosedError } from "../api-error.ts";
import { type ClientOptions, createClient } from "../create-client.ts";
import type { ClusterConfig } from "../kubeconfig/cluster-config.ts";
import {
  discard,
  headerOf,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from "../transport/transport.ts";
import { Credentials, type Secrets, type TlsMaterial } from "./credentials.ts";
import { openProxiedWire } from "./proxied-wire.ts";
import { openSocketWire } from "./socket-wire.ts";
import type { Wire } from "./wire.ts";

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
 * Makes a transport over the network. Opens nothing until it is used; disposing it closes all its sockets, and what is
 * sent from then on is refused.
 *
 * Credentials and certificates are read again as they change, and once more when the server answers 401. They are sent
 * to the configured server alone: redirects are answers, not followed.
 */
export function connect(config: ClusterConfig, options: ConnectOptions = {}): Connection {
  const network = new Network(config, options.clock ?? systemClock, options.environment ?? {});
  return {
    server: config.server,
    transport: (request) => network.send(request),
    [Symbol.asyncDispose]: () => network.close(),
  };
}

class Network {
  readonly #config: ClusterConfig;
  readonly #credentials: Credentials;
  readonly #retired = new Set<Promise<Wire>>();
  #current: { readonly tls: TlsMaterial; readonly wire: Promise<Wire> } | undefined;
  #isClosed = false;

  constructor(config: ClusterConfig, clock: Clock, environment: NonNullable<ConnectOptions["environment"]>) {
    this.#config = config;
    this.#credentials = new Credentials(config, clock, environment);
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const response = await this.#sendWith(await this.#credentials.current(), request);
    if (response.status !== 401 || !this.#canRefresh()) return response;
    await discard(response);
    return this.#sendWith(await this.#credentials.refresh(), request);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const wires = [...this.#retired, ...(this.#current === undefined ? [] : [this.#current.wire])];
    this.#current = undefined;
    this.#retired.clear();
    const ends = await Promise.allSettled(wires);
    await Promise.all(ends.map((end) => (end.status === "fulfilled" ? end.value.destroy() : undefined)));
  }

  async #sendWith(secrets: Secrets, request: TransportRequest): Promise<TransportResponse> {
    const { authorization } = secrets;
    const isNamed = authorization === undefined || headerOf(request, "authorization") !== undefined;
    const headers = isNamed
      ? request.headers
      : [...request.headers, ["authorization", authorization] as const];
    const wire = await this.#wireFor(secrets.tls);
    return wire.send({ ...request, headers });
  }

  #canRefresh(): boolean {
    return this.#config.auth.kind === "tokenFile" || this.#config.auth.kind === "exec";
  }

  /** The connections for these certificates; those for older ones end when what runs on them has ended. */
  #wireFor(tls: TlsMaterial): Promise<Wire> {
    if (this.#isClosed) throw new ConnectionClosedError();
    const current = this.#current;
    if (current !== undefined && isSameTls(current.tls, tls)) return current.wire;
    const wire = this.#open(tls);
    this.#current = { tls, wire };
    if (current !== undefined) void this.#retire(current.wire);
    return wire;
  }

  async #open(tls: TlsMaterial): Promise<Wire> {
    const { proxyUrl } = this.#config;
    return proxyUrl === undefined
      ? openSocketWire(this.#config, tls)
      : openProxiedWire(this.#config, tls, proxyUrl);
  }

  async #retire(opening: Promise<Wire>): Promise<void> {
    this.#retired.add(opening);
    try {
      await (await opening).retire();
    } catch {
      // Connections that could not be made, or not be ended well: nobody waits for them any more.
    } finally {
      this.#retired.delete(opening);
    }
  }
}

function isSameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.certificate === b.certificate && a.key === b.key;
}
