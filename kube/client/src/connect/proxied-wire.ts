import type { Dispatcher, ProxyAgent, Socks5ProxyAgent } from "undici";
import { type ClusterConfig, KubeconfigError } from "../kubeconfig/cluster-config.ts";
import type { HeaderLine } from "../transport/transport.ts";
import type { TlsMaterial } from "./credentials.ts";
import { ReadableBody } from "./readable-body.ts";
import { ANSWER_TIMEOUT_MS, IDLE_MS, MAX_CONNECTIONS, type Wire } from "./wire.ts";

interface Limits {
  readonly connections?: number;
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

/** Connections through an HTTP, HTTPS or SOCKS proxy. The library that speaks to those is loaded here alone. */
export async function openProxiedWire(
  config: ClusterConfig,
  tls: TlsMaterial,
  proxyUrl: string,
): Promise<Wire> {
  const proxy = proxyOf(proxyUrl);
  const undici = await import("undici");
  const make = (limits: Limits): Dispatcher => makeDispatcher(undici, proxy, { config, tls, limits });
  const requests = make({
    connections: MAX_CONNECTIONS,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  const watches = make({ headersTimeout: 0, bodyTimeout: 0 });
  return {
    send: async ({ url, method, headers, body, signal, longLived }) => {
      const { origin, pathname, search } = new URL(url);
      const answer = await (longLived === true ? watches : requests).request({
        origin,
        path: pathname + search,
        method: method as Dispatcher.HttpMethod,
        headers: headers.flat(),
        body: body ?? null,
        ...(signal === undefined ? {} : { signal }),
      });
      const lines = Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((one): HeaderLine => [name, one]),
      );
      return { status: answer.statusCode, headers: lines, body: new ReadableBody(answer.body) };
    },
    retire: async () => void (await Promise.all([requests.close(), watches.close()])),
    destroy: async () => void (await Promise.all([requests.destroy(), watches.destroy()])),
  };
}

function makeDispatcher(
  undici: { readonly ProxyAgent: typeof ProxyAgent; readonly Socks5ProxyAgent: typeof Socks5ProxyAgent },
  proxy: URL,
  {
    config,
    tls,
    limits,
  }: { readonly config: ClusterConfig; readonly tls: TlsMaterial; readonly limits: Limits },
): Dispatcher {
  const requestTls = {
    rejectUnauthorized: !config.insecureSkipTlsVerify,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(config.tlsServerName === undefined ? {} : { servername: config.tlsServerName }),
    // An HTTP/2 session neither notices a dead peer nor survives aborted streams well.
    allowH2: false,
  };
  const options = { ...limits, allowH2: false, keepAliveTimeout: IDLE_MS, requestTls };
  if (proxy.protocol.startsWith("socks")) return new undici.Socks5ProxyAgent(proxy, options);
  const { username, password } = proxy;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const uri = new URL(proxy);
  uri.username = "";
  uri.password = "";
  return new undici.ProxyAgent({
    ...options,
    uri: uri.href,
    proxyTunnel: true,
    ...(username === "" ? {} : { token: `Basic ${Buffer.from(pair, "utf8").toString("base64")}` }),
  });
}

function proxyOf(url: string): URL {
  const proxy = URL.canParse(url) ? new URL(url) : undefined;
  if (proxy === undefined || !["http:", "https:", "socks5:"].includes(proxy.protocol)) {
    throw new KubeconfigError("the proxy-url is not an http, https or socks5 URL");
  }
  return proxy;
}
