import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WeirError } from "@weir/core";

/** Where a manager serves its endpoints. */
export interface EndpointOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** All interfaces by default. */
  readonly host?: string;
}

/** What a path answers. */
export interface EndpointAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A server of endpoints that runs. */
export interface EndpointServer extends AsyncDisposable {
  readonly port: number;
}

/** An address could not be listened on. */
export class ListenError extends WeirError {
  override readonly name = "ListenError";
  readonly reason = "AddressInUse";
  readonly retry = "never";
  readonly port: number;

  constructor(port: number, options: { readonly cause: unknown }) {
    super(`cannot listen on port ${port}`, options);
    this.port = port;
  }
}

/** Serves GET of the given paths and nothing else; rejects where the address is taken. */
export async function serveEndpoints(
  options: EndpointOptions,
  endpoints: ReadonlyMap<string, () => Promise<EndpointAnswer> | EndpointAnswer>,
): Promise<EndpointServer> {
  // Not by `import`, which loads all of `fetch` and of HTTP/2 with it.
  const { createServer } = process.getBuiltinModule("node:http");
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const endpoint = request.method === "GET" || request.method === "HEAD" ? endpoints.get(path) : undefined;
    if (endpoint === undefined) return end(response, notFound);
    void (async () => end(response, await endpoint()))().catch(() => end(response, failed));
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const notFound: EndpointAnswer = { status: 404, contentType: "text/plain", body: "404 page not found\n" };
const failed: EndpointAnswer = { status: 500, contentType: "text/plain", body: "internal error\n" };

function end(response: ServerResponse, { status, contentType, body }: EndpointAnswer): void {
  response.writeHead(status, { "content-type": contentType });
  response.end(body);
}

function listen(server: Server, { port, host }: EndpointOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(new ListenError(port, { cause })));
    server.listen(host === undefined ? { port } : { port, host }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}
