// Runs an embedded API over HTTPS with little patience until its input ends; prints how it is reached, and for each line of
// its input what it holds, as JSON.
import { createInterface } from "node:readline";
import { createApiServer, createByteBudget, createMemoryStorage } from "@weir/apiserver";
import { createAuthority, listenHttps } from "@weir/cluster";
import { silentLogger, systemClock } from "@weir/core";
import { resourcesInUse } from "./resources-in-use.ts";

const TOKEN = "soak";
const BUDGET_BYTES = 64 * 1024 * 1024;

const budget = createByteBudget(BUDGET_BYTES);
const tokens = new Map([[TOKEN, { name: "soak", groups: ["system:authenticated"] }]]);
const api = await createApiServer({ storage: createMemoryStorage(), flow: { budget }, auth: { tokens } });
const authority = createAuthority("soak", systemClock.now());
const listener = await listenHttps({
  host: "127.0.0.1",
  port: 0,
  identity: authority.issue({ dns: [], ips: ["127.0.0.1"] }),
  handle: (request) => api.handle(request),
  logger: silentLogger,
  budget,
  limits: {
    headTimeoutMs: 2_000,
    requestTimeoutMs: 3_000,
    stallTimeoutMs: 3_000,
    idleTimeoutMs: 3_000,
    maxPendingConnections: 100,
  },
});
const access = { url: listener.url, token: TOKEN, certificateAuthority: authority.certificate };
process.stdout.write(`${JSON.stringify(access)}\n`);

const input = createInterface({ input: process.stdin });
input.on("line", async (what) => {
  const heapMb = what === "rest" ? (await resourcesInUse()).heapMb : process.memoryUsage().heapUsed / 2 ** 20;
  const rssMb = process.memoryUsage.rss() / 2 ** 20;
  const held = { rssMb, heapMb, bytes: budget.used, limit: budget.limit, connections: listener.connections };
  process.stdout.write(`${JSON.stringify(held)}\n`);
});
input.on("close", () => process.exit());
