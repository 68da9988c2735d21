import { WeirError } from "@weir/core";
import { describe, expect, test } from "vitest";
import { createController, createManager, every, type Task } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { aThing, Thing, THINGS } from "./things.ts";

class BrokenError extends WeirError {
  override readonly name = "BrokenError";
  readonly reason = "Broken";
  readonly retry = "backoff";
}

describe("a periodic task", () => {
  test("runs at the start and then every period of the manager's clock, over what the cache holds", async () => {
    const seen: (readonly string[])[] = [];
    const task = every(
      "10m",
      "list-things",
      async (ctx) => {
        seen.push((await ctx.list(Thing)).map(({ metadata }) => metadata.name ?? ""));
      },
      { reads: [Thing] },
    );
    await using running = await startManager([], {
      tasks: [task],
      prepare: (server) => void server.put(THINGS, aThing("a")),
    });
    expect(seen).toEqual([["a"]]);
    running.server.put(THINGS, aThing("b"));
    await running.pass(599_999);
    expect(seen).toEqual([["a"]]);
    await running.pass(1);
    expect(seen).toEqual([["a"], ["a", "b"]]);
  });

  test("waits a period first where that was asked for", async () => {
    let runs = 0;
    const task = every(1_000, "tick", () => void (runs += 1), { immediate: false });
    await using running = await startManager([], { tasks: [task] });
    expect(runs).toBe(0);
    await running.pass(1_000);
    expect(runs).toBe(1);
  });

  test("never overlaps itself, and counts periods from start to start", async () => {
    const starts: number[] = [];
    const task = every("1m", "slow", async (ctx) => {
      starts.push(ctx.clock.monotonic() / 1000);
      await ctx.clock.sleep(starts.length === 1 ? 90_000 : 10_000, ctx.signal);
    });
    await using running = await startManager([], { tasks: [task] });
    await running.pass(220_000);
    expect(starts).toEqual([0, 90, 150, 210]);
  });

  test("that fails is logged and comes again", async () => {
    let runs = 0;
    const task = every("1m", "flaky", () => {
      runs += 1;
      throw new BrokenError("no luck");
    });
    await using running = await startManager([], { tasks: [task] });
    await running.pass(60_000);
    expect([runs, running.logged]).toEqual([
      2,
      ['error a periodic task failed "no luck"', 'error a periodic task failed "no luck"'],
    ]);
  });

  test("ends with the manager, in the middle of a run", async () => {
    let isAborted = false;
    const task = every("1m", "waits", async (ctx) => {
      await ctx.clock.sleep(3_600_000, ctx.signal).catch(() => {
        isAborted = true;
      });
    });
    const running = await startManager([], { tasks: [task] });
    await running.manager.stop();
    expect([isAborted, running.clock.pendingTimers]).toEqual([true, 0]);
  });
});

describe("a task", () => {
  test("that is done is over, and the manager goes on", async () => {
    const done: Task = { name: "once", run: () => {} };
    await using running = await startManager([], { tasks: [done] });
    expect(running.manager.isReady).toBe(true);
  });

  test("that fails ends the manager with its error", async () => {
    const broken: Task = { name: "broken", run: () => Promise.reject(new BrokenError("no luck")) };
    const running = await startManager([], { isStarted: false, tasks: [broken] });
    const ran = running.manager
      .run({ signal: new AbortController().signal })
      .catch((error: unknown) => error);
    await running.settle();
    expect(await ran).toMatchObject({
      name: "TaskFailedError",
      task: "broken",
      cause: { name: "BrokenError" },
    });
  });

  test("cannot have the name of a controller", () => {
    const controller = createController("same")
      .for(Thing)
      .reconcile(() => {});
    const tasks: readonly Task[] = [{ name: "same", run: () => {} }];
    expect(() => createManager({ client: {} as never, controllers: [controller], tasks })).toThrow(
      expect.objectContaining({ name: "DuplicateControllerError" }),
    );
  });

  test("that does not end is not waited for for ever, or not at all where there is no grace", async () => {
    const hung: Task = { name: "hung", run: () => new Promise(() => {}) };
    const running = await startManager([], { tasks: [hung], gracefulStopMs: 0 });
    const stopped = running.manager.stop();
    await running.settle();
    await stopped;
    expect(running.logged).toEqual(['warn a task did not end in time ""']);
  });

  test("is waited for for ever where the grace is negative", async () => {
    let isEnded = false;
    const slow: Task = {
      name: "slow",
      run: async (ctx) => {
        await new Promise<void>((resolve) => ctx.signal.addEventListener("abort", () => resolve()));
        await ctx.clock.sleep(9_000);
        isEnded = true;
      },
    };
    const running = await startManager([], { tasks: [slow], gracefulStopMs: -1 });
    const stopped = running.manager.stop();
    await running.pass(9_000);
    await stopped;
    expect(isEnded).toBe(true);
  });
});
