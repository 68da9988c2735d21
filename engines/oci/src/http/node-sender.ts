import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as tlsConnect, getCACertificates } from "node:tls";
import { ConnectionError, RegistryUnreachableError } from "../oci-error.ts";
import { connectionError } from "./connection-error.ts";
import type { HttpAnswer, HttpHeaders, HttpRequest, HttpSender } from "./http-sender.ts";
import { requestName } from "./request-name.ts";
import { openSocksTunnel } from "./socks-tunnel.ts";

/** A proxy on the way. */
export interface RegistryProxy {
  /** `http://host:port`, `https://host:port` or `socks5://host:port`. */
  readonly address: string;
  readonly username?: string;
  readonly password?: string;
}

/** How connections are made. */
export interface NodeSenderOptions {
  readonly tls?: {
    /** PEM of the authorities that are trusted in place of the system's. */
    readonly ca?: string;
    /** Trusts the system's authorities beside those of `ca`. */
    readonly trustsSystem?: boolean;
    /** PEM of who we are; shown to the registry and its token service only. */
    readonly cert?: string;
    readonly key?: string;
    /** Takes any certificate; only where somebody asked for it. */
    readonly isUnverified?: boolean;
  };
  readonly proxy?: RegistryProxy;
}

const SOCKS_PORT = 1080;

/** A sender with connections of its own, which end when it is disposed. */
export interface NodeSender extends HttpSender, Disposable {}

