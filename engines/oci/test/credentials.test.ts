import { FakeClock, systemClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { startForwardProxy } from "@weir/testkit";
import {
  createNodeSender,
  createRegistryHandler,
  credentialsFromDockerConfig,
  type HttpRequest,
  type HttpSender,
  parseDockerConfig,
  RegistryClient,
  type RegistryCredentials,
  serveRegistry,
} from "../src/index.ts";
import { RegistryAuth } from "../src/server/registry-auth.ts";
import { startRawServer } from "./raw-server.ts";

const users = [{ username: "user", password: "pass" }];
const basic: RegistryCredentials = { kind: "basic", username: "user", password: "pass" };
const bytes = Buffer.from("layer");

/** Carries requests to handlers by their host, and notes them. */
function aSender(handlers: Readonly<Record<string, (request: Request) => Promise<Response>>>): HttpSender & {
  readonly sent: readonly HttpRequest[];
} {
  const sent: HttpRequest[] = [];
  return {
    sent,
    send: async (request) => {
      sent.push(request);
      const { method, url, headers, body } = request;
      const init = {
        method,
        headers,
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      };
      const answer = await handlers[url.host]?.(new Request(url, init));
      if (answer === undefined) throw new Error(`no server at ${url.host}`);
      return {
        status: answer.status,
        headers: new Map(answer.headers),
        body: answer.body ?? (async function* () {})(),
        discard: () => {},
      };
    },
  };
}

describe("a registry that asks who we are", () => {
  test.each(["basic", "bearer"] as const)("lets in by %s who has the password", async (kind) => {
    await using server = await serveRegistry({ auth: { kind, users } });
    using sender = createNodeSender();
    const repository = { registry: server.registry, repository: "org/app" };
    const known = new RegistryClient({ sender, credentials: () => basic });
    const { digest } = await known.uploadBlob({ repository, bytes });
    expect(await known.hasBlob(repository, digest)).toBe(true);
    const stranger = new RegistryClient({ sender });
    await expect(stranger.hasBlob(repository, digest)).rejects.toMatchObject({ status: 401, isDenied: true });
  });

  test("gives anybody a token for what is public", async () => {
    await using server = await serveRegistry({ auth: { kind: "bearer", users, isPublic: true } });
    using sender = createNodeSender();
    const repository = { registry: server.registry, repository: "org/app" };
    const known = new RegistryClient({ sender, credentials: () => basic });
    const { digest } = await known.uploadBlob({ repository, bytes });
    const stranger = new RegistryClient({ sender });
    expect(await stranger.hasBlob(repository, digest)).toBe(true);
    await expect(stranger.uploadBlob({ repository, bytes: Buffer.from("b") })).rejects.toMatchObject({
      status: 401,
    });
  });

  test("is asked for one token per repository until the token expires", async () => {
    const clock = new FakeClock();
    const handler = createRegistryHandler({ auth: { kind: "bearer", users, tokenLifeS: 60 }, clock });
    const sender = aSender({ "registry.example.com": handler });
    const client = new RegistryClient({ sender, clock, credentials: () => basic });
    const repository = { registry: "registry.example.com", repository: "org/app" };
    const tokens = (): number => sender.sent.filter(({ url }) => url.pathname === "/token").length;
    const digest = `sha256:${"0".repeat(64)}`;
    await client.hasBlob(repository, digest);
    await client.hasBlob(repository, digest);
    expect(tokens()).toBe(1);
    await clock.advance(61_000);
    await client.hasBlob(repository, digest);
    expect(tokens()).toBe(2);
  });

  test("takes an identity token of a docker configuration", async () => {
    const auth = new RegistryAuth({ kind: "bearer", users }, systemClock);
    const token = auth.refreshTokenOf("user") ?? "";
    const sender = aSender({
      "registry.example.com": async (request) => {
        if (new URL(request.url).pathname === "/token") return auth.answerToken(request);
        const wanted = { repository: "org/app", action: "pull" } as const;
        const isPing = new URL(request.url).pathname === "/v2/";
        return auth.check(request, isPing ? undefined : wanted) ?? new Response(null, { status: 200 });
      },
    });
    const client = new RegistryClient({ sender, credentials: () => ({ kind: "identity-token", token }) });
    const repository = { registry: "registry.example.com", repository: "org/app" };
    expect(await client.hasBlob(repository, `sha256:${"0".repeat(64)}`)).toBe(true);
  });

  test("gets no credentials for a token service in the clear", async () => {
    const challenge = 'Bearer realm="http://tokens.example.com/token",service="s"';
    const sender = aSender({
      "registry.example.com": async () =>
        new Response("", { status: 401, headers: { "www-authenticate": challenge } }),
    });
    const client = new RegistryClient({ sender, credentials: () => basic });
    const asking = client.listTags({ registry: "registry.example.com", repository: "org/app" });
    await expect(asking).rejects.toMatchObject({ problem: "insecure-realm" });
    expect(sender.sent.map(({ url }) => url.host)).toEqual(["registry.example.com"]);
  });
});

describe("a redirect to another host", () => {
  test.each([basic, { kind: "registry-token", token: "canary" } as const])(
    "takes no credentials along ($kind)",
    async (credentials) => {
      const digest = "sha256:" + (await import("node:crypto")).hash("sha256", bytes);
      await using storage = await startRawServer((_request, response) => void response.end(bytes));
      await using registry = await startRawServer((request, response) => {
        const wants = { "www-authenticate": 'Basic realm="r"' };
        if (request.headers.authorization === undefined) return response.writeHead(401, wants).end();
        if (request.url === "/v2/") return response.end("{}");
        return response.writeHead(307, { location: `${storage.url}/blob?signature=canary` }).end();
      });
      using sender = createNodeSender();
      const client = new RegistryClient({ sender, access: "plain", credentials: () => credentials });
      const repository = { registry: registry.host, repository: "org/app" };
      const blob = await client.fetchBlob({ repository, descriptor: { digest, size: bytes.byteLength } });
      expect(Buffer.from(blob)).toEqual(bytes);
      expect(registry.requests.at(-1)?.authorization).toMatch(/^B/);
      expect(storage.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
    },
  );
});

describe("a proxy", () => {
  test("is asked for what is in the clear, with its own password", async () => {
    await using server = await serveRegistry();
    await using proxy = await startForwardProxy({ credentials: { username: "p", password: "q" } });
    using sender = createNodeSender({ proxy: { address: proxy.url, username: "p", password: "q" } });
    const client = new RegistryClient({ sender, access: "plain" });
    await client.ping(server.registry);
    expect(proxy.requests.map(({ target }) => target)).toEqual([`${server.url}/v2/`]);
  });

  test("that is not there is named as what failed", async () => {
    using sender = createNodeSender({ proxy: { address: "http://127.0.0.1:1" } });
    const client = new RegistryClient({ sender, access: "plain" });
    await expect(client.ping("127.0.0.1:9")).rejects.toMatchObject({
      message: 'Get "http://127.0.0.1:9/v2/"',
      cause: { message: "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused" },
    });
  });
});

describe("credentials of a docker configuration", () => {
  const pair = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
  const config = JSON.stringify({
    auths: {
      "https://registry.example.com/v2/": pair("host:a:b"),
      "registry.example.com/team": pair("team:t"),
      "*.wild.example.com": { username: "wild", password: "w" },
      "registry.example.com:5000": { identitytoken: "refresh" },
      "token.example.com": { registrytoken: "raw" },
      "https://index.docker.io/v1/": pair("hub:h"),
    },
  });
  const find = credentialsFromDockerConfig(parseDockerConfig(config));
  test.each([
    {
      registry: "registry.example.com",
      repository: "other/app",
      want: { username: "host", password: "a:b" },
    },
    { registry: "registry.example.com", repository: "team/app", want: { username: "team" } },
    { registry: "registry.example.com", repository: "team-b/app", want: { username: "host" } },
    { registry: "registry.example.com:5000", repository: "app", want: { token: "refresh" } },
    { registry: "a.wild.example.com", repository: "app", want: { username: "wild" } },
    { registry: "a.b.wild.example.com", repository: "app", want: { kind: "anonymous" } },
    { registry: "token.example.com", repository: "app", want: { kind: "registry-token", token: "raw" } },
    { registry: "index.docker.io", repository: "library/app", want: { username: "hub" } },
    { registry: "docker.io", repository: "library/app", want: { username: "hub" } },
    { registry: "elsewhere.example.com", repository: "app", want: { kind: "anonymous" } },
  ])("for $registry/$repository are $want", async ({ want, ...repository }) => {
    expect(await find(repository)).toMatchObject(want);
  });

  test.each(["{", "[]", '{"auths":1}', '{"auths":{"a":{"auth":"canary!"}}}'])("are refused in %s", (text) => {
    expect(() => parseDockerConfig(text)).toThrow(
      expect.objectContaining({ name: "RegistryCredentialsError" }),
    );
    expect(() => parseDockerConfig(text)).not.toThrow(/canary/);
  });
});
