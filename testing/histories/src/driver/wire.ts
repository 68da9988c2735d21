import { Agent, request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import { NotSentError } from "./caller.ts";

/** A request of HTTP, with nothing left to be decided. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface WireAnswer {
  readonly status: number;
  readonly chunks: AsyncIterable<string>;
}

/** Carries requests to one server. */
export interface Wire extends AsyncDisposable {
  send(request: WireRequest): Promise<WireAnswer>;
}

/** Where a server listens. */
export interface Address {
  readonly url: string;
  readonly token: string;
  /** PEM. */
  readonly certificateAuthority: string;
}

/** A wire of Node's own client. */
export function httpsWire({ url, token, certificateAuthority }: Address): Wire {
  const agent = new Agent({ keepAlive: true, ca: certificateAuthority });
  const { hostname, port } = new URL(url);
  return {
    send: ({ method, target, headers, body, signal }) => {
      const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const sent = httpsRequest({
        agent,
        hostname,
        port,
        method,
        path: target,
        headers: { authorization: `Bearer ${token}`, ...headers, ...length },
        signal,
      });
      sent.on("response", (message) =>
        resolve({ status: message.statusCode ?? 0, chunks: chunksOf(message) }),
      );
      sent.on("error", (cause: NodeJS.ErrnoException) => {
        reject(cause.code === "ECONNREFUSED" ? new NotSentError({ cause }) : cause);
      });
      sent.end(body);
      return promise;
    },
    [Symbol.asyncDispose]: async () => agent.destroy(),
  };
}

async function* chunksOf(message: IncomingMessage): AsyncGenerator<string> {
  message.setEncoding("utf8");
  for await (const chunk of message as AsyncIterable<string>) yield chunk;
  if (!message.complete) throw new TypeError("the answer broke off");
}
