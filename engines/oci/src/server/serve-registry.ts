import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { createRegistryHandler, type RegistryHandlerOptions } from "./registry-handler.ts";

/** How a registry is served. */
export interface ServeRegistryOptions extends RegistryHandlerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Loopback by default. */
  readonly host?: string;
  /** PEM of its certificate and key, where it is to speak HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A running registry. */
export interface RegistryServer extends AsyncDisposable {
  /** `host:port`, as references name it. */
  readonly registry: string;
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
}

/** Serves a registry over HTTP, or HTTPS with a certificate. */
export function serveRegistry(options: ServeRegistryOptions = {}): Promise<RegistryServer> {
  const { port = 0, host = "127.0.0.1", tls } = options;
  const listener = {
    fetch: createRegistryHandler(options),
    hostname: host,
    port,
    ...(tls === undefined ? {} : { createServer, serverOptions: tls }),
  };
  return new Promise((resolve, reject) => {
    const server = serve(listener, (address: AddressInfo) => {
      const registry = `${host.includes(":") ? `[${host}]` : host}:${address.port}`;
      resolve({
        registry,
        url: `${tls === undefined ? "http" : "https"}://${registry}`,
        [Symbol.asyncDispose]: () =>
          new Promise((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    });
    server.on("error", reject);
  });
}
