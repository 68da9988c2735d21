import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom } from "@weir/core";
import { createClient } from "@weir/client";
import { expect, test } from "vitest";
import { createController, createManager, every, type Manager } from "../src/index.ts";
import { StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

const ROUNDS = 200;

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** Handles and sockets that keep something alive, by kind. */
function activeResources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Lets go of what ends in the next turns of the event loop. */
async function turn(): Promise<void> {
  for (let times = 0; times < 3; times++) await new Promise((resolve) => setImmediate(resolve));
}

/** One life of a manager with everything that it can have. */
async function live(server: StubServer, abort: AbortSignal): Promise<WeakRef<Manager>> {
  const controller = createController("things", { timeout: "1m", rateLimit: { runs: 100, per: "1m" } })
    .for(Thing)
    .finalizer("example.com/keep", () => {})
    .source({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) })
    .reconcile((_, ctx) => {
      ctx.event({ reason: "Seen", message: "seen" });
      ctx.status.ready("Done", "done");
    });
  const manager = createManager({
    client: createClient({ transport: server.transport, random: seededRandom(1) }),
    clusters: { edge: createClient({ transport: server.transport, random: seededRandom(2) }) },
    controllers: [controller],
    tasks: [every("1h", "tick", () => {})],
    leaderElection: { name: "weir", namespace: "default" },
    healthServer: { host: "127.0.0.1", port: 0 },
    metricsServer: { host: "127.0.0.1", port: 0 },
  });
  const stop = new AbortController();
  abort.addEventListener("abort", () => stop.abort(), { once: true, signal: stop.signal });
  const ran = manager.run({ signal: stop.signal });
  await manager.elected();
  stop.abort();
  await ran;
  return new WeakRef(manager);
}

test("a manager that starts and stops 200 times leaves no handle, no watch and no memory behind", async () => {
  const server = new StubServer();
  server.put(THINGS, aThing("a"));
  const { signal } = new AbortController();
  await live(server, signal);
  await turn();
  const before = activeResources();
  const managers: WeakRef<Manager>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    managers.push(await live(server, signal));
    server.requests.length = 0;
  }
  for (let times = 0; times < 2; times++) {
    await turn();
    collectGarbage();
  }
  const more = Object.entries(activeResources()).filter(([kind, count]) => count > (before[kind] ?? 0));
  expect(more).toEqual([]);
  expect(server.watches).toBe(0);
  expect(managers.filter((manager) => manager.deref() !== undefined).length).toBeLessThan(5);
});
