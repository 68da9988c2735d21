import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteStorage } from "@weir/apiserver";
import { startCluster } from "@weir/cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../src/index.ts";
import { configMapFile, SyncedApps } from "./synced-apps.ts";

describe("a toolkit in bad surroundings", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "weir-surroundings-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("applies everything although the API is killed again and again in the middle", async () => {
    await using storage = await createSqliteStorage({ path: join(folder, "killed.db") });
    await using apps = await SyncedApps.start({ storage });
    const names = Array.from({ length: 6 }, (_, index) => `app-${index}`);
    await Promise.all(names.map((name) => apps.createGoodApp(name)));
    for (const round of ["one", "two"]) {
      await Promise.all(names.map((name) => apps.push(name, { "good.yaml": configMapFile(name, round) })));
      await Promise.all(names.map((name) => apps.request(name)));
      // The first is applied; the others are anywhere on their way.
      await eventually(async () => {
        const values = await Promise.all(names.map((name) => apps.value(name)));
        expect(values).toContain(round);
      });
      await apps.toolkit.cluster.kill();
      await apps.toolkit.cluster.start();
    }
    for (const name of names) {
      await eventually(async () => expect(await apps.value(name)).toBe("two"));
      await eventually(async () => {
        const revision = (await apps.source(name))?.status?.artifact?.revision;
        expect((await apps.kustomization(name))?.status?.lastAppliedRevision).toBe(revision);
      });
      await apps.untilReady(name);
    }
    await apps.untilOtherGoesOn();
  });

  test("does not take a port that is in use, names it, and leaves who has it alone", async () => {
    await using first = await startCluster({ listen: {} });
    const port = Number(new URL(first.endpoint?.url ?? "").port);
    await expect(startCluster({ listen: { port } })).rejects.toMatchObject({
      name: "AddressInUseError",
      message: expect.stringContaining(String(port)),
    });
    const kinds = await first.client.discover({ refresh: true });
    expect(kinds.length).toBeGreaterThan(0);
  });

  test("does not open a storage that another cluster has, names it, and leaves that cluster alone", async () => {
    const path = join(folder, "shared.db");
    await using storage = await createSqliteStorage({ path });
    await using apps = await SyncedApps.start({ storage });
    await expect(createSqliteStorage({ path })).rejects.toMatchObject({
      name: "StorageLockedError",
      reason: "StorageLocked",
      message: `storage ${path} is in use by process ${process.pid}`,
    });
    await apps.untilOtherGoesOn();
  });
});
