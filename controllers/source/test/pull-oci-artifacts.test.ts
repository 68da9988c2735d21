import { fetchArtifact } from "@weir/artifact";
import { systemClock, type Tree } from "@weir/core";
import type { OCIRepository } from "@weir/api";
import type { RegistryServer } from "@weir/oci";
import { startRegistry, type Toolkit } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  applyOci,
  archiveOf,
  digestOf,
  push,
  requestReconcile,
  startOciWorld,
  untilReady,
} from "./oci-world.ts";

const CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

describe("an OCIRepository", () => {
  let world: Toolkit;
  let registry: RegistryServer;
  const requests: string[] = [];
  beforeAll(async () => {
    world = await startOciWorld();
    registry = await startRegistry({
      onRequest: ({ method, url }) => requests.push(`${method} ${new URL(url).pathname}`),
    });
    await push(`${registry.registry}/app:v1.0.0`, { "a.yaml": "v: 1.0.0\n" });
    await push(`${registry.registry}/app:v1.1.0`, { "a.yaml": "v: 1.1.0\n" });
    await push(`${registry.registry}/app:v2.0.0-rc.1`, { "a.yaml": "v: 2.0.0-rc.1\n" });
    await push(`${registry.registry}/app:latest`, { "a.yaml": "v: latest\n" });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const url = (path: string) => `oci://${registry.registry}/${path}`;
  const treeOf = (repository: OCIRepository): Promise<Tree> =>
    fetchArtifact(repository.status?.artifact as never, { fetch, clock: systemClock });
  const textOf = async (repository: OCIRepository, path: string) => {
    const bytes = (await treeOf(repository)).read(path);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  };

  test.each([
    { name: "latest", want: "latest", ref: undefined },
    { name: "tag", ref: { tag: "v1.0.0" }, want: "v1.0.0" },
    { name: "range", ref: { semver: "<2", tag: "latest" }, want: "v1.1.0" },
    { name: "filter", ref: { semver: ">=1.0.0-0", semverFilter: ".*-rc.*" }, want: "v2.0.0-rc.1" },
  ])("follows its reference: $name", async ({ name, ref, want }) => {
    await applyOci(world, name, { url: url("app"), ...(ref === undefined ? {} : { ref }) });
    const repository = await untilReady(world, name, "True");
    const { revision, path } = repository.status?.artifact ?? {};
    expect(revision).toMatch(new RegExp(`^${want}@sha256:[0-9a-f]{64}$`));
    const digest = revision?.slice(want.length + 1);
    expect(path).toBe(`ocirepository/default/${name}/${digest}.tar.gz`);
    expect(await textOf(repository, "a.yaml")).toBe(`v: ${want.replace(/^v/, "")}\n`);
  });

  test("prefers a digest to all else, and has it for its revision", async () => {
    const { digest } = await push(`${registry.registry}/pinned:a`, { "a.yaml": "pinned\n" });
    const ref = { digest, semver: "*", tag: "a" };
    await applyOci(world, "pinned", { url: url("pinned"), ref });
    const repository = await untilReady(world, "pinned", "True");
    expect(repository.status?.artifact?.revision).toBe(digest);
    expect(await textOf(repository, "a.yaml")).toBe("pinned\n");
  });

  test("serves the newest artifact under a name that stays", async () => {
    await applyOci(world, "named", { url: url("app"), ref: { tag: "v1.0.0" } });
    const { status } = await untilReady(world, "named", "True");
    expect(status?.url).toBe(`${world.artifactUrl}/ocirepository/default/named/latest.tar.gz`);
    const bytes = new Uint8Array(await (await fetch(status?.url ?? "")).arrayBuffer());
    expect(digestOf(bytes)).toBe(status?.artifact?.digest);
  });

  test("stores a layer as it is where that is asked for", async () => {
    const layer = await archiveOf({ "demo/Chart.yaml": "name: demo\n" });
    await push(`${registry.registry}/demo:1.0.0`, layer, { mediaType: CHART });
    const layerSelector = { mediaType: CHART, operation: "copy" } as const;
    await applyOci(world, "copied", { url: url("demo"), ref: { tag: "1.0.0" }, layerSelector });
    const { status } = await untilReady(world, "copied", "True");
    expect(status?.artifact).toMatchObject({ digest: digestOf(layer), size: layer.byteLength });
    expect(status?.observedLayerSelector).toEqual(layerSelector);
  });

  test("leaves out what is ignored, and packs again when that changes", async () => {
    await push(`${registry.registry}/files:1`, { "a.yaml": "a\n", "b.yaml": "b\n", "c.md": "c\n" });
    await applyOci(world, "ignoring", { url: url("files"), ref: { tag: "1" }, ignore: "*.md" });
    const first = await untilReady(world, "ignoring", "True");
    expect((await treeOf(first)).list("")?.map(({ name }) => name)).toEqual(["a.yaml", "b.yaml"]);
    await applyOci(world, "ignoring", { url: url("files"), ref: { tag: "1" }, ignore: "b.yaml" });
    const second = await untilReady(world, "ignoring", "True");
    expect((await treeOf(second)).list("")?.map(({ name }) => name)).toEqual(["a.yaml", "c.md"]);
    expect(second.status?.artifact?.revision).toBe(first.status?.artifact?.revision);
    expect(second.status?.observedIgnore).toBe("b.yaml");
  });

  test("follows a tag that moves", async () => {
    await push(`${registry.registry}/moving:1`, { "a.yaml": "before\n" });
    await applyOci(world, "moving", { url: url("moving"), ref: { tag: "1" } });
    const before = await untilReady(world, "moving", "True");
    const { digest } = await push(`${registry.registry}/moving:1`, { "a.yaml": "after\n" });
    await requestReconcile(world, "moving", "1");
    const after = await untilReady(world, "moving", "True", { handled: "1" });
    expect(after.status?.artifact?.revision).toBe(`1@${digest}`);
    expect(before.status?.artifact?.revision).not.toBe(`1@${digest}`);
    expect(await textOf(after, "a.yaml")).toBe("after\n");
  });

  test("asks once for what did not change", async () => {
    await push(`${registry.registry}/still:1`, { "a.yaml": "a\n" });
    await applyOci(world, "still", { url: url("still"), ref: { tag: "1" } });
    await untilReady(world, "still", "True");
    requests.length = 0;
    await requestReconcile(world, "still", "1");
    await untilReady(world, "still", "True", { handled: "1" });
    expect(requests).toEqual(["HEAD /v2/still/manifests/1"]);
  });

  test("packs again what was taken from the store", async () => {
    await applyOci(world, "lost", { url: url("app"), ref: { tag: "v1.0.0" } });
    const before = await untilReady(world, "lost", "True");
    const owner = { kind: "ocirepository", namespace: "default", name: "lost" };
    {
      using lock = await world.artifacts.lock(owner);
      await world.artifacts.remove(lock);
    }
    await requestReconcile(world, "lost", "1");
    const after = await untilReady(world, "lost", "True", { handled: "1" });
    expect(after.status?.artifact?.digest).toBe(before.status?.artifact?.digest);
    expect(await world.artifacts.verify(after.status?.artifact as never)).toBe("intact");
  });
});
