import { once } from "node:events";
import type { ClientRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  type ApiRequest,
  type ApiResponse,
  type ByteBudget,
  createApiServer,
  createByteBudget,
  createMemoryStorage,
} from "@weir/apiserver";
import { silentLogger } from "@weir/core";
import { describe, expect, test } from "vitest";
import { createAuthority, type HttpsListener, type ListenerLimits, listenHttps } from "../src/index.ts";
import { eventually } from "./eventually.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const TOKEN = "t0ken";
const HEAD = `Host: weir\r\nAuthorization: Bearer ${TOKEN}\r\n`;
const JSON_HEAD = `${HEAD}Content-Type: application/json\r\n`;

interface Fixture {
  readonly listener: HttpsListener;
  readonly budget: ByteBudget;
  readonly port: number;
  /** Sends bytes and gives everything that comes until the connection ends. */
  exchange(bytes: string): Promise<string>;
  open(): Promise<TLSSocket>;
}

interface Setup {
  readonly limits?: ListenerLimits;
  readonly budgetBytes?: number;
  readonly objects?: number;
  readonly objectBytes?: number;
  readonly handle?: (request: ApiRequest) => Promise<ApiResponse>;
}

/** Runs a test against a listener, and sees that no connection and no byte is left over. */
async function withListener(setup: Setup, run: (fixture: Fixture) => Promise<void>): Promise<void> {
  await using storage = createMemoryStorage();
  const budget = createByteBudget(setup.budgetBytes);
  const tokens = new Map([[TOKEN, { name: "admin", groups: ["system:masters"] }]]);
  await using api = await createApiServer({ storage, flow: { budget }, auth: { tokens } });
  for (let index = 0; index < (setup.objects ?? 0); index++) {
    const object = {
      metadata: { name: `m-${index}` },
      data: { text: "x".repeat(setup.objectBytes ?? 1000) },
    };
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", ...object });
    const headers = { "content-type": "application/json" };
    await api.fetch(new Request(`http://weir${MAPS}`, { method: "POST", headers, body }));
  }
  const listener = await listenHttps({
    host: "127.0.0.1",
    port: 0,
    identity: createAuthority("weir-ca", Date.now()).issue({ dns: ["weir"], ips: ["127.0.0.1"] }),
    handle: setup.handle ?? ((request) => api.handle(request)),
    logger: silentLogger,
    budget,
    limits: { ...setup.limits },
  });
  const port = Number(new URL(listener.url).port);
  const opened: Socket[] = [];
  const open = async (): Promise<TLSSocket> => {
    const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
    opened.push(socket);
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    return socket;
  };
  const exchange = async (bytes: string): Promise<string> => {
    const socket = await open();
    socket.write(Buffer.from(bytes, "latin1"));
    return textUntilEnd(socket);
  };
  try {
    await run({ listener, budget, port, exchange, open });
    for (const socket of opened) socket.destroy();
    await eventually(() => expect([listener.connections, budget.used]).toEqual([0, 0]));
  } finally {
    for (const socket of opened) socket.destroy();
    await listener[Symbol.asyncDispose]();
  }
}

function textUntilEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  return new Promise((resolve) => socket.once("close", () => resolve(text)));
}

const PLAIN = "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n";

