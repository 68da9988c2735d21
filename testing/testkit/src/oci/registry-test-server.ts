import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type Clock, systemClock } from "@weir/core";
import { createRegistryHandler, type RegistryHandlerOptions, type RegistryServer } from "@weir/oci";
import { type RegistryFaults, usualRegistryFaults, withRegistryFaults } from "./registry-fault.ts";

/** How a test's registry is made. */
export interface RegistryTestServerOptions extends RegistryHandlerOptions {
  /** `usualRegistryFaults` by default. */
  readonly faults?: RegistryFaults;
  readonly clock?: Clock;
  /** PEM of its certificate and key, where it is to speak HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Sees each request before it is answered. */
  readonly onRequest?: (request: Request) => void;
}

/** Starts a registry for tests on a free port of loopback; what it keeps goes when it is disposed. */
export function startRegistry(options: RegistryTestServerOptions = {}): Promise<RegistryServer> {
  const { faults = usualRegistryFaults, clock = systemClock, tls, onRequest } = options;
  const handle = withRegistryFaults(createRegistryHandler(options), faults, clock);
  const listener = {
    fetch: (request: Request) => {
      onRequest?.(request);
      return handle(request);
    },
    hostname: "127.0.0.1",
    port: 0,
    ...(tls === undefined ? {} : { createServer, serverOptions: tls }),
  };
  return new Promise((resolve, reject) => {
    const server = serve(listener, ({ port }: AddressInfo) => {
      const registry = `127.0.0.1:${port}`;
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
