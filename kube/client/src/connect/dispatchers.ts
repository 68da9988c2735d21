import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from "undici";
import { type ClusterConfig, KubeconfigError } from "../kubeconfig/cluster-config.ts";
import type { TlsMaterial } from "./credentials.ts";

/** Requests wait for a connection beyond so many, so that a burst does not open thousands. */
const MAX_CONNECTIONS = 64;
/** A request that takes longer than the server's own limit of 60 s is lost. */
const ANSWER_TIMEOUT_MS = 90_000;
const IDLE_MS = 30_000;

interface Limits {
  readonly connections?: number;
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

/** The connections of one cluster with one set of certificates. */
export interface Dispatchers {
  readonly requests: Dispatcher;
  /** Streams have connections of their own, so that they never stand in the way of requests, and no idle timeout. */
  readonly watches: Dispatcher;
  readonly tls: TlsMaterial;
}

/** Opens nothing yet; the server's certificate is verified unless the configuration says otherwise. */
export function makeDispatchers(config: ClusterConfig, tls: TlsMaterial): Dispatchers {
  return {
    tls,
    requests: makeDispatcher(config, tls, {
      connections: MAX_CONNECTIONS,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    }),
    watches: makeDispatcher(config, tls, { headersTimeout: 0, bodyTimeout: 0 }),
  };
}

function makeDispatcher(config: ClusterConfig, tls: TlsMaterial, limits: Limits): Dispatcher {
  const connect = {
    // An HTTP/2 session neither notices a dead peer nor survives aborted streams well.
    allowH2: false,
    rejectUnauthorized: !config.insecureSkipTlsVerify,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(config.tlsServerName === undefined ? {} : { servername: config.tlsServerName }),
  };
  const options = { ...limits, allowH2: false, keepAliveTimeout: IDLE_MS };
  if (config.proxyUrl === undefined) return new Agent({ ...options, connect });
  const proxy = proxyOf(config.proxyUrl);
  if (proxy.protocol.startsWith("socks"))
    return new Socks5ProxyAgent(proxy, { ...options, requestTls: connect });
  const { username, password } = proxy;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  proxy.username = "";
  proxy.password = "";
  return new ProxyAgent({
    ...options,
    uri: proxy.href,
    requestTls: connect,
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
