import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom } from "@weir/core";
import { createClient, type KubeClient } from "@weir/client";
import { expect, test } from "vitest";
import { createController, createManager, every, type Manager } from "../src/index.ts";
import { serveStub } from "./served-stub.ts";
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

/** The clients of one life. */
interface Clients {
  readonly home: KubeClient;
  readonly edge: KubeClient;
}

/** One life of a manager with everything that it can have. */
async function live(clients: Clients, abort: AbortSignal): Promise<WeakRef<Manager>> {
  const controller = createController("things", { timeout: "1m", rateLimit: { runs: 100, per: "1m" } })
    .for(Thing)
    .finalizer("example.com/keep", () => {})
    .source({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) })
    .reconcile((_, ctx) => {
      ctx.event({ reason: "Seen", message: "seen" });
      ctx.status.ready("Done", "done");
    });
  const manager = createManager({
    client: clients.home,
    clusters: { edge: clients.edge },
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

interface Way extends AsyncDisposable {
  live(abort: AbortSignal): Promise<WeakRef<Manager>>;
}

const inProcess = async (server: StubServer): Promise<Way> => {
  const client = (seed: number): KubeClient =>
    createClient({ transport: server.transport, random: seededRandom(seed) });
  return {
    live: (abort) => live({ home: client(1), edge: client(2) }, abort),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};

const overSockets = async (server: StubServer): Promise<Way> => {
  const served = await serveStub(server);
  return {
    live: async (abort) => {
      await using home = served.open(1);
      await using edge = served.open(2);
      return await live({ home: home.client, edge: edge.client }, abort);
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
};

/** Handles, sockets among them, that there are more of than before; connections that end take a few turns. */
async function moreThan(
  before: Readonly<Record<string, number>>,
): Promise<readonly (readonly [string, number])[]> {
  for (let tries = 0; ; tries++) {
    await turn();
    const more = Object.entries(activeResources()).filter(([kind, count]) => count > (before[kind] ?? 0));
    if (more.length === 0 || tries >= 500) return more;
  }
}

const ways = [
  {
    name: "a manager that starts and stops 200 times leaves no handle, no watch and no memory behind",
    start: inProcess,
  },
  {
    name: "a manager that starts and stops 200 times over sockets leaves no socket behind either",
    start: overSockets,
  },
];

test.each(ways)("$name", { timeout: 120_000 }, async ({ start }) => {
  const server = new StubServer();
  server.put(THINGS, aThing("a"));
  const { signal } = new AbortController();
  await using way = await start(server);
  await way.live(signal);
  await moreThan({});
  const before = activeResources();
  const managers: WeakRef<Manager>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    managers.push(await way.live(signal));
    server.requests.length = 0;
  }
  const more = await moreThan(before);
  for (let times = 0; times < 2; times++) {
    await turn();
    collectGarbage();
  }
  expect(more).toEqual([]);
  expect(server.watches).toBe(0);
  expect(managers.filter((manager) => manager.deref() !== undefined).length).toBeLessThan(5);
});
