import { chmod, mkdtempDisposable, readFile, rename, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect as connectSocket, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { type ClusterConfig, type Kind, openClient } from "../src/index.ts";

const ConfigMap: Kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};
const key = { namespace: "ns", name: "a" };
const MAP = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"ns","name":"a"}}';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`fixtures/${name}`, import.meta.url), "utf8");

interface Listening extends AsyncDisposable {
  readonly port: number;
}

async function listening(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function httpServer(answer: RequestListener): Promise<Listening & { readonly config: ClusterConfig }> {
  const server = await listening(createServer(answer));
  return { ...server, config: configOf(`http://127.0.0.1:${server.port}`) };
}

function configOf(server: string, more: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    server,
    auth: { kind: "none" },
    ca: undefined,
    clientCertificate: undefined,
    tlsServerName: undefined,
    insecureSkipTlsVerify: false,
    proxyUrl: undefined,
    namespace: undefined,
    impersonate: undefined,
    ...more,
  };
}

const inline = (text: string) => ({ kind: "inline", bytes: Buffer.from(text) }) as const;

describe("credentials", () => {
  test.each([
    { name: "a token", auth: { kind: "token", token: "t" }, want: "Bearer t" },
    {
      name: "a password",
      auth: { kind: "basic", username: "jöe", password: "p:w" },
      want: "Basic asO2ZTpwOnc=",
    },
    { name: "nothing", auth: { kind: "none" }, want: undefined },
  ] as const)("$name", async ({ auth, want }) => {
    let seen: string | undefined;
    await using server = await httpServer((request, response) => {
      seen = request.headers.authorization;
      response.end(MAP);
    });
    await using open = openClient({ ...server.config, auth });
    await open.client.get(ConfigMap, key);
    expect(seen).toBe(want);
  });

  test("of a token file are read again each minute, and at once on a 401", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "weir-client-"));
    const path = join(folder.path, "token");
    const seen: (string | undefined)[] = [];
    let accepted = "Bearer one";
    await using server = await httpServer((request, response) => {
      seen.push(request.headers.authorization);
      response.statusCode = request.headers.authorization === accepted ? 200 : 401;
      response.end(MAP);
    });
    const clock = new FakeClock();
    await writeFile(path, "one\n");
    const auth = { kind: "tokenFile", path, fallback: undefined } as const;
    await using open = openClient({ ...server.config, auth }, { clock });
    await open.client.get(ConfigMap, key);
    await writeFile(path, "two\n");
    await open.client.get(ConfigMap, key);
    accepted = "Bearer two";
    await open.client.get(ConfigMap, key);
    expect(seen.splice(0)).toEqual(["Bearer one", "Bearer one", "Bearer one", "Bearer two"]);
    await writeFile(path, "three\n");
    accepted = "Bearer three";
    await clock.advance(60_000);
    await open.client.get(ConfigMap, key);
    expect(seen).toEqual(["Bearer three"]);
    await rename(path, `${path}.gone`);
    await clock.advance(60_000);
    await open.client.get(ConfigMap, key);
    expect(seen).toEqual(["Bearer three", "Bearer three"]);
  });

  test("that stay refused are the server's answer", async () => {
    let requests = 0;
    await using server = await httpServer((_, response) => {
      requests += 1;
      response.writeHead(401).end("no");
    });
    await using open = openClient({ ...server.config, auth: { kind: "token", token: "t" } });
    await expect(open.client.get(ConfigMap, key)).rejects.toMatchObject({
      code: 401,
      reason: "Unauthorized",
    });
    expect(requests).toBe(1);
  });

  test("of a plugin are kept until they expire, and got once for all who wait", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "weir-client-"));
    const plugin = join(folder.path, "login");
    const log = join(folder.path, "log");
    await writeFile(
      plugin,
      `#!/bin/sh
echo "$KUBERNETES_EXEC_INFO $EXTRA $1" >> ${log}
n=$(wc -l < ${log})
echo '{"kind":"ExecCredential","status":{"token":"t'$n'","expirationTimestamp":"2026-01-01T01:00:00Z"}}'
`,
    );
    await chmod(plugin, 0o755);
    const seen: (string | undefined)[] = [];
    await using server = await httpServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(MAP);
    });
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const auth = {
      kind: "exec",
      plugin: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: plugin,
        args: ["-x"],
        env: [{ name: "EXTRA", value: "e" }],
        provideClusterInfo: true,
        installHint: undefined,
      },
    } as const;
    const environment = { PATH: process.env["PATH"] };
    await using open = openClient({ ...server.config, auth }, { clock, environment });
    await Promise.all([open.client.get(ConfigMap, key), open.client.get(ConfigMap, key)]);
    await clock.advance(3_500_000);
    await open.client.get(ConfigMap, key);
    await clock.advance(80_000);
    await open.client.get(ConfigMap, key);
    expect(seen.map((header) => header?.trim())).toEqual([
      "Bearer t1",
      "Bearer t1",
      "Bearer t1",
      "Bearer t2",
    ]);
    const [line = ""] = (await readFile(log, "utf8")).split("\n");
    expect(line).toBe(
      `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"${server.config.server}","insecure-skip-tls-verify":false}}} e -x`,
    );
  });

  test("of a plugin that fails are an error that says nothing of its output", async () => {
    await using server = await httpServer((_, response) => void response.end(MAP));
    const plugin = {
      apiVersion: "v1",
      args: ["-c", "echo canary; exit 3"],
      env: [],
      provideClusterInfo: false,
    };
    const auth = { kind: "exec", plugin: { ...plugin, command: "/bin/sh", installHint: "h" } } as const;
    await using open = openClient({ ...server.config, auth });
    await expect(open.client.get(ConfigMap, key)).rejects.toMatchObject({
      name: "CredentialsError",
      message: "the credential plugin /bin/sh failed with 3",
    });
    const missing = { ...auth, plugin: { ...auth.plugin, command: "/nonexistent/login" } };
    await using other = openClient({ ...server.config, auth: missing });
    await expect(other.client.get(ConfigMap, key)).rejects.toThrow(
      "the credential plugin /nonexistent/login is not there (h)",
    );
  });
});

