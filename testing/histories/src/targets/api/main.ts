// Runs an embedded API on SQLite over HTTPS until its input ends; its options are the first argument, as JSON. It prints how it
// is reached, as JSON, and answers each line of its input, a revision, once what was before it is forgotten.
import { createInterface } from "node:readline";
import { createSqliteStorage } from "@weir/apiserver";
import { startCluster } from "@weir/cluster";
import { breakStorage } from "../break-storage.ts";
import type { ApiProcessOptions } from "../embedded.ts";
import { LOOPS_OFF } from "../loops-off.ts";

const { path, port, token, fsync, breakage } = JSON.parse(process.argv[2] ?? "{}") as ApiProcessOptions;
const storage = await createSqliteStorage({ path, fsync });
const cluster = await startCluster({
  storage: breakage === undefined ? storage : breakStorage(storage, breakage),
  listen: { port, token },
  loops: LOOPS_OFF,
});
const { endpoint, certificateAuthority } = cluster;
process.stdout.write(`${JSON.stringify({ ...endpoint, certificateAuthority })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  await storage.compact(Number(line));
  process.stdout.write(`${JSON.stringify({ compacted: Number(line) })}\n`);
}
await cluster[Symbol.asyncDispose]();
await storage[Symbol.asyncDispose]();
process.exit();
