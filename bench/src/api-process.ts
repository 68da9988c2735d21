// Runs an embedded cluster until it is told to end. `api-process.ts [api|cluster] [memory|PATH] [nosync]`: the API alone, or
// with all loops; without waiting for the disk. Prints where it listens as JSON.
import { setFlagsFromString } from "node:v8";
import { createSqliteStorage } from "@weir/apiserver";
import { type Loops, spareMemory, startCluster } from "@weir/cluster";

const API_ALONE: Loops = {
  namespaces: "off",
  garbage: false,
  accounts: false,
  roles: false,
  rootCertificate: false,
  workloads: "off",
};

// As `weir cluster start` has it.
setFlagsFromString("--semi-space-growth-factor=1");
void run(process.argv.slice(2));

async function run([what = "cluster", where = "memory", sync = "sync"]: readonly string[]): Promise<void> {
  const storage =
    where === "memory" ? undefined : await createSqliteStorage({ path: where, fsync: sync === "sync" });
  const cluster = await startCluster({
    listen: {},
    ...(what === "api" ? { loops: API_ALONE } : {}),
    ...(storage === undefined ? {} : { storage }),
  });
  const { certificateAuthority } = cluster;
  process.stdout.write(`${JSON.stringify({ ...cluster.endpoint, certificateAuthority })}\n`);
  // As `weir cluster start` has it.
  spareMemory();
  process.once("SIGTERM", async () => {
    await cluster[Symbol.asyncDispose]();
    await storage?.[Symbol.asyncDispose]();
    process.exit();
  });
}
