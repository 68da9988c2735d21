import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type OpenClient, openClient } from "@weir/client";
import { seededRandom } from "@weir/core";
import type { StubServer } from "./stub-server.ts";

/** A stub server on a port of this machine. */
export interface ServedStub extends AsyncDisposable {
  readonly url: string;
  /** A client with sockets of its own. */
  open(seed: number): OpenClient;
}

/** Serves a stub server over HTTP, so that clients have real sockets. */
export async function serveStub(stub: StubServer): Promise<ServedStub> {
  const server = createServer((request, response) => void answer(stub, request, response));
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    open: (seed) =>
      openClient(
        {
          server: url,
          auth: { kind: "none" },
          ca: undefined,
          clientCertificate: undefined,
          tlsServerName: undefined,
          insecureSkipTlsVerify: false,
          proxyUrl: undefined,
          namespace: undefined,
          impersonate: undefined,
        },
        { random: seededRandom(seed) },
      ),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(stub: StubServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method = "GET", url = "/" } = request;
  const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
  const asked = new Request(new URL(url, "http://stub"), { method, signal: gone.signal, ...body });
  const answered = await stub.fetch(asked);
  response.writeHead(answered.status, { "content-type": "application/json" });
  response.flushHeaders();
  const reader = answered.body?.getReader();
  gone.signal.addEventListener("abort", () => void reader?.cancel().catch(() => undefined), { once: true });
  try {
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read())
      response.write(next.value);
  } catch {
    // The watch ended with its connection.
  }
  response.end();
}