describe("what is no request", () => {
  // As kube-apiserver 1.36 answers it, byte for byte.
  const bad = (why = ""): string => `HTTP/1.1 400 Bad Request${why}\r\n${PLAIN}400 Bad Request${why}`;
  const version = "505 HTTP Version Not Supported: unsupported protocol version";
  const cases: ReadonlyArray<{ readonly name: string; readonly sent: string; readonly want: string }> = [
    { name: "bytes", sent: "\u0000\u0001garbage\r\n\r\n", want: bad() },
    { name: "a line without a version", sent: "GET /version\r\n\r\n", want: bad() },
    { name: "no path", sent: `GET version HTTP/1.1\r\n${HEAD}\r\n`, want: bad() },
    { name: "an escape that is none", sent: `GET /api/v1/%zz HTTP/1.1\r\n${HEAD}\r\n`, want: bad() },
    { name: "a byte 0 in a path", sent: `GET /a\u0000b HTTP/1.1\r\n${HEAD}\r\n`, want: bad() },
    { name: "no host", sent: "GET /livez HTTP/1.1\r\n\r\n", want: bad(": missing required Host header") },
    {
      name: "a bad host",
      sent: "GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n",
      want: bad(": malformed Host header"),
    },
    {
      name: "a bad header",
      sent: `GET / HTTP/1.1\r\n${HEAD}X Y: 1\r\n\r\n`,
      want: bad(": invalid header name"),
    },
    { name: "a header without a colon", sent: `GET / HTTP/1.1\r\n${HEAD}none\r\n\r\n`, want: bad() },
    { name: "a control in a value", sent: `GET / HTTP/1.1\r\n${HEAD}X: a\u0001\r\n\r\n`, want: bad() },
    {
      name: "two lengths",
      sent: `POST / HTTP/1.1\r\n${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      want: bad(),
    },
    { name: "a negative length", sent: `POST / HTTP/1.1\r\n${HEAD}Content-Length: -1\r\n\r\n`, want: bad() },
    {
      name: "HTTP/2.0",
      sent: `GET / HTTP/2.0\r\n${HEAD}\r\n`,
      want: `HTTP/1.1 ${version}\r\n${PLAIN}${version}`,
    },
    {
      name: "HTTP/3.7",
      sent: `GET / HTTP/3.7\r\n${HEAD}\r\n`,
      want: `HTTP/1.1 ${version}\r\n${PLAIN}${version}`,
    },
    {
      name: "an unknown transfer encoding",
      sent: `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: gzip\r\n\r\n`,
      want: `HTTP/1.1 501 Not Implemented\r\n${PLAIN}Unsupported transfer encoding`,
    },
    {
      name: "a head of more than a MiB",
      sent: `GET / HTTP/1.1\r\n${HEAD}X: ${"a".repeat(1_100_000)}\r\n\r\n`,
      want: `HTTP/1.1 431 Request Header Fields Too Large\r\n${PLAIN}431 Request Header Fields Too Large`,
    },
  ];

  test.each(cases)("is refused: $name", ({ sent, want }) =>
    withListener({}, async ({ exchange }) => {
      expect(await exchange(sent)).toBe(want);
    }),
  );

  test("is refused where it could smuggle another request", () =>
    withListener({}, async ({ exchange }) => {
      const sent = `POST ${MAPS} HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
      expect(await exchange(sent)).toBe(bad());
    }));

  test("as it is plain HTTP is told so", () =>
    withListener({}, async ({ port }) => {
      const socket = connectTcp(port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: weir\r\n\r\n");
      expect(await textUntilEnd(socket)).toBe(
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
      );
    }));
});

describe("unusual requests", () => {
  const close = "Connection: close\r\n";
  const many = Array.from({ length: 10_000 }, (_, index) => `X-${index}: 1\r\n`).join("");
  const cases: ReadonlyArray<{ readonly name: string; readonly sent: string; readonly want: RegExp }> = [
    {
      name: "TRACE",
      sent: `TRACE ${MAPS} HTTP/1.1\r\n${HEAD}${close}\r\n`,
      want: /^HTTP\/1.1 405 [^]*"reason":"MethodNotAllowed"/,
    },
    { name: "OPTIONS", sent: `OPTIONS ${MAPS} HTTP/1.1\r\n${HEAD}${close}\r\n`, want: /^HTTP\/1.1 405 / },
    { name: "OPTIONS *", sent: `OPTIONS * HTTP/1.1\r\n${HEAD}${close}\r\n`, want: /^HTTP\/1.1 200 OK\r\n/ },
    {
      name: "HEAD",
      sent: `HEAD ${MAPS} HTTP/1.1\r\n${HEAD}${close}\r\n`,
      want: /^HTTP\/1.1 405 [^]*\r\n\r\n$/,
    },
    {
      name: "an unknown method",
      sent: `FROB ${MAPS} HTTP/1.1\r\n${HEAD}\r\n`,
      want: /^HTTP\/1.1 405 [^]*"code":405}$/,
    },
    { name: "CONNECT", sent: `CONNECT ${MAPS} HTTP/1.1\r\n${HEAD}\r\n`, want: /^HTTP\/1.1 405 / },
    {
      name: "HTTP/1.0",
      sent: `GET ${MAPS} HTTP/1.0\r\n${HEAD}\r\n`,
      want: /^HTTP\/1.1 200 OK\r\n[^]*"items":\[\]}$/,
    },
    {
      name: "a whole URL",
      sent: `GET https://weir/livez HTTP/1.1\r\n${HEAD}${close}\r\n`,
      want: /^HTTP\/1.1 200 [^]*ok$/,
    },
    {
      name: "10,000 headers before the token",
      sent: `GET ${MAPS} HTTP/1.1\r\n${many}${HEAD}${close}\r\n`,
      want: /^HTTP\/1.1 200 /,
    },
    {
      name: "a header of 900 KB",
      sent: `GET /livez HTTP/1.1\r\n${HEAD}X: ${"a".repeat(900_000)}\r\n${close}\r\n`,
      want: /^HTTP\/1.1 200 /,
    },
    {
      name: "a path of 20,000 parts",
      sent: `GET ${"/a".repeat(20_000)} HTTP/1.1\r\n${HEAD}${close}\r\n`,
      want: /^HTTP\/1.1 404 [^]*404 page not found\n$/,
    },
    {
      name: "a path out of the tree",
      sent: `GET /api/v1/../../etc/passwd HTTP/1.1\r\n${HEAD}${close}\r\n`,
      want: /^HTTP\/1.1 404 /,
    },
    {
      name: "another expectation",
      sent: `GET /livez HTTP/1.1\r\n${HEAD}Expect: something\r\n\r\n`,
      want: /^HTTP\/1.1 417 Expectation Failed\r\n/,
    },
    {
      name: "an upgrade",
      sent: `GET /livez HTTP/1.1\r\n${HEAD}Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`,
      want: /^HTTP\/1.1 200 /,
    },
    {
      name: "several at once",
      sent: `GET /livez HTTP/1.1\r\n${HEAD}\r\nGET /nope HTTP/1.1\r\n${HEAD}${close}\r\n`,
      want: /200 OK[^]*404 page not found/,
    },
    {
      name: "a body that is too long",
      sent: `POST ${MAPS} HTTP/1.1\r\n${JSON_HEAD}Content-Length: 4000000\r\n\r\n${"a".repeat(4_000_000)}`,
      want: /^HTTP\/1.1 413 Request Entity Too Large\r\nConnection: close\r\n[^]*limit is 3145728/,
    },
  ];

  test.each(cases)("are answered: $name", ({ sent, want }) =>
    withListener({}, async ({ exchange }) => {
      expect(await exchange(sent)).toMatch(want);
    }),
  );
});