describe("requests over the network", () => {
  test("send each impersonated group as a line of its own", async () => {
    let lines: readonly string[] = [];
    await using server = await httpServer((request, response) => {
      lines = request.rawHeaders;
      response.end(MAP);
    });
    await using open = openClient({ ...server.config, impersonate: { name: "jane", groups: ["a", "b, c"] } });
    await open.client.get(ConfigMap, key);
    const sent = lines.flatMap((line, index) =>
      index % 2 === 0 && /^impersonate/i.test(line) ? [`${line.toLowerCase()}: ${lines[index + 1]}`] : [],
    );
    expect(sent).toEqual(["impersonate-user: jane", "impersonate-group: a", "impersonate-group: b, c"]);
  });

  test("never follow a redirect with credentials", async () => {
    let strayed = 0;
    await using other = await httpServer((_, response) => {
      strayed += 1;
      response.end(MAP);
    });
    await using server = await httpServer((_, response) => {
      response.writeHead(302, { location: `${other.config.server}/` }).end();
    });
    await using open = openClient({ ...server.config, auth: { kind: "token", token: "t" } });
    await expect(open.client.get(ConfigMap, key)).rejects.toMatchObject({ code: 302 });
    expect(strayed).toBe(0);
  });

  test("are not held up by watches, which stream as bytes come", async () => {
    const streams: { write(text: string): void; end(): void }[] = [];
    await using server = await httpServer((request, response) => {
      if (!request.url?.includes("watch=1")) return void response.end(MAP);
      response.flushHeaders();
      streams.push(response);
    });
    await using open = openClient(server.config);
    const abort = new AbortController();
    const watches = Array.from({ length: 100 }, () =>
      open.client.watch(ConfigMap, { signal: abort.signal })[Symbol.asyncIterator](),
    );
    const firsts = watches.map((watch) => watch.next());
    while (streams.length < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await open.client.get(ConfigMap, key)).toBeDefined();
    for (const stream of streams) stream.write(`{"type":"ADDED","object":${MAP}}\n`);
    for (const first of firsts) expect((await first).value).toMatchObject({ type: "ADDED" });
    const rest = watches.map((watch) => watch.next());
    abort.abort();
    for (const end of rest) expect(await end).toEqual({ done: true, value: undefined });
  });

  test("share so many connections at most, and keep them for the next", async () => {
    let connections = 0;
    const waiting: (() => void)[] = [];
    const plain = createServer((_, response) => void waiting.push(() => response.end(MAP)));
    plain.on("connection", () => void connections++);
    await using server = await listening(plain);
    await using open = openClient(configOf(`http://127.0.0.1:${server.port}`));
    const reads = Array.from({ length: 100 }, () => open.client.get(ConfigMap, key));
    let isDone = false;
    const all = Promise.all(reads).then(() => (isDone = true));
    for (; !isDone; await new Promise((resolve) => setImmediate(resolve))) {
      for (const answer of waiting.splice(0)) answer();
    }
    await all;
    expect(connections).toBeLessThanOrEqual(64);
    const before = connections;
    const last = open.client.get(ConfigMap, key);
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    waiting.pop()?.();
    await last;
    expect(connections).toBe(before);
  });

  test("end with their signal, wherever they are", async () => {
    let isBegun = (): void => {};
    const begun = new Promise<void>((resolve) => (isBegun = resolve));
    await using server = await httpServer((request, response) => {
      if (request.method === "GET") response.write(MAP.slice(0, 9));
      isBegun();
    });
    await using open = openClient(server.config);
    const abort = new AbortController();
    const { signal } = abort;
    const unanswered = open.client.create(ConfigMap, { metadata: key } as never, { signal });
    const unfinished = open.client.get(ConfigMap, key, { signal });
    await begun;
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(unanswered).rejects.toBe(reason);
    await expect(unfinished).rejects.toBe(reason);
  });

  test("end when the connection is closed, and none is made after", async () => {
    let isAsked = (): void => {};
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    await using server = await httpServer(() => isAsked());
    const open = openClient(server.config);
    const closed = { name: "ConnectionClosedError" };
    const read = expect(open.client.get(ConfigMap, key)).rejects.toMatchObject(closed);
    await asked;
    await open[Symbol.asyncDispose]();
    await read;
    await expect(open.client.get(ConfigMap, key)).rejects.toMatchObject(closed);
  });

  test("bring bodies no faster than they are read", async () => {
    const MEGABYTE = Buffer.alloc(1024 * 1024, "x");
    let sent = 0;
    let isStuck = false;
    await using server = await httpServer((_, response) => {
      const send = (): void => {
        while (sent < 64) {
          sent += 1;
          if (response.write(MEGABYTE)) continue;
          isStuck = true;
          return void response.once("drain", send);
        }
        response.end();
      };
      send();
    });
    await using open = openClient(server.config);
    const answer = await open.client.raw("/logs");
    while (!isStuck) await new Promise((resolve) => setImmediate(resolve));
    let bytes = 0;
    const sentAtFirst: number[] = [];
    for await (const chunk of answer.body) {
      if (bytes === 0) sentAtFirst.push(sent);
      bytes += chunk.length;
    }
    expect(sentAtFirst[0]).toBeLessThan(32);
    expect(bytes).toBe(64 * MEGABYTE.length);
  });

  test("that broke off in the middle of an answer fail, and are not taken for whole", async () => {
    await using server = await httpServer((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{}");
      setImmediate(() => response.destroy());
    });
    await using open = openClient(server.config);
    await expect(open.client.get(ConfigMap, key)).rejects.toMatchObject({
      name: "ApiUnreachableError",
      cause: { code: "ECONNRESET" },
    });
    const body = await open.client.raw("/version");
    await expect(body.text()).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("fail with what happened to the connection", async () => {
    await using server = await httpServer((request) => void request.socket.destroy());
    await using open = openClient(server.config);
    await expect(open.client.create(ConfigMap, { metadata: key } as never)).rejects.toMatchObject({
      name: "ApiUnreachableError",
      message: "request POST /api/v1/namespaces/ns/configmaps did not reach the kubernetes api",
    });
  });
});

describe("TLS", () => {
  interface SecureServer extends Listening {
    readonly peers: string[];
  }
  async function secureServer(): Promise<SecureServer> {
    const peers: string[] = [];
    const options = {
      key: await fixture("server.key"),
      cert: await fixture("server.crt"),
      ca: await fixture("ca.crt"),
      requestCert: true,
      rejectUnauthorized: false,
    };
    const server = createTlsServer(options, (request: IncomingMessage, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      peers.push(subject === undefined ? "nobody" : `${String(subject.CN)} of ${String(subject.O)}`);
      response.end(MAP);
    });
    return { ...(await listening(server as unknown as Server)), peers };
  }

  test("verifies the server for its name and shows the client's certificate", async () => {
    await using server = await secureServer();
    const config = configOf(`https://127.0.0.1:${server.port}`, {
      ca: inline(await fixture("ca.crt")),
      tlsServerName: "kubernetes.test",
      clientCertificate: {
        certificate: inline(await fixture("client.crt")),
        key: inline(await fixture("client.key")),
      },
    });
    await using open = openClient(config);
    await open.client.get(ConfigMap, key);
    expect(server.peers).toEqual(["client of testers"]);
  });

  test.each([
    { name: "for another name", ca: true, insecure: false },
    { name: "by an unknown authority", ca: false, insecure: false },
  ])("refuses a server certificate made $name", async ({ ca }) => {
    await using server = await secureServer();
    const config = configOf(
      `https://127.0.0.1:${server.port}`,
      ca ? { ca: inline(await fixture("ca.crt")) } : {},
    );
    await using open = openClient({ ...config, ...(ca ? {} : { tlsServerName: "kubernetes.test" }) });
    await expect(open.client.create(ConfigMap, { metadata: key } as never)).rejects.toThrow("did not reach");
    expect(server.peers).toEqual([]);
  });

  test("takes any server where that was allowed", async () => {
    await using server = await secureServer();
    await using open = openClient(
      configOf(`https://127.0.0.1:${server.port}`, { insecureSkipTlsVerify: true }),
    );
    expect(await open.client.get(ConfigMap, key)).toBeDefined();
    expect(server.peers).toEqual(["nobody"]);
  });

  test("uses a certificate that was renewed on disk, on new connections", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "weir-client-"));
    await using server = await secureServer();
    const clock = new FakeClock();
    const certificate = { kind: "file", path: join(folder.path, "tls.crt") } as const;
    const keyFile = { kind: "file", path: join(folder.path, "tls.key") } as const;
    await writeFile(certificate.path, await fixture("client.crt"));
    await writeFile(keyFile.path, await fixture("client.key"));
    const config = configOf(`https://127.0.0.1:${server.port}`, {
      ca: inline(await fixture("ca.crt")),
      tlsServerName: "kubernetes.test",
      clientCertificate: { certificate, key: keyFile },
    });
    await using open = openClient(config, { clock });
    await open.client.get(ConfigMap, key);
    await writeFile(certificate.path, await fixture("server.crt"));
    await writeFile(keyFile.path, await fixture("server.key"));
    await open.client.get(ConfigMap, key);
    await clock.advance(60_000);
    await open.client.get(ConfigMap, key);
    expect(server.peers).toEqual(["client of testers", "client of testers", "server of testers"]);
  });
});

