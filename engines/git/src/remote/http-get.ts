import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import type { GitProxy } from "../credentials.ts";
import { ProxyError } from "./proxy-error.ts";

/** A request for one URL. */
export interface HttpGet {
  /** Without user-info. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the authorities trusted in place of the system's, and of who we are. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** An HTTP proxy on the way. */
  readonly proxy?: GitProxy;
  readonly signal: AbortSignal;
}

/**
 * Sends a GET request, through the proxy where there is one: as an absolute URL to an `http` server, through a tunnel to an
 * `https` one, which so gets nothing that is the proxy's. Rejects with the system's error, or with `ProxyError`.
 */
export async function httpGet(get: HttpGet): Promise<IncomingMessage> {
  const { url, headers, signal, proxy } = get;
  if (url.protocol === "https:") {
    const tunnel = proxy === undefined ? undefined : await openTunnel(get, proxy);
    const options = { headers, signal, ...get.tls };
    return answerOf(
      httpsRequest(
        url,
        tunnel === undefined ? options : { ...options, createConnection: () => secured(tunnel, get) },
      ),
    );
  }
  if (proxy === undefined) return answerOf(httpRequest(url, { headers, signal }));
  const options: RequestOptions = {
    path: url.href,
    headers: { host: url.host, ...headers, ...proxyAuthorization(proxy) },
    signal,
  };
  return askProxy(proxy, (address) => answerOf(requestTo(address, options, get.tls)));
}

function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end();
  });
}

/** A connection to the server itself, made by the proxy. */
async function openTunnel(get: HttpGet, proxy: GitProxy): Promise<Socket> {
  const { url, signal, tls } = get;
  const target = `${url.hostname}:${url.port === "" ? 443 : url.port}`;
  const headers = { host: target, ...proxyAuthorization(proxy) };
  const options: RequestOptions = { method: "CONNECT", path: target, headers, signal, agent: false };
  return askProxy(
    proxy,
    (address) =>
      new Promise((resolve, reject) => {
        const sent = requestTo(address, options, tls);
        sent.on("error", reject);
        sent.on("connect", (answer, socket) => {
          if (answer.statusCode === 200) return resolve(socket);
          socket.destroy();
          const { statusCode = 0, statusMessage = "" } = answer;
          return reject(
            new ProxyError(statusMessage === "" ? `status code ${statusCode}` : statusMessage, statusCode),
          );
        });
        sent.end();
      }),
  );
}

function secured(tunnel: Socket, { url, tls }: HttpGet): Socket {
  const servername = /^[\d.]+$|^\[/.test(url.hostname) ? {} : { servername: url.hostname };
  return tlsConnect({ socket: tunnel, host: url.hostname, ...servername, ...tls });
}

function requestTo(address: URL, options: RequestOptions, tls: HttpGet["tls"]): ClientRequest {
  return address.protocol === "https:"
    ? httpsRequest(address, { ...options, ...(tls.ca === undefined ? {} : { ca: tls.ca }) })
    : httpRequest(address, options);
}

/** Says of an error that it was on the way to the proxy. */
async function askProxy<Answer>(proxy: GitProxy, ask: (address: URL) => Promise<Answer>): Promise<Answer> {
  const address = new URL(proxy.address);
  address.username = "";
  address.password = "";
  try {
    return await ask(address);
  } catch (error) {
    if (error instanceof ProxyError || !(error instanceof Error)) throw error;
    throw new ProxyError("proxyconnect tcp", undefined, { cause: error });
  }
}

function proxyAuthorization(proxy: GitProxy): Readonly<Record<string, string>> {
  const { username, password = "" } = proxy;
  if (username === undefined || username === "") return {};
  const pair = Buffer.from(`${username}:${password}`).toString("base64");
  return { "proxy-authorization": `Basic ${pair}` };
}
