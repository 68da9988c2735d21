import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { GitRepository } from "@weir/api";
import { createClient } from "@weir/client";
import { createManager, type Manager } from "@weir/sdk";
import { eventually, fluxControllers, type Toolkit } from "@weir/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyRepository, read, requestReconcile, startSourceWorld, untilReady } from "./source-world.ts";

const key = { namespace: "default", name: "app" };

async function startController(world: Toolkit): Promise<Manager> {
  const manager = createManager({
    client: createClient({ transport: world.cluster.transport }),
    controllers: fluxControllers(world.parts).slice(0, 1),
    gracefulStopMs: 0,
  });
  await manager.start();
  return manager;
}

describe("the controller of GitRepositories", () => {
  let world: Toolkit;
  beforeEach(async () => {
    world = await startSourceWorld({ controllers: () => [] });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test("removes the artifacts of a deleted repository and lets it go", async () => {
    await using _ = await startController(world);
    const repository = await world.git.repository("app");
    await repository.commit({ files: { "a.yaml": "a: 1\n" } });
    await applyRepository(world, "app.git");
    await untilReady(world, "True");
    await world.client.delete(GitRepository, key);
    await eventually(async () => expect(await world.client.get(GitRepository, key)).toBeUndefined());
    await expect(stat(join(world.artifacts.root, "gitrepository/default/app"))).rejects.toThrow("ENOENT");
  });

  test("takes up what a stopped one left in the middle", async () => {
    const repository = await world.git.repository("app");
    await repository.commit({ files: { "a.yaml": "a: 1\n" } });
    const first = await startController(world);
    await applyRepository(world, "app.git");
    const before = await untilReady(world, "True");
    const commit = await repository.commit({ files: { "a.yaml": "a: 2\n" } });
    await requestReconcile(world, "r1");
    await first.stop();

    await using _ = await startController(world);
    await requestReconcile(world, "r2");
    const after = await untilReady(world, "True", { handled: "r2" });
    expect(after.status?.artifact?.revision).toBe(`main@sha1:${commit}`);
    expect(before.status?.artifact?.digest).not.toBe(after.status?.artifact?.digest);
    await eventually(async () => expect(await readdir(world.parts.scratch)).toEqual([]));
  });

  test("stops in the middle of a fetch without leaving files or a failure behind", async () => {
    const repository = await world.git.repository("app");
    await repository.commit({ files: { "a.yaml": "a: 1\n" } });
    const first = await startController(world);
    await applyRepository(world, "slow/app.git");
    await eventually(async () => expect(await readdir(world.parts.scratch)).toHaveLength(1));
    await first.stop();
    await eventually(async () => expect(await readdir(world.parts.scratch)).toEqual([]));
    const { status } = await read(world);
    expect(JSON.stringify(status?.conditions ?? [])).not.toContain("GitOperationFailed");
  });
});
