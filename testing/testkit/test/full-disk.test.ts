import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createSqliteStorage } from "@weir/apiserver";
import { ArtifactStorage, serveArtifacts } from "@weir/artifact";
import { systemClock } from "@weir/core";
import { kind } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { eventually, fluxControllers } from "../src/index.ts";
import { mountSmallDisk } from "./small-disk.ts";
import { configMapFile, SyncedApps } from "./synced-apps.ts";

const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });

describe("a disk that is full", () => {
  test("fails the source whose artifact does not fit; its last one stays, and others go on", async (context) => {
    const mounted = await mountSmallDisk(384);
    if (mounted.kind === "refused") return context.skip(mounted.reason);
    await using disk = mounted.disk;
    const root = disk.folder;
    await using server = await serveArtifacts(root);
    const artifacts = new ArtifactStorage({ root, baseUrl: () => server.url, clock: systemClock });
    await using apps = await SyncedApps.start({
      controllers: (parts) => fluxControllers({ ...parts, artifacts }),
    });
    await apps.createGoodApp("app");
    const artifact = (await apps.source("app"))?.status?.artifact;
    await apps.push("app", { "noise.bin": randomBytes(600 * 1024).toString("base64") });
    await apps.request("app");
    expect(await apps.sourceFailure("app")).toEqual({
      status: "False",
      reason: "ArchiveOperationFailed",
      message: expect.stringMatching(/^unable to archive artifact to storage: .*no space left on device/),
    });
    expect((await apps.source("app"))?.status?.artifact).toEqual(artifact);
    expect(await apps.value("app")).toBe("good");
    await apps.untilReady("app");
    await apps.untilOtherGoesOn();
    await apps.push("app", { "noise.bin": "", "good.yaml": configMapFile("app", "better") });
    await apps.request("app");
    await eventually(async () => expect(await apps.value("app")).toBe("better"));
  });

  test("refuses writes to the API, which is read on, and goes on by itself when there is room", async (context) => {
    const mounted = await mountSmallDisk(48 * 1024);
    if (mounted.kind === "refused") return context.skip(mounted.reason);
    await using disk = mounted.disk;
    const folder = join(disk.folder, "api");
    await mkdir(folder);
    await using storage = await createSqliteStorage({ path: join(folder, "cluster.db") });
    await using apps = await SyncedApps.start({ storage });
    await apps.createGoodApp("app");
    await disk.fill();
    const { client } = apps.toolkit;
    const write = (size: number): Promise<unknown> =>
      client.create(ConfigMap, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { generateName: "filler-", namespace: "default" },
        data: { filler: "x".repeat(size) },
      });
    // What SQLite had set aside is used up first.
    await expect(
      (async () => {
        for (let tries = 0; tries < 200; tries += 1) await write(200_000);
      })(),
    ).rejects.toMatchObject({ message: expect.stringContaining("no space left") });
    await apps.push("app", { "good.yaml": configMapFile("app", "better") });
    await apps.request("app").catch(() => {});
    expect(await apps.value("app")).toBe("good");
    await disk.free();
    await apps.request("app");
    await eventually(async () => expect(await apps.value("app")).toBe("better"));
    await apps.untilOtherGoesOn();
  });
});
