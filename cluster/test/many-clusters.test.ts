import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteStorage } from "@weir/apiserver";
import { Deployment } from "@weir/builtin/apps-v1";
import { ConfigMap, Pod } from "@weir/builtin/core-v1";
import { afterAll, describe, expect, test } from "vitest";
import { startCluster } from "../src/index.ts";
import { becomes, eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";
import { makeNamespace, manifest } from "./manifests.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
afterAll(() => setFlagsFromString("--no-expose-gc"));

/** What holds the process, but for pipes and files of the test runner. */
function held(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /Timeout|Immediate|TCP|TLS|Server|Worker|MessagePort|FSReq|StatWatcher/.test(kind))
    .sort();
}

async function useOne(listens: boolean): Promise<void> {
  await using cluster = await startCluster({ logger: loudLogger, ...(listens ? { listen: {} } : {}) });
  const namespace = await makeNamespace(cluster.client);
  await cluster.client.create(Deployment, manifest.deployment(namespace, "web", { replicas: 2 }));
  const pods = async (): Promise<number> => (await cluster.client.list(Pod, { namespace })).items.length;
  await becomes(pods, 2);
}

describe("clusters of one process", () => {
  test("are many at a time, and know nothing of each other", async () => {
    await using all = new AsyncDisposableStack();
    const clusters = await Promise.all(
      Array.from({ length: 10 }, async () => all.use(await startCluster({ logger: loudLogger, listen: {} }))),
    );
    const urls = new Set(clusters.map(({ endpoint }) => endpoint?.url));
    expect(urls.size).toBe(10);
    await Promise.all(
      clusters.map(({ client }, index) =>
        eventually(() =>
          client.create(ConfigMap, {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { namespace: "default", name: "own" },
            data: { index: String(index) },
          }),
        ),
      ),
    );
    const found = await Promise.all(
      clusters.map(
        async ({ client }) =>
          (await client.get(ConfigMap, { namespace: "default", name: "own" }))?.data?.["index"],
      ),
    );
    expect(found).toEqual(clusters.map((_, index) => String(index)));
  });

  test("leave no timer, socket or worker behind", async () => {
    await useOne(true);
    await useOne(false);
    await eventually(() => expect(held()).toEqual([]));
  });

  test("leave no worker, lock or file handle of a storage behind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "weir-many-"));
    try {
      const path = join(folder, "cluster.db");
      for (let round = 0; round < 3; round += 1) {
        await using storage = await createSqliteStorage({ path });
        await using _ = await startCluster({ storage, logger: loudLogger });
      }
      await eventually(() => expect(held()).toEqual([]));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("are gone from memory once they are disposed", async () => {
    const references = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const cluster = await startCluster({ logger: loudLogger });
        await makeNamespace(cluster.client);
        await cluster[Symbol.asyncDispose]();
        return new WeakRef(cluster.apiServer);
      }),
    );
    await eventually(() => {
      collectGarbage();
      expect(references.map((reference) => reference.deref() === undefined)).toEqual([true, true, true]);
    });
  });
});