describe("slow clients", () => {
  test("that never finish their handshake, their head or their first request are let go of", () =>
    withListener({ limits: { headTimeoutMs: 1_000 } }, async ({ port, open, listener }) => {
      const silent = connectTcp(port, "127.0.0.1");
      const [second, third] = [await open(), await open()];
      third.write("GET /livez HTTP/1.1\r\nHost:");
      expect(listener.connections).toBe(3);
      expect(await Promise.all([silent, second, third].map(textUntilEnd))).toEqual(["", "", ""]);
    }));

  test("whose body trickles are told that it took too long", () =>
    withListener({ limits: { requestTimeoutMs: 200 } }, async ({ open }) => {
      const socket = await open();
      socket.write(`POST ${MAPS} HTTP/1.1\r\n${JSON_HEAD}Content-Length: 100\r\n\r\n{`);
      const answer = await textUntilEnd(socket);
      expect(answer).toMatch(/^HTTP\/1.1 504 Gateway Timeout\r\n/);
      expect(answer).toContain('"message":"Timeout: request did not complete within the allotted timeout"');
    }));

  test("that send something else than chunks are told so", () =>
    withListener({}, async ({ open }) => {
      const socket = await open();
      socket.write(`POST ${MAPS} HTTP/1.1\r\n${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`);
      socket.once("drain", () => undefined);
      await eventually(() => expect(socket.bytesWritten).toBeGreaterThan(0));
      const rest = textUntilEnd(socket);
      setImmediate(() => socket.write("zz\r\n"));
      expect(await rest).toMatch(/^HTTP\/1.1 (500|400) /);
    }));

  test("that do not read a list are cut off, and hold no more than the budget meanwhile", () =>
    withListener(
      { objects: 2_000, budgetBytes: 8 * 1024 * 1024, limits: { stallTimeoutMs: 500 } },
      async ({ budget, open }) => {
        const sockets = await Promise.all(Array.from({ length: 40 }, open));
        let most = 0;
        const ends = sockets.map(async (socket) => {
          socket.pause();
          socket.write(`GET ${MAPS} HTTP/1.1\r\n${HEAD}\r\n`);
          await once(socket, "readable");
          most = Math.max(most, budget.used);
          return String(socket.read(12));
        });
        const answers = await Promise.all(ends);
        expect(most).toBeGreaterThan(4 * 1024 * 1024);
        // What is on its way to a client is there already: a piece for each of those that were let in.
        expect(most).toBeLessThan(8 * 1024 * 1024 + 40 * 128 * 1024);
        expect(new Set(answers)).toEqual(new Set(["HTTP/1.1 200", "HTTP/1.1 429"]));
        await eventually(() => expect(budget.used).toBe(0));
      },
    ));

  test("that send many large bodies at once are refused before memory is at risk", () =>
    withListener({ budgetBytes: 2 * 1024 * 1024 }, async ({ budget, port }) => {
      const begun = " ".repeat(300_000);
      const rest = JSON.stringify({ metadata: { generateName: "a-" }, data: { text: "x".repeat(1_000) } });
      const statuses: number[] = [];
      let most = 0;
      const send = (): ClientRequest => {
        const sent = httpsRequest({
          host: "127.0.0.1",
          port,
          path: MAPS,
          method: "POST",
          rejectUnauthorized: false,
          agent: false,
          headers: {
            authorization: `Bearer ${TOKEN}`,
            "content-type": "application/json",
            "content-length": begun.length + rest.length,
          },
        });
        sent.on("response", (response) => {
          most = Math.max(most, budget.used);
          statuses.push(response.statusCode ?? 0);
          if (response.statusCode === 429) expect(response.headers["retry-after"]).toBe("1");
          response.resume();
        });
        // Whoever is refused cannot send the rest.
        sent.on("error", () => undefined);
        sent.write(begun);
        return sent;
      };
      const sending = Array.from({ length: 12 }, send);
      // Six fit into the budget.
      await eventually(() => expect(statuses.length).toBeGreaterThanOrEqual(6));
      expect(new Set(statuses)).toEqual(new Set([429]));
      for (const sent of sending) sent.end(rest);
      await eventually(() => expect(statuses.length).toBe(12));
      expect(new Set(statuses)).toEqual(new Set([429, 201]));
      expect(most).toBeLessThanOrEqual(budget.limit);
    }));

  test("that only connect make room for others", () =>
    withListener({ limits: { maxPendingConnections: 5 } }, async ({ port, listener, exchange }) => {
      const sockets = Array.from({ length: 20 }, () => connectTcp(port, "127.0.0.1"));
      for (const socket of sockets) socket.on("error", () => undefined);
      await eventually(() => expect(listener.connections).toBe(5));
      expect(await exchange(`GET /livez HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`)).toMatch(/ok$/);
      for (const socket of sockets) socket.destroy();
    }));
});

