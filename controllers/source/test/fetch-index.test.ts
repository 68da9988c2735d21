import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { HelmRepository } from "@weir/api";
import { systemClock } from "@weir/core";
import { createAuthority } from "@weir/sdk";
import {
  type ChartRepositoryServer,
  eventually,
  startChartRepository,
  type Toolkit,
  usualChartRepositoryFaults,
} from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  applyRepository,
  conditionOf,
  demoFiles,
  request,
  startHelmWorld,
  untilReady,
} from "./helm-world.ts";
import { applySecret } from "./source-world.ts";

const issued = { commonName: "charts", nowMs: systemClock.now(), validMs: 3_600_000 };
const authority = createAuthority({ ...issued, commonName: "test authority" });
const server = authority.issue({ dns: [], ips: ["127.0.0.1"] }, issued);

interface Seen {
  readonly path: string;
  readonly authorization: string | null;
  readonly etag: string | null;
}

function seenOf(request: Request): Seen {
  const { headers, url } = request;
  return {
    path: new URL(url).pathname,
    authorization: headers.get("authorization"),
    etag: headers.get("if-none-match"),
  };
}

describe("a HelmRepository", () => {
  let world: Toolkit;
  let charts: ChartRepositoryServer;
  let elsewhere: ChartRepositoryServer;
  let secure: ChartRepositoryServer;
  const seen: Seen[] = [];
  const seenElsewhere: Seen[] = [];
  beforeAll(async () => {
    world = await startHelmWorld({ maxIndexBytes: 20_000 });
    const files = demoFiles("1.0.0", "1.1.0");
    elsewhere = await startChartRepository({ files, onRequest: (each) => seenElsewhere.push(seenOf(each)) });
    const faults = {
      ...usualChartRepositoryFaults,
      moved: { kind: "redirect", to: elsewhere.url },
      cut: { kind: "cut", afterBytes: 100 },
      slow: { kind: "slow", afterMs: 5_000 },
      forbidden: { kind: "status", status: 403 },
    } as const;
    charts = await startChartRepository({ files, faults, onRequest: (each) => seen.push(seenOf(each)) });
    charts.put("bad/index.yaml", "hello: world\n");
    charts.put("empty/index.yaml", "");
    charts.put("large/index.yaml", `apiVersion: v1\n#${"x".repeat(20_000)}\n`);
    charts.put(
      "json/index.yaml",
      '{"apiVersion":"v1","entries":{"demo":[{"name":"demo","version":"1.0.0"}]}}',
    );
    const tls = { cert: server.certificate, key: server.key };
    secure = await startChartRepository({ files, tls });
    await applySecret(world, "login", { username: "user", password: "pass" });
    await applySecret(world, "wrong", { username: "user", password: "canary" });
    await applySecret(world, "half", { username: "user" });
    await applySecret(world, "authority", { "ca.crt": authority.certificate });
    await applySecret(world, "no-authority", { "ca.crt": "none" });
    await applySecret(world, "nothing", { a: "b" });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    for (const each of [charts, elsewhere, secure]) await each[Symbol.asyncDispose]();
  });

  const ready = (name: string, options: Parameters<typeof untilReady>[3] = {}): Promise<HelmRepository> =>
    untilReady<HelmRepository>(world, HelmRepository, name, options);

  test("serves its index as JSON, always at one URL, and asks for it by its ETag", async () => {
    await applyRepository(world, "app", { url: `${charts.url}/main` });
    const first = await ready("app");
    const { artifact, url = "" } = first.status ?? {};
    expect(artifact?.path).toBe(`helmrepository/default/app/index-${artifact?.revision.slice(7)}.yaml`);
    expect(url).toBe(`${world.artifactUrl}/helmrepository/default/app/index.yaml`);
    const index = (await (await fetch(url)).json()) as {
      readonly entries: { readonly demo: readonly object[] };
    };
    expect(index.entries.demo).toMatchObject([{ version: "1.1.0" }, { version: "1.0.0" }]);

    seen.length = 0;
    await request(world, HelmRepository, "app", "1");
    const second = await ready("app", { handled: "1" });
    expect(second.status?.artifact).toEqual(artifact);
    expect(seen).toMatchObject([{ path: "/main/index.yaml", etag: expect.stringMatching(/^"/) as string }]);

    for (const [path, content] of demoFiles("2.0.0")) charts.put(path, content);
    await request(world, HelmRepository, "app", "2");
    const third = await ready("app", { handled: "2" });
    expect(third.status?.artifact?.revision).not.toBe(artifact?.revision);
    expect(await (await fetch(url)).text()).toContain('"version": "2.0.0"');
    for (const [path, content] of demoFiles("1.0.0", "1.1.0")) charts.put(path, content);
  });

  test("takes an index that is JSON", async () => {
    await applyRepository(world, "json", { url: `${charts.url}/json` });
    const { status } = await ready("json");
    expect(await (await fetch(status?.artifact?.url ?? "")).text()).toContain('"demo": [');
  });

  const unauthorized = /failed to fetch http:\S+ : 401 Unauthorized$/;
  test.each([
    { name: "not-found", path: "none", reason: "Failed", message: /: 404 Not Found$/ },
    { name: "forbidden", path: "forbidden/main", reason: "Failed", message: /: 403 Forbidden$/ },
    { name: "server-error", path: "err500/main", reason: "Failed", message: /: 500 Internal Server Error$/ },
    { name: "cut", path: "cut/main", reason: "Failed", message: /index to temporary file: Get "http/ },
    {
      name: "slow",
      path: "slow/main",
      spec: { timeout: "200ms" },
      reason: "Failed",
      message: /deadline exceeded/,
    },
    { name: "large", path: "large", reason: "Failed", message: /maximum index file size of 20000 bytes$/ },
    { name: "bad", path: "bad", reason: "IndexationFailed", message: /json: unknown field "hello"$/ },
    { name: "blank", path: "empty", reason: "IndexationFailed", message: /empty index.yaml file$/ },
    { name: "anonymous", path: "auth/main", reason: "Failed", message: unauthorized },
    {
      name: "wrong",
      path: "auth/main",
      spec: { secretRef: { name: "wrong" } },
      reason: "Failed",
      message: unauthorized,
    },
    {
      name: "half",
      path: "auth/main",
      spec: { secretRef: { name: "half" } },
      reason: "AuthenticationFailed",
      message: /secret 'default\/half': malformed basic auth - has 'username' but missing 'password'$/,
    },
    {
      name: "no-secret",
      path: "main",
      spec: { secretRef: { name: "none" } },
      reason: "AuthenticationFailed",
      message: /^failed to get authentication secret 'default\/none': secrets "none" not found$/,
    },
    {
      name: "no-certificate",
      path: "main",
      spec: { certSecretRef: { name: "nothing" } },
      reason: "AuthenticationFailed",
      message: /^failed to construct Helm client's TLS config: secret 'default\/nothing' must contain/,
    },
    {
      name: "bad-certificate",
      path: "main",
      spec: { certSecretRef: { name: "no-authority" } },
      reason: "AuthenticationFailed",
      message: /TLS config: failed to parse CA certificate$/,
    },
  ])("keeps its last index and says why: $name", async ({ name, path, reason, message, ...rest }) => {
    await applyRepository(world, name, { url: `${charts.url}/main` });
    const before = await ready(name);
    await applyRepository(world, name, { url: `${charts.url}/${path}`, ...rest.spec });
    const after = await ready(name, { status: "False", reason });
    expect(conditionOf(after, "FetchFailed")).toMatchObject({ status: "True", reason });
    expect(conditionOf(after, "FetchFailed")?.message).toMatch(message);
    expect(after.status?.artifact).toEqual(before.status?.artifact);
    expect(JSON.stringify(after.status)).not.toContain("canary");
  });

  test("is Stalled where its URL is a registry's, or none", async () => {
    await applyRepository(world, "registry", { url: "oci://example.com/charts" });
    const registry = await ready("registry", { status: "False", reason: "URLInvalid" });
    expect(conditionOf(registry, "Stalled")?.message).toBe(
      "invalid Helm repository URL: 'oci' URL scheme cannot be used with 'default' HelmRepository type",
    );
    await applyRepository(world, "scp", { url: "https://host:org/charts" });
    await ready("scp", { status: "False", reason: "URLInvalid" });
  });

  test("logs in to its own host, by the Secret or by the URL", async () => {
    await applyRepository(world, "login", { url: `${charts.url}/auth/main`, secretRef: { name: "login" } });
    await ready("login");
    const url = `${charts.url}/auth/main`.replace("//", "//user:pass@");
    await applyRepository(world, "by-url", { url });
    await ready("by-url");
  });

  test.each([false, true])(
    "gives its password to no other host, with passCredentials: %j",
    async (passes) => {
      seenElsewhere.length = 0;
      seen.length = 0;
      const name = `moved-${passes}`;
      const url = `${charts.url}/moved/main`;
      await applyRepository(world, name, { url, secretRef: { name: "login" }, passCredentials: passes });
      await ready(name);
      expect(seen.find(({ path }) => path === "/moved/main/index.yaml")?.authorization).toMatch(/^Basic /);
      expect(seenElsewhere).toMatchObject([{ path: "/main/index.yaml", authorization: null }]);
    },
  );

  test("trusts the authority of its Secret, and no other", async () => {
    const url = `${secure.url}/main`;
    await applyRepository(world, "untrusted", { url });
    const untrusted = await ready("untrusted", { status: "False", reason: "Failed" });
    expect(conditionOf(untrusted, "Ready")?.message).toContain(
      "x509: certificate signed by unknown authority",
    );
    await applyRepository(world, "trusted", { url, certSecretRef: { name: "authority" } });
    await ready("trusted");
  });

  test("is left alone as a registry, and forgets the index that it had", async () => {
    await applyRepository(world, "turned", { url: `${charts.url}/main` });
    await ready("turned");
    await applyRepository(world, "turned", { url: "oci://example.com/charts", type: "oci" });
    await eventually(async () => {
      const turned = await world.client.get(HelmRepository, { namespace: "default", name: "turned" });
      expect(turned?.metadata.finalizers ?? []).toEqual([]);
      expect(turned?.status ?? {}).toEqual({});
    });
    await expect(stat(join(world.artifacts.root, "helmrepository/default/turned"))).rejects.toThrow("ENOENT");
  });

  test("fetches nothing while it is suspended, and takes its artifacts along", async () => {
    await applyRepository(world, "gone", { url: `${charts.url}/main` });
    await ready("gone");
    await applyRepository(world, "gone", { url: `${charts.url}/none`, suspend: true });
    await ready("gone");
    await world.client.delete(HelmRepository, { namespace: "default", name: "gone" });
    await eventually(async () => {
      expect(await world.client.get(HelmRepository, { namespace: "default", name: "gone" })).toBeUndefined();
    });
    await expect(stat(join(world.artifacts.root, "helmrepository/default/gone"))).rejects.toThrow("ENOENT");
    await eventually(async () => expect(await readdir(world.parts.scratch)).toEqual([]));
  });
});
