import { createHash } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type Clock, systemClock } from "@weir/core";
import {
  type ChartRepositoryFault,
  type ChartRepositoryFaults,
  damagedFile,
  refusalOf,
  usualChartRepositoryFaults,
} from "./chart-repository-fault.ts";

/** How a test's repository of charts is made. */
export interface ChartRepositoryServerOptions {
  /** What is there at first: `main/index.yaml`, `main/demo-1.0.0.tgz`. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>;
  /** `usualChartRepositoryFaults` by default. */
  readonly faults?: ChartRepositoryFaults;
  readonly clock?: Clock;
  /** PEM of its certificate and key, where it is to speak HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Sees each request before it is answered. */
  readonly onRequest?: (request: Request) => void;
}

/** Repositories of charts on loopback, with faults; they go when it is disposed. */
export interface ChartRepositoryServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, or `https://…`; a file is at `/<path>`, and with a fault at `/<fault>/<path>`. */
  readonly url: string;
  /** Puts a file there, or another in its place; `undefined` takes it away. */
  put(path: string, content: string | Uint8Array | undefined): void;
}

/** Starts a server of chart repositories for tests on a free port; it knows ETags. */
export function startChartRepository(
  options: ChartRepositoryServerOptions = {},
): Promise<ChartRepositoryServer> {
  const { tls, onRequest } = options;
  const files = new Map<string, Uint8Array>();
  const put = (path: string, content: string | Uint8Array | undefined): void => {
    if (content === undefined) files.delete(path);
    else files.set(path, typeof content === "string" ? Buffer.from(content) : content);
  };
  for (const [path, content] of options.files ?? []) put(path, content);
  const handle = handlerOf(files, options);
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
      resolve({
        url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
        put,
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

function handlerOf(
  files: ReadonlyMap<string, Uint8Array>,
  { faults = usualChartRepositoryFaults, clock = systemClock }: ChartRepositoryServerOptions,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const [first = "", ...rest] = decodeURIComponent(new URL(request.url).pathname.slice(1)).split("/");
    const fault = Object.hasOwn(faults, first) ? faults[first] : undefined;
    const path = fault === undefined ? [first, ...rest].join("/") : rest.join("/");
    if (fault !== undefined) {
      const refusal = refusalOf(fault, request.headers.get("authorization"), path);
      if (refusal !== undefined) return refusal;
      if (fault.kind === "slow") await clock.sleep(fault.afterMs, request.signal);
    }
    return answerFile(files.get(path), request, path, fault);
  };
}

function answerFile(
  bytes: Uint8Array | undefined,
  request: Request,
  path: string,
  fault: ChartRepositoryFault | undefined,
): Response {
  if (bytes === undefined) return new Response("404 page not found\n", { status: 404 });
  const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`;
  const headers = { etag, "content-type": "application/octet-stream" };
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  const sent = damagedFile(fault, path, bytes);
  const body = request.method === "HEAD" ? null : sent;
  return new Response(body, { headers: { ...headers, "content-length": String(bytes.byteLength) } });
}
