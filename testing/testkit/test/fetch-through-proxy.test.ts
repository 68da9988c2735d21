import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "@weir/cluster";
import { describeError, systemClock } from "@weir/core";
import { fetchRevision, type GitCredentials, type GitFetchRequest, type GitProxy } from "@weir/git";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ForwardProxy, type GitTestServer, startForwardProxy, startGitServer } from "../src/index.ts";

const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";
const credentials: GitCredentials = { kind: "basic", username: "user", password: "pass" };

describe("fetching through an HTTP proxy", () => {
  const authority = createAuthority("test", Date.parse("2020-01-01"));
  const seen: Headers[] = [];
  let plain: GitTestServer;
  let secure: GitTestServer;
  let scratch: string;
  let proxy: ForwardProxy;

  beforeAll(async () => {
    const { certificate, key } = authority.issue({ dns: [], ips: ["127.0.0.1"] });
    const options = { searchPath, onRequest: (request: Request) => void seen.push(request.headers) };
    plain = await startGitServer(options);
    secure = await startGitServer({ ...options, tls: { cert: certificate, key } });
    for (const server of [plain, secure]) {
      await (await server.repository("app")).commit({ files: { a: "1" } });
    }
    scratch = await mkdtemp(join(tmpdir(), "weir-proxy-test-"));
  });
  afterEach(async () => {
    seen.length = 0;
    await proxy?.[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await plain[Symbol.asyncDispose]();
    await secure[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  async function fetch(
    way: GitProxy,
    request: Partial<GitFetchRequest> & { readonly url: string },
    path = searchPath,
  ): Promise<string> {
    const fixed = { ref: { branch: "main" }, timeoutMs: 20_000, credentials: { kind: "none" } as const };
    const ca = { caFile: authority.certificate };
    try {
      const result = await fetchRevision(
        {
          ...fixed,
          ...request,
          credentials: { ...(request.credentials ?? fixed.credentials), ...ca },
          proxy: way,
        },
        { scratch, searchPath: path, clock: systemClock },
      );
      if (result.kind !== "checkout") return "unchanged";
      await using checkout = result;
      return await readFile(join(checkout.directory, "a"), "utf8");
    } catch (error) {
      return describeError(error);
    }
  }

  const own = { username: "proxy-user", password: "p@ss:canary" };

  test.each([
    { name: "without credentials", known: undefined },
    { name: "with credentials", known: own },
  ])("asks and fetches by absolute URLs of an http server, $name", async ({ known }) => {
    proxy = await startForwardProxy(known === undefined ? {} : { credentials: known });
    const url = `${plain.url}/auth/app.git`;
    expect(await fetch({ address: proxy.url, ...known }, { url, credentials })).toBe("1");
    expect(proxy.requests.length).toBeGreaterThanOrEqual(3);
    expect(seen.length).toBe(proxy.requests.length);
    for (const { target } of proxy.requests) expect(target.startsWith(url)).toBe(true);
    for (const headers of seen) expect(headers.get("proxy-authorization")).toBeNull();
  });

  test.each([
    { name: "without credentials", known: undefined },
    { name: "with credentials", known: own },
  ])("asks and fetches through tunnels to an https server, $name", async ({ known }) => {
    proxy = await startForwardProxy(known === undefined ? {} : { credentials: known });
    const url = `${secure.url}/auth/app.git`;
    expect(await fetch({ address: proxy.url, ...known }, { url, credentials })).toBe("1");
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(proxy.requests.length).toBeGreaterThanOrEqual(2);
    for (const { method, target, headers } of proxy.requests) {
      expect([method, target]).toEqual(["CONNECT", new URL(secure.url).host]);
      expect(headers["authorization"]).toBeUndefined();
    }
    for (const headers of seen) expect(headers.get("proxy-authorization")).toBeNull();
  });

  test("still checks who the server behind a tunnel is", async () => {
    proxy = await startForwardProxy();
    const other = createAuthority("other", Date.parse("2020-01-01")).certificate;
    const fixed = { ref: { branch: "main" }, timeoutMs: 20_000, proxy: { address: proxy.url } };
    const error = await fetchRevision(
      { ...fixed, url: `${secure.url}/app.git`, credentials: { kind: "none", caFile: other } },
      { scratch, searchPath, clock: systemClock },
    ).catch((thrown: unknown) => describeError(thrown));
    expect(error).toMatch(/unable to clone '.*': Get ".*": (SELF_SIGNED|UNABLE|CERT)/);
    expect(seen).toEqual([]);
  });

  test("says what is wrong with the proxy, and nothing of its password", async () => {
    proxy = await startForwardProxy({ credentials: own });
    const [http, https] = [`${plain.url}/app.git`, `${secure.url}/app.git`];
    const refs = "info/refs?service=git-upload-pack";
    const wrong = { address: proxy.url, username: "proxy-user", password: "canary-wrong" };
    expect(await fetch(wrong, { url: http })).toBe(
      `unable to clone '${http}': unexpected client error: unexpected requesting "${http}/${refs}" status code: 407`,
    );
    expect(await fetch(wrong, { url: https })).toBe(
      `unable to clone '${https}': Get "${https}/${refs}": Proxy Authentication Required`,
    );
    await proxy[Symbol.asyncDispose]();
    const { host } = new URL(proxy.url);
    for (const url of [http, https]) {
      expect(await fetch(wrong, { url })).toBe(
        `unable to clone '${url}': Get "${url}/${refs}": proxyconnect tcp: dial tcp ${host}: connect: connection refused`,
      );
    }
    expect(seen).toEqual([]);
    expect(await fetch({ address: "http://127.0.0.1:1" }, { url: "ssh://git@127.0.0.1:1/app.git" })).toBe(
      "unable to clone 'ssh://127.0.0.1:1/app.git': proxy: unknown scheme: http",
    );
  });

  test("keeps credentials out of the program's arguments and environment", async () => {
    proxy = await startForwardProxy({ credentials: own });
    const folder = join(scratch, "bin");
    await mkdir(folder);
    const script = [
      "#!/bin/sh",
      `{ printf '%s\\n' "$@"; env; } >> '${folder}/seen'`,
      `PATH='${searchPath}' exec git "$@"`,
    ];
    await writeFile(join(folder, "git"), `${script.join("\n")}\n`);
    await chmod(join(folder, "git"), 0o755);
    const url = `${plain.url.replace("//", "//user:pass@")}/auth/app.git`;
    expect(await fetch({ address: proxy.url, ...own }, { url }, `${folder}:${searchPath}`)).toBe("1");
    const text = await readFile(join(folder, "seen"), "utf8");
    expect(text).toContain("fetch");
    for (const secret of ["canary", "p%40ss", "user:pass", Buffer.from("user:pass").toString("base64")]) {
      expect(text).not.toContain(secret);
    }
  });
});