interface TlsOptions {
  readonly ca?: string | string[];
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Sends over Node's own `http` and `https`, through a proxy where one is named; connections are kept and used again. */
export function createNodeSender(options: NodeSenderOptions = {}): NodeSender {
  const plain = new HttpAgent({ keepAlive: true });
  // Connections that showed a certificate are never used for a side that must not see it.
  const trusted = new HttpsAgent({ keepAlive: true, ...tlsOptions(options, true) });
  const elsewhere = new HttpsAgent({ keepAlive: true, ...tlsOptions(options, false) });
  return {
    send: async (request) => {
      request.signal?.throwIfAborted();
      const agents = { plain, secure: request.isTrusted ? trusted : elsewhere };
      try {
        return answerOf(request, await transmit(request, options, agents));
      } catch (error) {
        request.signal?.throwIfAborted();
        if (error instanceof RegistryUnreachableError) throw error;
        throw new RegistryUnreachableError(requestName(request), {
          cause: connectionError(error, request.url.host),
        });
      }
    },
    [Symbol.dispose]: () => {
      for (const agent of [plain, trusted, elsewhere]) agent.destroy();
    },
  };
}

function tlsOptions({ tls = {} }: NodeSenderOptions, isTrusted: boolean): TlsOptions {
  const { ca, cert, key, isUnverified = false, trustsSystem = false } = tls;
  return {
    ...(ca === undefined ? {} : { ca: trustsSystem ? [...getCACertificates("default"), ca] : ca }),
    ...(isTrusted && cert !== undefined && key !== undefined ? { cert, key } : {}),
    ...(isUnverified ? { rejectUnauthorized: false } : {}),
  };
}

interface Agents {
  readonly plain: HttpAgent;
  readonly secure: HttpsAgent;
}

function transmit(
  request: HttpRequest,
  options: NodeSenderOptions,
  agents: Agents,
): Promise<IncomingMessage> {
  const { url } = request;
  const { proxy } = options;
  if (proxy !== undefined) return transmitByProxy(request, options, proxy);
  const shared = sharedOptions(request);
  return url.protocol === "https:"
    ? sent(httpsRequest(url, { ...shared, agent: agents.secure }), request)
    : sent(httpRequest(url, { ...shared, agent: agents.plain }), request);
}

function sharedOptions({ method, headers, body, signal }: HttpRequest): RequestOptions {
  const sendsBody = body !== undefined || method === "POST" || method === "PUT" || method === "PATCH";
  return {
    method,
    headers: sendsBody ? { ...headers, "content-length": String(body?.byteLength ?? 0) } : { ...headers },
    ...(signal === undefined ? {} : { signal }),
  };
}

function sent(outgoing: ClientRequest, { body }: Pick<HttpRequest, "body">): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** An `http` URL goes to the proxy whole; for an `https` one the proxy opens a tunnel, in which it sees nothing. */
async function transmitByProxy(
  request: HttpRequest,
  options: NodeSenderOptions,
  proxy: RegistryProxy,
): Promise<IncomingMessage> {
  const { url } = request;
  const shared = sharedOptions(request);
  const isSocks = proxy.address.startsWith("socks5:");
  if (url.protocol === "http:" && isSocks) {
    const tunnel = await openTunnelBySocks(request, proxy);
    return sent(httpRequest(url, { ...shared, createConnection: () => tunnel }), request);
  }
  if (url.protocol === "http:") {
    const headers = { host: url.host, ...(shared.headers as Record<string, string>), ...proxyHeaders(proxy) };
    return askProxy(proxy, (address) => {
      const toProxy = { ...shared, headers, path: url.href, agent: false };
      return sent(requestTo(address, toProxy, options), request);
    });
  }
  const tunnel = isSocks
    ? await openTunnelBySocks(request, proxy)
    : await openTunnel(request, options, proxy);
  const createConnection = (): Socket => {
    const isAddress = /^[\d.]+$|^\[/.test(url.hostname);
    const servername = isAddress ? {} : { servername: url.hostname };
    const tls = tlsOptions(options, request.isTrusted);
    return tlsConnect({ socket: tunnel, host: url.hostname, ...servername, ...tls });
  };
  return sent(httpsRequest(url, { ...shared, createConnection }), request);
}

async function openTunnelBySocks({ url, signal }: HttpRequest, proxy: RegistryProxy): Promise<Socket> {
  const { username = "", password = "" } = proxy;
  return askProxy(proxy, (address) => {
    const port = Number(address.port === "" ? SOCKS_PORT : address.port);
    const usual = url.protocol === "https:" ? 443 : 80;
    return openSocksTunnel(
      { host: address.hostname.replace(/^\[|\]$/g, ""), port, username, password },
      { host: url.hostname, port: Number(url.port === "" ? usual : url.port) },
      signal,
    );
  });
}

function openTunnel(
  { url, signal }: HttpRequest,
  options: NodeSenderOptions,
  proxy: RegistryProxy,
): Promise<Socket> {
  const target = `${url.hostname}:${url.port === "" ? 443 : url.port}`;
  const connect: RequestOptions = {
    method: "CONNECT",
    path: target,
    headers: { host: target, ...proxyHeaders(proxy) },
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  };
  return askProxy(
    proxy,
    (address) =>
      new Promise((resolve, reject) => {
        const outgoing = requestTo(address, connect, options);
        outgoing.on("error", reject);
        outgoing.on("response", (answer) => reject(refusedByProxy(answer)));
        outgoing.on("connect", (answer, socket) => {
          if (answer.statusCode === 200) return resolve(socket);
          socket.destroy();
          return reject(refusedByProxy(answer));
        });
        outgoing.end();
      }),
  );
}

function refusedByProxy({ statusCode = 0 }: IncomingMessage): ConnectionError {
  return new ConnectionError("EPROXY", `the proxy answered with status code ${statusCode}`);
}

function requestTo(address: URL, options: RequestOptions, sender: NodeSenderOptions): ClientRequest {
  return address.protocol === "https:"
    ? httpsRequest(address, { ...options, ...tlsOptions(sender, false) })
    : httpRequest(address, options);
}

async function askProxy<Answer>(
  proxy: RegistryProxy,
  ask: (address: URL) => Promise<Answer>,
): Promise<Answer> {
  if (!URL.canParse(proxy.address) || !/^(?:https?|socks5):/.test(proxy.address)) {
    throw new ConnectionError("EPROXY", "the proxy's address is no URL of http, https or socks5");
  }
  const address = new URL(proxy.address);
  address.username = "";
  address.password = "";
  try {
    return await ask(address);
  } catch (error) {
    const cause = connectionError(error, address.host);
    const failed = address.protocol === "socks5:" ? "socks connect" : "proxyconnect";
    throw new ConnectionError(cause.code, `${failed} tcp: ${cause.message}`, { cause: undefined });
  }
}

function proxyHeaders({ username = "", password = "" }: RegistryProxy): Readonly<Record<string, string>> {
  if (username === "") return {};
  const pair = Buffer.from(`${username}:${password}`).toString("base64");
  return { "proxy-authorization": `Basic ${pair}` };
}

function answerOf(request: HttpRequest, message: IncomingMessage): HttpAnswer {
  return {
    status: message.statusCode ?? 0,
    headers: headersOf(message),
    body: bodyOf(request, message),
    discard: () => {
      // What fits is read away so that the connection can serve again; the rest is not worth it.
      if (message.readableLength + Number(message.headers["content-length"] ?? 0) > 64 * 1024)
        message.destroy();
      else message.resume();
    },
  };
}

function headersOf(message: IncomingMessage): HttpHeaders {
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values !== undefined) headers.set(name, values.join(", "));
  }
  return headers;
}

async function* bodyOf(request: HttpRequest, message: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of message) yield chunk as Buffer;
  } catch (error) {
    request.signal?.throwIfAborted();
    throw new RegistryUnreachableError(requestName(request), {
      cause: connectionError(error, request.url.host),
    });
  }
}
