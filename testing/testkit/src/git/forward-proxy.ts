import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** What came through a proxy. */
export interface ProxiedRequest {
  readonly method: string;
  /** `host:port` of a tunnel, else the absolute URL. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** An HTTP proxy on loopback. */
export interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  /** What it was asked for, the refused requests too. */
  readonly requests: readonly ProxiedRequest[];
}

/** Who is let through; everybody by default. */
export interface ForwardProxyOptions {
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** Headers that are between a client and its proxy. */
const HOP_BY_HOP = ["proxy-authorization", "proxy-connection", "connection"];

/** Starts a proxy on a free port: it opens tunnels (`CONNECT`) and forwards absolute URLs of `http`. */
export async function startForwardProxy({ credentials }: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const wanted =
    credentials === undefined
      ? undefined
      : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  const isLetIn = (asked: IncomingMessage): boolean => {
    const { method = "", url = "", headers } = asked;
    requests.push({ method, target: url, headers });
    return wanted === undefined || headers["proxy-authorization"] === wanted;
  };
  const server = createServer((asked, answer) => {
    if (isLetIn(asked)) return forward(asked, answer);
    answer.writeHead(407, { "proxy-authenticate": 'Basic realm="proxy"' }).end("who are you\n");
    return undefined;
  });
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("connect", (asked: IncomingMessage, client: Socket, head: Buffer) => {
    if (isLetIn(asked)) return sockets.add(tunnel(asked.url ?? "", client, head));
    const refusal =
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n';
    client.end(`${refusal}Content-Length: 0\r\nConnection: close\r\n\r\n`);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function forward(asked: IncomingMessage, answer: ServerResponse): void {
  const headers = Object.fromEntries(
    Object.entries(asked.headers).filter(([name]) => !HOP_BY_HOP.includes(name)),
  );
  const passed = request(asked.url ?? "", { method: asked.method ?? "GET", headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers);
    got.pipe(answer);
  });
  passed.on("error", () => answer.writeHead(502).end("the server is not reached\n"));
  asked.pipe(passed);
}

function tunnel(target: string, client: Socket, head: Buffer): Socket {
  const { hostname, port } = new URL(`tcp://${target}`);
  const server = connect(Number(port), hostname, () => {
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    server.write(head);
    server.pipe(client);
    client.pipe(server);
  });
  server.on("error", () => client.destroy());
  client.on("error", () => server.destroy());
  return server;
}