describe("a watch", () => {
  test("whose client does not read is cut off", () =>
    withListener(
      { objects: 200, objectBytes: 100_000, limits: { stallTimeoutMs: 300 } },
      async ({ open, listener }) => {
        const socket = await open();
        socket.pause();
        socket.write(`GET ${MAPS}?watch=1 HTTP/1.1\r\n${HEAD}\r\n`);
        await eventually(() => expect(listener.connections).toBe(1));
        await eventually(() => expect(listener.connections).toBe(0));
      },
    ));

  test("ends in good order when the listener closes", () =>
    withListener({}, async ({ open, listener }) => {
      const socket = await open();
      socket.write(`GET ${MAPS}?watch=1 HTTP/1.1\r\n${HEAD}\r\n`);
      await once(socket, "readable");
      const text = textUntilEnd(socket);
      await listener[Symbol.asyncDispose]();
      expect(await text).toMatch(/\r\n0\r\n\r\n$/);
    }));
});

describe("closing", () => {
  test("lets what is under way end, and refuses what comes after", async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: go, resolve: release } = Promise.withResolvers<void>();
    const handle = async (): Promise<ApiResponse> => {
      isAsked();
      await go;
      return { status: 200, headers: [], body: "done" };
    };
    await withListener({ handle }, async ({ exchange, open, listener }) => {
      const late = await open();
      const first = exchange(`GET / HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`);
      await asked;
      const closing = listener[Symbol.asyncDispose]();
      late.write(`GET / HTTP/1.1\r\n${HEAD}\r\n`);
      const refused = await textUntilEnd(late);
      expect(refused).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: 1\r\n[^]*apiserver is shutting down/);
      release();
      expect(await first).toMatch(/done$/);
      await closing;
    });
  });

  test("does not wait for ever", async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const handle = (): Promise<ApiResponse> => {
      isAsked();
      return new Promise(() => undefined);
    };
    await withListener({ handle, limits: { shutdownGraceMs: 50 } }, async ({ open, listener }) => {
      const socket = await open();
      const closed = once(socket, "close");
      socket.write(`GET / HTTP/1.1\r\n${HEAD}\r\n`);
      await asked;
      await listener[Symbol.asyncDispose]();
      await closed;
    });
  });
});
