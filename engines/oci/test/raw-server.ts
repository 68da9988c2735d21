import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of a test's own making, for what no registry does. */
export interface RawServer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  /** What was asked, in order: `GET /v2/`. */
  readonly requests: readonly RawRequest[];
}

/** One request that came. */
export interface RawRequest {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** Answers every request as the test says; `/v2/` is answered as by a registry that asks for nothing unless it does. */
export async function startRawServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const server = createServer((request, response) => {
    const { authorization, range } = request.headers;
    requests.push({ line: `${request.method} ${request.url}`, authorization, range });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