describe("a proxy", () => {
  test("is asked for a tunnel, with its own credentials", async () => {
    const asked: (string | undefined)[] = [];
    await using server = await httpServer((_, response) => void response.end(MAP));
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked.push(request.url, request.headers["proxy-authorization"]);
      const upstream = connectSocket(server.port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      socket.on("error", () => upstream.destroy());
      upstream.on("error", () => socket.destroy());
      socket.on("close", () => upstream.destroy());
    });
    await using front = await listening(proxy);
    {
      await using open = openClient({
        ...server.config,
        proxyUrl: `http://us%40er:pw@127.0.0.1:${front.port}`,
      });
      expect(await open.client.get(ConfigMap, key)).toBeDefined();
    }
    expect(asked).toEqual([
      `127.0.0.1:${server.port}`,
      `Basic ${Buffer.from("us@er:pw").toString("base64")}`,
    ]);
  });

  test("that speaks SOCKS is given the name of the server", async () => {
    const asked: string[] = [];
    await using server = await httpServer((_, response) => void response.end(MAP));
    const proxy = createSocketServer((socket) => {
      socket.once("data", () => {
        socket.write(Buffer.from([5, 0]));
        socket.once("data", (request: Buffer) => {
          const length = request[4] ?? 0;
          asked.push(`type ${request[3]} ${request.subarray(5, 5 + length).toString()}`);
          const upstream = connectSocket(server.port, "127.0.0.1", () => {
            socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
            upstream.pipe(socket).pipe(upstream);
          });
          upstream.on("error", () => socket.destroy());
          socket.on("error", () => upstream.destroy());
          socket.on("close", () => upstream.destroy());
        });
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    {
      const config = configOf(`http://kubernetes.test:${server.port}`, {
        proxyUrl: `socks5://127.0.0.1:${port}`,
      });
      await using open = openClient(config);
      expect(await open.client.get(ConfigMap, key)).toBeDefined();
    }
    expect(asked).toEqual(["type 3 kubernetes.test"]);
    await new Promise((resolve) => proxy.close(resolve));
  });

  test("of an unknown kind is refused", async () => {
    await using open = openClient(configOf("http://127.0.0.1:1", { proxyUrl: "ftp://proxy" }));
    await expect(open.client.get(ConfigMap, key)).rejects.toThrow(
      "the proxy-url is not an http, https or socks5 URL",
    );
  });
});
