import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteStorage } from "@weir/apiserver";
import { Deployment, ReplicaSet } from "@weir/builtin/apps-v1";
import { Pod } from "@weir/builtin/core-v1";
import { computeKstatus, type KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { startCluster } from "../src/index.ts";
import { eventually } from "./eventually.ts";
import { loudLogger } from "./loud-logger.ts";

/** Gives the last acknowledged image of each Deployment. */
async function rollOutUntilKilled(path: string, writes: number): Promise<ReadonlyMap<string, string>> {
  const script = new URL("./fixtures/roll-out-for-ever.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=@weir/source", script, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let output = "";
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.split("\n").length > writes) child.kill("SIGKILL");
  }
  await exited;
  const lines = output.split("\n").slice(0, -1);
  return new Map(lines.map((line) => line.split(" ") as [string, string]));
}

describe("a cluster whose process is killed in the middle of rollouts", () => {
  test("loses nothing and comes to the same end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "weir-killed-"));
    try {
      const path = join(folder, "state.db");
      const acknowledged = await rollOutUntilKilled(path, 40);
      await using storage = await createSqliteStorage({ path });
      await using cluster = await startCluster({ logger: loudLogger, storage });
      const { client } = cluster;
      const namespace = "apps";
      await eventually(async () => {
        const deployments = (await client.list(Deployment, { namespace })).items;
        const byName = new Map(deployments.map((each) => [each.metadata.name, each]));
        for (const [name, image] of acknowledged) {
          const found = byName.get(name)?.spec?.template?.spec?.containers[0]?.image ?? "none";
          expect(["nginx:2", image]).toContain(found);
        }
        for (const deployment of deployments) {
          expect(computeKstatus(deployment as unknown as KubeObject).status).toBe("Current");
        }
        const sets = (await client.list(ReplicaSet, { namespace })).items;
        const pods = (await client.list(Pod, { namespace })).items;
        expect(pods).toHaveLength(2 * deployments.length);
        const owners = new Set(
          sets.filter(({ spec }) => spec?.replicas === 2).map(({ metadata }) => metadata.uid),
        );
        expect(owners.size).toBe(deployments.length);
        for (const { metadata } of pods) expect(owners).toContain(metadata.ownerReferences?.[0]?.uid);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
