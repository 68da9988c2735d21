import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GitRepository } from "@weir/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configMapFile, SyncedApps } from "./synced-apps.ts";
import { tarGz } from "./tar-archive.ts";

interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What is said of the bytes; the truth by default. */
  readonly digest?: string;
  readonly message: RegExp;
}

const good = { path: "good.yaml", text: configMapFile("app", "evil") };
const evil = configMapFile("evil", "x");

const cases: readonly Case[] = [
  {
    name: "bytes of another digest",
    bytes: tarGz([good]),
    digest: `sha256:${"0".repeat(64)}`,
    message: /computed digest doesn't match 'sha256:0{64}' \(was 'sha256:[0-9a-f]{64}'\)/,
  },
  {
    name: "a path that leaves the archive",
    bytes: tarGz([good, { path: "../../evil.yaml", text: evil }]),
    message: /archive entry "\.\.\/\.\.\/evil\.yaml" refused/,
  },
  {
    name: "an absolute path",
    bytes: tarGz([good, { path: "/tmp/evil.yaml", text: evil }]),
    message: /archive entry "\/tmp\/evil\.yaml" refused/,
  },
  {
    name: "a symbolic link",
    bytes: tarGz([good, { path: "evil.yaml", target: "/etc/passwd" }]),
    message: /archive entry "evil\.yaml" refused/,
  },
  {
    name: "a file that is there twice",
    bytes: tarGz([good, { path: "good.yaml", text: evil }]),
    message: /archive entry "good\.yaml" refused/,
  },
  {
    name: "bytes that are no archive",
    bytes: Buffer.from("<html>sign in first</html>"),
    message: /archive refused/,
  },
];

describe("an artifact that must not be used", () => {
  let apps: SyncedApps;
  let server: Server;
  const served = new Map<string, Uint8Array>();

  beforeAll(async () => {
    apps = await SyncedApps.start();
    server = createServer((request, response) => response.end(served.get(request.url ?? "")));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve());
    });
  });
  afterAll(async () => {
    server.close();
    await apps?.[Symbol.asyncDispose]();
  });

  /** Has a source say of an archive that it is its artifact, as a broken or hostile source-controller would. */
  async function plant(name: string, bytes: Uint8Array, digest: string | undefined): Promise<void> {
    const path = `/${name}.tar.gz`;
    served.set(path, bytes);
    const artifact = {
      revision: "main@sha1:planted",
      path: path.slice(1),
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
      digest: digest ?? `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
      size: bytes.length,
      lastUpdateTime: "2026-01-01T00:00:00Z",
    };
    const key = { namespace: "default", name };
    const { client } = apps.toolkit;
    await client.patch(GitRepository, key, { type: "merge", patch: { spec: { suspend: true } } });
    const patch = { status: { artifact } };
    await client.patch(GitRepository, key, { type: "merge", patch }, { subresource: "status" });
  }

  const rows = cases.map((row, index) => ({ ...row, app: `app-${index}` }));

  test.each(rows)("is refused for $name; what is applied stays, and others go on", async (row) => {
    await apps.createGoodApp(row.app);
    const { lastAppliedRevision, inventory } = (await apps.kustomization(row.app))?.status ?? {};
    await plant(row.app, row.bytes, row.digest);
    expect(await apps.failure(row.app)).toEqual({
      status: "False",
      reason: "ArtifactFailed",
      message: expect.stringMatching(row.message),
    });
    expect((await apps.kustomization(row.app))?.status).toMatchObject({ lastAppliedRevision, inventory });
    expect(await apps.value(row.app)).toBe("good");
    expect(await apps.value("evil")).toBeUndefined();
    await apps.untilOtherGoesOn();
  });

  test("is left for a good one at once", async () => {
    await apps.createGoodApp("mended");
    await plant("mended", tarGz([{ path: "../evil.yaml", text: evil }]), undefined);
    await apps.failure("mended");
    await apps.push("mended", { "good.yaml": configMapFile("mended", "better") });
    const patch = { spec: { suspend: false } };
    const key = { namespace: "default", name: "mended" };
    await apps.toolkit.client.patch(GitRepository, key, { type: "merge", patch });
    await apps.untilReady("mended");
    expect(await apps.value("mended")).toBe("better");
  });
});
