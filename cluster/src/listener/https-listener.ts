import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type ApiRequest, type ApiResponse, ConnectionDroppedError } from "@weir/apiserver";
import { describeError, type Logger } from "@weir/core";
import type { CertifiedKey } from "@weir/sdk";
import { ListenedRequest } from "./listened-request.ts";
import { AddressInUseError, ListenFailedError } from "./listener-error.ts";

/** What a listener is made of. */
export interface HttpsListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly identity: CertifiedKey;
  readonly handle: (request: ApiRequest) => Promise<ApiResponse>;
  readonly logger: Logger;
}

/** A listener that runs; disposing it ends every connection. */
export interface HttpsListener extends AsyncDisposable {
  readonly url: string;
}

/** Serves an API handler over TLS. Rejects with `AddressInUseError` where the port is taken. */
export async function listenHttps(options: HttpsListenerOptions): Promise<HttpsListener> {
  const { certificate: cert, key } = options.identity;
  const server = createServer({ cert, key, minVersion: "TLSv1.2" });
  server.on("request", (request, response) => {
    void serve(request, response, options);
  });
  // A client that breaks its handshake off, or does not trust the certificate, is its own concern.
  server.on("tlsClientError", () => undefined);
  // Watches last for as long as their client wants.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 180_000;
  const sockets = socketsOf(server);
  await listening(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return { url: `https://${host}:${port}`, [Symbol.asyncDispose]: () => close(server, sockets) };
}

async function listening(server: Server, { host, port }: HttpsListenerOptions): Promise<void> {
  server.listen({ host, port });
  try {
    await once(server, "listening");
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    throw isTaken
      ? new AddressInUseError(host, port, { cause: error })
      : new ListenFailedError(host, port, { cause: error });
  }
}

/** The connections of a server, those whose handshake is not over too: it knows of them only later, and would wait for them. */
function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  for (const socket of sockets) socket.destroy();
  await closed;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpsListenerOptions,
): Promise<void> {
  const asked = new ListenedRequest(request, response);
  // An answer that cannot be sent is its client's loss.
  response.on("error", () => undefined);
  try {
    await send(await options.handle(asked), response, asked);
  } catch (error) {
    if (asked.isGone) return;
    const isIntended = error instanceof ConnectionDroppedError;
    if (!isIntended) options.logger.error("cannot answer a request", { error: describeError(error) });
    response.destroy();
  }
}

async function send(answer: ApiResponse, response: ServerResponse, asked: ListenedRequest): Promise<void> {
  const { body } = answer;
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  if (typeof body === "string") {
    response.end(answer.bytes ?? body);
    return;
  }
  const { signal } = asked;
  response.flushHeaders();
  const chunks = body[Symbol.asyncIterator]();
  // A watch that has nothing to say must end when its client goes.
  signal.addEventListener("abort", () => void chunks.return?.(), { once: true });
  for (let next = await chunks.next(); next.done !== true && !signal.aborted; next = await chunks.next()) {
    if (!response.write(next.value)) await drained(response, signal);
  }
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, "drain", { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
