import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchArtifact } from "@weir/artifact";
import { systemClock } from "@weir/core";
import { eventually, type Toolkit } from "@weir/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  applyRepository,
  conditionOf,
  read,
  requestReconcile,
  startSourceWorld,
  untilReady,
} from "./source-world.ts";

async function pathsOf(artifact: {
  readonly url: string;
  readonly digest: string;
}): Promise<readonly string[]> {
  const tree = await fetchArtifact(artifact, { fetch, clock: systemClock });
  return tree.list("")?.map(({ name }) => name) ?? [];
}

describe("a GitRepository", () => {
  let world: Toolkit;
  beforeEach(async () => {
    world = await startSourceWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test("serves each new revision and keeps the one before for who still reads it", async () => {
    const repository = await world.git.repository("app");
    const first = await repository.commit({ files: { "a.yaml": "a: 1\n", "b.png": "x" } });
    await applyRepository(world, "app.git");
    const before = await untilReady(world, "True");
    expect(before.status?.artifact?.revision).toBe(`main@sha1:${first}`);
    expect(await pathsOf(before.status?.artifact as never)).toEqual(["a.yaml"]);

    const second = await repository.commit({ files: { "c.yaml": "c: 1\n" }, remove: ["a.yaml"] });
    await requestReconcile(world, "r1");
    const after = await untilReady(world, "True", { handled: "r1" });
    expect(after.status?.artifact?.revision).toBe(`main@sha1:${second}`);
    expect(await pathsOf(after.status?.artifact as never)).toEqual(["c.yaml"]);
    expect(await world.artifacts.verify(before.status?.artifact as never)).toBe("intact");
  });

  test("makes the artifact again when what shapes it changes, and else leaves it", async () => {
    const repository = await world.git.repository("app");
    await repository.commit({ files: { "a.yaml": "a: 1\n", "b.yaml": "b: 1\n" } });
    await applyRepository(world, "app.git");
    const first = await untilReady(world, "True");
    await applyRepository(world, "app.git", { interval: "5m" });
    const same = await untilReady(world, "True");
    expect(same.status?.artifact).toEqual(first.status?.artifact);
    await applyRepository(world, "app.git", { ignore: "/b.yaml" });
    const shaped = await untilReady(world, "True");
    expect(shaped.status?.observedIgnore).toBe("/b.yaml");
    expect(await pathsOf(shaped.status?.artifact as never)).toEqual(["a.yaml"]);
  });

  test("makes an artifact again that is gone from storage or was changed there", async () => {
    const repository = await world.git.repository("app");
    await repository.commit({ files: { "a.yaml": "a: 1\n" } });
    await applyRepository(world, "app.git");
    const { artifact } = (await untilReady(world, "True")).status ?? {};
    const file = join(world.artifacts.root, artifact?.path ?? "");
    const damages = [() => rm(file), () => writeFile(file, "damaged")];
    for (const [index, damage] of damages.entries()) {
      await damage();
      await requestReconcile(world, `r${index}`);
      const mended = await untilReady(world, "True", { handled: `r${index}` });
      expect(await world.artifacts.verify(mended.status?.artifact as never)).toBe("intact");
      expect(mended.status?.artifact?.digest).toBe(artifact?.digest);
    }
  });

  test("is not ready while its artifact cannot be stored, and recovers", async () => {
    const repository = await world.git.repository("app");
    await repository.commit({ files: { "a.yaml": "a: 1\n" } });
    const inTheWay = join(world.artifacts.root, "gitrepository");
    await writeFile(inTheWay, "");
    await applyRepository(world, "app.git");
    const failed = await untilReady(world, "False", { reason: "ArchiveOperationFailed" });
    expect(conditionOf(failed, "StorageOperationFailed")?.message).toMatch(/^unable to archive artifact/);
    expect(conditionOf(failed, "FetchFailed")).toBeUndefined();
    await rm(inTheWay);
    const recovered = await untilReady(world, "True");
    expect(conditionOf(recovered, "StorageOperationFailed")).toBeUndefined();
  });

  test("follows the artifacts that it includes without being asked", async () => {
    const [outer, inner] = [await world.git.repository("app"), await world.git.repository("inc")];
    await outer.commit({ files: { "a.yaml": "a: 1\n" } });
    await inner.commit({ files: { "lib/x.yaml": "x: 1\n" } });
    const include = [{ repository: { name: "inc" }, fromPath: "lib", toPath: "vendor" }];
    await applyRepository(world, "app.git", { include });
    await untilReady(world, "False", { reason: "NotFound" });
    await applyRepository(world, "inc.git", {}, "inc");
    const first = await untilReady(world, "True");
    expect(await pathsOf(first.status?.artifact as never)).toEqual(["a.yaml", "vendor"]);

    const commit = await inner.commit({ files: { "lib/y.yaml": "y: 1\n" } });
    await requestReconcile(world, "r1", "inc");
    await eventually(async () => {
      const { status } = await read(world);
      expect(status?.includedArtifacts?.map(({ revision }) => revision)).toEqual([`main@sha1:${commit}`]);
      expect(status?.artifact?.digest).not.toBe(first.status?.artifact?.digest);
    });
  });

  test("rests while it is suspended and goes on when it is resumed", async () => {
    const repository = await world.git.repository("app");
    const first = await repository.commit({ files: { "a.yaml": "a: 1\n" } });
    await applyRepository(world, "app.git");
    await untilReady(world, "True");
    await applyRepository(world, "app.git", { suspend: true });
    const second = await repository.commit({ files: { "a.yaml": "a: 2\n" } });
    await requestReconcile(world, "r1");
    await eventually(async () => expect((await read(world)).status?.lastHandledReconcileAt).toBe("r1"));
    expect((await read(world)).status?.artifact?.revision).toBe(`main@sha1:${first}`);
    await applyRepository(world, "app.git", { suspend: false });
    await eventually(async () =>
      expect((await read(world)).status?.artifact?.revision).toBe(`main@sha1:${second}`),
    );
  });
});
