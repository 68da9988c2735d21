import { deepFreeze } from "@weir/objects";
import { seededRandom } from "@weir/core";
import { createClient } from "@weir/client";
import { describe, expect, test } from "vitest";
import { createController, createManager, type ManagedServer, type Task } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

describe("a manager", () => {
  test("starts servers, then watches, then work, and ends them in reverse, the lease before the watches", async () => {
    const log: string[] = [];
    const server = (name: string): ManagedServer => ({
      name,
      start: () => {
        log.push(`start ${name}`);
        return Promise.resolve({
          [Symbol.asyncDispose]: () => {
            log.push(`end ${name} with ${running.server.watches} watches`);
            return Promise.resolve();
          },
        });
      },
    });
    const task: Task = {
      name: "work",
      run: async (ctx) => {
        log.push("start work");
        await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
        log.push(`end work with ${running.server.watches} watches`);
      },
    };
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile(() => {});
    const running = await startManager([controller], {
      isStarted: false,
      servers: [server("first"), server("second")],
      tasks: [task],
      leaderElection: { name: "weir", namespace: "default" },
      prepare: (stub) =>
        stub.fault(({ method, path, query }) => {
          if (query.has("watch")) log.push("watch");
          if (path.includes("leases") && method === "PUT") log.push("give up the lease");
          return undefined;
        }),
    });
    await running.manager.start();
    await running.settle();
    await running.manager.stop();
    expect(log).toEqual([
      "start first",
      "start second",
      "watch",
      "start work",
      "end work with 1 watches",
      "give up the lease",
      "end second with 0 watches",
      "end first with 0 watches",
    ]);
  });

  test("that cannot start a server ends what it started, and says why", async () => {
    let isEnded = false;
    const good: ManagedServer = {
      name: "good",
      start: () =>
        Promise.resolve({
          [Symbol.asyncDispose]: () => {
            isEnded = true;
            return Promise.resolve();
          },
        }),
    };
    const bad: ManagedServer = { name: "bad", start: () => Promise.reject(new TypeError("no certificate")) };
    const running = await startManager([], { isStarted: false, servers: [good, bad] });
    await expect(running.manager.start()).rejects.toThrow("no certificate");
    expect(isEnded).toBe(true);
  });

  test("stops at its signal although its watches do not come up", async () => {
    const controller = createController("things")
      .for(Thing)
      .reconcile(() => {});
    const running = await startManager([controller], {
      isStarted: false,
      prepare: (stub) => stub.fault(() => new Response("404 page not found", { status: 404 })),
    });
    const stop = new AbortController();
    const ended = running.manager.run({ signal: stop.signal });
    await running.settle();
    stop.abort();
    await ended;
    expect(running.manager.isReady).toBe(false);
    expect(running.clock.pendingTimers).toBe(0);
  });

  test("watches nothing more once it stops", async () => {
    const running = await startManager([]);
    await running.manager.stop();
    expect(() => running.manager.watch(Thing, {}, () => {})).toThrow(
      expect.objectContaining({ name: "ManagerStateError" }),
    );
    expect(running.manager.enqueue("things", "a/b")).toBe(false);
  });

  test("that was never started leaves nothing behind, and can be stopped", async () => {
    const running = await startManager(
      [
        createController("things")
          .for(Thing)
          .reconcile(() => {}),
      ],
      { isStarted: false, leaderElection: { name: "weir", namespace: "default" } },
    );
    await running.manager.stop();
    expect([running.server.requests, running.clock.pendingTimers]).toEqual([[], 0]);
  });

  test("changes nothing of what it was given", async () => {
    const server = new StubServer();
    const options = {
      client: createClient({ transport: server.transport, random: seededRandom(1) }),
      controllers: [],
      leaderElection: { name: "weir", namespace: "default", labels: { app: "weir" } },
      namespaces: ["a"],
    };
    deepFreeze(options.leaderElection as never);
    deepFreeze(options.namespaces as never);
    const manager = createManager(Object.freeze(options));
    await manager.start();
    await manager.stop();
    expect(server.watches).toBe(0);
  });

  test("that is started again from nothing takes up where its predecessor left off", async () => {
    const server = new StubServer();
    server.put(THINGS, aThing("a"));
    const runs: string[] = [];
    const controllerOf = () =>
      createController("things")
        .for(Thing)
        .finalizer("example.com/keep", () => void runs.push("remove"))
        .reconcile((_, ctx) => {
          runs.push("reconcile");
          ctx.status.ready("Done", "done");
        });
    const first = await startManager([controllerOf()], { sharedServer: server });
    await first.manager.stop();
    await first.client.delete(Thing, { namespace: "default", name: "a" });
    const before = server.requests.length;
    const second = await startManager([controllerOf()], { sharedServer: server });
    expect(runs).toEqual(["reconcile", "remove"]);
    expect(server.get(THINGS, "default", "a")).toBeUndefined();
    expect(server.requests.slice(before).filter(({ method }) => method !== "GET")).toHaveLength(1);
    await second.manager.stop();
  });
});
