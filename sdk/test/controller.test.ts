import { type Outcome, WeirError } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  createController,
  createManager,
  LOW_PRIORITY,
  type ReconcileContext,
  TerminalError,
} from "../src/index.ts";
import { failure } from "./stub-server.ts";
import { startManager } from "./running-manager.ts";
import { aThing, ConfigMap, Thing, THINGS } from "./things.ts";

class FlakyError extends WeirError {
  override readonly name = "FlakyError";
  readonly reason = "Flaky";
  readonly retry = "backoff";
}

class SlowError extends WeirError {
  override readonly name = "SlowError";
  readonly reason = "Slow";
  readonly retry = "next-interval";
}

/** Keeps what a reconcile of Things does, by a function that says how each run ends. */
function thingController(
  run: (
    name: string,
    ctx: ReconcileContext<Thing>,
    times: number,
  ) => Promise<Outcome | void> | Outcome | void,
  options: Parameters<typeof createController>[1] = {},
) {
  const runs: string[] = [];
  const controller = createController("things", { status: "none", ...options })
    .for(Thing, { intervalMs: () => 60_000 })
    .reconcile((thing, ctx) => {
      const name = thing.metadata.name ?? "";
      runs.push(name);
      return run(name, ctx, runs.filter((other) => other === name).length);
    });
  return { controller, runs };
}

const one = (server: { put(path: string, object: never): unknown }): void =>
  void server.put(THINGS, aThing("a", { size: 1 }) as never);

describe("an outcome", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly run: () => Outcome | void;
    /** Times of runs within twenty minutes, in seconds. */
    readonly want: readonly number[];
    readonly result: string;
  }> = [
    { name: "that is nothing waits for a change", run: () => {}, want: [0], result: "success" },
    {
      name: "that is settled waits for a change",
      run: () => ({ kind: "settled" }),
      want: [0],
      result: "success",
    },
    {
      name: "that is settled is looked at again at its time",
      run: () => ({ kind: "settled", recheckAfterMs: 600_000 }),
      want: [0, 600, 1200],
      result: "requeue_after",
    },
    {
      name: "that waits is looked at again at its time",
      run: () => ({ kind: "waiting", reason: "Dependency", message: "m", recheckAfterMs: 500_000 }),
      want: [0, 500, 1000],
      result: "requeue_after",
    },
    {
      name: "that is stalled waits for a change",
      run: () => ({ kind: "stalled", reason: "Bad", message: "m" }),
      want: [0],
      result: "error",
    },
    {
      name: "that failed is tried again with backoff, from 750 ms up to 15 minutes",
      run: () => ({ kind: "failed", error: new FlakyError("f") }),
      want: [0, 0.75, 2.25, 5.25, 11.25, 23.25, 47.25, 95.25, 191.25, 383.25, 767.25],
      result: "error",
    },
    {
      name: "that failed is tried again at the time that it names",
      run: () => ({ kind: "failed", error: new FlakyError("f"), recheckAfterMs: 700_000 }),
      want: [0, 700],
      result: "error",
    },
    {
      name: "thrown as terminal is stalled",
      run: () => {
        throw new TerminalError("bad");
      },
      want: [0],
      result: "error",
    },
    {
      name: "thrown for the next interval is tried again then",
      run: () => {
        throw new SlowError("slow");
      },
      want: [
        0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720, 780, 840, 900, 960, 1020, 1080, 1140,
        1200,
      ],
      result: "error",
    },
    {
      name: "thrown as no error of ours is a panic, tried again with backoff",
      run: () => {
        throw new TypeError("undefined is not a function");
      },
      want: [0, 0.75, 2.25, 5.25, 11.25, 23.25, 47.25, 95.25, 191.25, 383.25, 767.25],
      result: "error",
    },
    {
      name: "that is garbage is a failure",
      run: () => "done" as never,
      want: [0, 0.75, 2.25, 5.25, 11.25, 23.25, 47.25, 95.25, 191.25, 383.25, 767.25],
      result: "error",
    },
  ];

  test.each(cases)("$name", async ({ run, want, result }) => {
    const times: number[] = [];
    const { controller } = thingController((_, ctx) => {
      times.push(ctx.clock.monotonic() / 1000);
      return run();
    });
    await using running = await startManager([controller], { prepare: one });
    for (let minute = 0; minute < 20; minute++) await running.pass(60_000);
    expect(times).toEqual(want);
    const metrics = await running.manager.metrics.metrics();
    expect(metrics).toContain(
      `controller_runtime_reconcile_total{controller="things",result="${result}"} ${want.length}`,
    );
  });

  test("of a success starts the backoff over", async () => {
    const times: number[] = [];
    const { controller } = thingController((_, ctx, run) => {
      times.push(ctx.clock.monotonic());
      if (run === 3) return { kind: "settled", recheckAfterMs: 1_000 };
      return { kind: "failed", error: new FlakyError("f") };
    });
    await using running = await startManager([controller], { prepare: one });
    await running.pass(10_000);
    expect(times).toEqual([0, 750, 2_250, 3_250, 4_000, 5_500, 8_500]);
  });

  test("that failed does not hold back a change", async () => {
    const { controller, runs } = thingController(() => ({ kind: "failed", error: new FlakyError("f") }));
    await using running = await startManager([controller], { prepare: one });
    for (let round = 0; round < 8; round++) await running.pass(60_000);
    const before = runs.length;
    running.server.put(THINGS, aThing("a", { size: 2 }));
    await running.settle();
    expect(runs.length).toBe(before + 1);
  });

  test("is counted: panics, timeouts, terminal errors", async () => {
    const { controller } = thingController(
      (name, ctx) => {
        if (name === "panic") throw new TypeError("oops");
        if (name === "terminal") throw new TerminalError("no");
        return ctx.clock.sleep(60_000, ctx.signal);
      },
      { concurrency: 3, timeout: "2s" },
    );
    await using running = await startManager([controller], {
      prepare: (server) => ["panic", "terminal", "slow"].forEach((name) => server.put(THINGS, aThing(name))),
    });
    await running.pass(700);
    await running.pass(1_400);
    const metrics = await running.manager.metrics.metrics();
    expect(metrics).toContain('controller_runtime_terminal_reconcile_errors_total{controller="things"} 1');
    expect(metrics).toContain('controller_runtime_reconcile_timeouts_total{controller="things"} 1');
    expect(metrics).toMatch(/controller_runtime_reconcile_panics_total\{controller="things"\} [1-9]/);
  });
});

describe("a run", () => {
  test("ends when its time is up, and is tried again", async () => {
    const reasons: unknown[] = [];
    const { controller, runs } = thingController(
      async (_, ctx) => {
        await ctx.clock.sleep(600_000, ctx.signal).catch((error: unknown) => {
          reasons.push(error);
          throw error;
        });
      },
      { timeout: 30_000 },
    );
    await using running = await startManager([controller], { prepare: one });
    await running.pass(30_000);
    expect(reasons).toMatchObject([{ name: "ReconcileTimeoutError" }]);
    await running.pass(750);
    expect(runs).toHaveLength(2);
  });

  test("that does not end is given up, and can write no more", async () => {
    let late: unknown;
    let goOn = (): void => {};
    const { controller, runs } = thingController(
      async (_, ctx, times) => {
        if (times > 1) return;
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        late = await ctx
          .create(ConfigMap, { metadata: { namespace: "default", name: "x" } })
          .catch((error) => error);
      },
      { timeout: 30_000 },
    );
    await using running = await startManager([controller], { prepare: one });
    await running.pass(30_000);
    await running.pass(9_000);
    expect(runs).toHaveLength(1);
    await running.pass(1_000);
    await running.pass(750);
    expect(runs).toHaveLength(2);
    goOn();
    await running.settle();
    expect(late).toMatchObject({ name: "RunClosedError" });
    expect(running.writes()).toEqual([]);
  });

  test("never overlaps another of the same object", async () => {
    let active = 0;
    let most = 0;
    const { controller, runs } = thingController(
      async (_, ctx) => {
        most = Math.max(most, ++active);
        await ctx.clock.sleep(1_000);
        active -= 1;
      },
      { concurrency: 5 },
    );
    await using running = await startManager([controller], { prepare: one });
    for (let size = 2; size < 5; size++) {
      running.server.put(THINGS, aThing("a", { size }));
      await running.pass(100);
    }
    await running.pass(5_000);
    expect(most).toBe(1);
    expect(runs).toEqual(["a", "a"]);
  });

  test("shares the workers with others up to the concurrency", async () => {
    let active = 0;
    let most = 0;
    const { controller, runs } = thingController(
      async (_, ctx) => {
        most = Math.max(most, ++active);
        await ctx.clock.sleep(1_000);
        active -= 1;
      },
      { concurrency: 3 },
    );
    await using running = await startManager([controller], {
      prepare: (server) => {
        for (let index = 0; index < 10; index++) server.put(THINGS, aThing(`t${index}`));
      },
    });
    for (let second = 0; second < 5; second++) await running.pass(1_000);
    expect([most, runs.length]).toEqual([3, 10]);
  });

  test("learns that a newer state of its object waits", async () => {
    const reasons: unknown[] = [];
    const { controller } = thingController(async (_, ctx, times) => {
      if (times > 1) return;
      await ctx.clock.sleep(60_000, ctx.superseded).catch((error: unknown) => reasons.push(error));
    });
    await using running = await startManager([controller], { prepare: one });
    running.server.put(THINGS, aThing("a", { size: 1 }, { labels: { irrelevant: "yes" } }));
    await running.settle();
    expect(reasons).toEqual([]);
    running.server.put(THINGS, aThing("a", { size: 2 }));
    await running.settle();
    expect(reasons).toMatchObject([{ name: "SupersededError" }]);
  });

  test("is not superseded by what it writes itself", async () => {
    let isSuperseded = false;
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .owns(ConfigMap)
      .reconcile(async (thing, ctx) => {
        const metadata = { namespace: "default", name: thing.metadata.name ?? "" };
        await ctx.apply(ConfigMap, { metadata });
        await ctx.clock.sleep(100);
        isSuperseded ||= ctx.superseded.aborted;
      });
    await using running = await startManager([controller], { prepare: one });
    await running.pass(1_000);
    expect(isSuperseded).toBe(false);
  });

  test("does not begin before every handler has been told of the first state", async () => {
    const seen: string[] = [];
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .watches(ConfigMap, { create: (map) => void seen.push(`told of ${map.metadata.name}`) })
      .reconcile((thing, ctx) => {
        const known = ctx.cache.list(ConfigMap).length;
        seen.push(`reconciled ${thing.metadata.name} knowing ${known}`);
      });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const running = await startManager([controller], {
      isStarted: false,
      prepare: (server) => {
        server.put(THINGS, aThing("a"));
        server.put("/api/v1/configmaps", { metadata: { namespace: "default", name: "m" } });
        server.fault(async ({ path }) => {
          if (path === "/api/v1/configmaps") await held;
          return undefined as never;
        });
      },
    });
    const started = running.manager.start();
    await running.settle();
    expect([seen, running.manager.isReady]).toEqual([[], false]);
    release();
    await running.settle();
    await started;
    await running.settle();
    expect([seen, running.manager.isReady]).toEqual([["told of m", "reconciled a knowing 1"], true]);
    await running[Symbol.asyncDispose]();
  });

  test("for what changes now goes before those of the first state", async () => {
    const { controller, runs } = thingController((_, ctx) => ctx.clock.sleep(1_000));
    await using running = await startManager([controller], {
      prepare: (server) => ["a", "b", "c"].forEach((name) => server.put(THINGS, aThing(name))),
    });
    running.server.put(THINGS, aThing("new"));
    await running.settle();
    for (let second = 0; second < 4; second++) await running.pass(1_000);
    expect(runs).toEqual(["a", "new", "b", "c"]);
    expect(LOW_PRIORITY).toBeLessThan(0);
  });

  test("for an object that is gone does nothing", async () => {
    const { controller, runs } = thingController(() => ({ kind: "failed", error: new FlakyError("f") }));
    await using running = await startManager([controller], { prepare: one });
    running.server.take(THINGS, "default", "a");
    await running.pass(600_000);
    expect(runs).toEqual(["a"]);
    expect(await running.manager.metrics.metrics()).not.toContain(
      'gotk_reconcile_duration_seconds_count{kind="Thing"',
    );
  });
});

describe("a source", () => {
  test("gives keys from any stream", async () => {
    const keys: string[] = [];
    async function* stream() {
      yield "first";
      yield { namespace: "ns", name: "second" };
    }
    const controller = createController("keys")
      .forKeys()
      .source(stream())
      .reconcile((key) => void keys.push(key));
    await using running = await startManager([controller]);
    expect(keys).toEqual(["first", "ns/second"]);
    expect(running.logged).toEqual([]);
  });

  test("that waits for ever does not hold up the end", async () => {
    let isReturned = false;
    const never: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          isReturned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const controller = createController("keys")
      .forKeys()
      .source(never)
      .reconcile(() => {});
    const running = await startManager([controller]);
    await running.manager.stop();
    expect(isReturned).toBe(true);
    expect(running.clock.pendingTimers).toBe(0);
  });

  test("that fails is logged, and the rest goes on", async () => {
    const keys: string[] = [];
    const controller = createController("keys")
      .forKeys()
      .source(() => {
        throw new FlakyError("broken");
      })
      .source((ctx) => ctx.add("later", { afterMs: 1_000 }))
      .reconcile((key) => void keys.push(key));
    await using running = await startManager([controller]);
    await running.pass(1_000);
    expect(keys).toEqual(["later"]);
    expect(running.logged).toEqual(['error a source of keys failed "broken"']);
  });

  test("watches kinds as it goes, and stops watching them", async () => {
    const seen: string[] = [];
    let end = async (): Promise<void> => {};
    const controller = createController("keys")
      .forKeys()
      .source((ctx) => {
        const lease = ctx.watch(Thing, { namespace: "default" }, (change) =>
          ctx.add(change.object.metadata.name ?? ""),
        );
        end = async () => lease[Symbol.asyncDispose]();
      })
      .reconcile((key) => void seen.push(key));
    await using running = await startManager([controller], { prepare: one });
    running.server.put(THINGS, aThing("b"));
    await running.settle();
    expect([seen, running.server.watches]).toEqual([["a", "b"], 1]);
    await end();
    running.server.put(THINGS, aThing("c"));
    await running.settle();
    expect([seen, running.server.watches]).toEqual([["a", "b"], 0]);
  });
});

describe("a manager", () => {
  test("refuses two controllers of one name", () => {
    const { controller } = thingController(() => {});
    expect(() => createManager({ client: {} as never, controllers: [controller, controller] })).toThrow(
      'there are two controllers named "things"',
    );
  });

  test("starts once", async () => {
    await using running = await startManager([]);
    await expect(running.manager.start()).rejects.toThrow("can be started once");
  });

  test("fails to start when a watch does not come up, with the watch's own trouble", async () => {
    const { controller } = thingController(() => {});
    const running = await startManager([controller], {
      isStarted: false,
      syncTimeoutMs: 10_000,
      prepare: (server) => server.fault(() => failure(403, "Forbidden", "things is forbidden")),
    });
    const started = running.manager.start().catch((error: unknown) => error);
    await running.pass(10_000);
    expect(await started).toMatchObject({
      name: "CacheSyncTimeoutError",
      message: "timed out waiting for the first state of Thing",
      cause: { reason: "Forbidden" },
    });
    expect(running.clock.pendingTimers).toBe(0);
  });

  test("that is stopped while it starts ends quietly", async () => {
    const { controller, runs } = thingController(() => {});
    const running = await startManager([controller], {
      isStarted: false,
      prepare: (server) => server.fault(() => new Promise<Response>(() => {})),
    });
    const started = running.manager.start();
    await running.settle();
    await running.manager.stop();
    await started;
    expect([runs, running.clock.pendingTimers]).toEqual([[], 0]);
  });

  test("tells its runs to end when it stops, waits for them, and writes nothing of it", async () => {
    let isEnded = false;
    const controller = createController("things")
      .for(Thing)
      .reconcile(async (_, ctx) => {
        await ctx.clock.sleep(3_600_000, ctx.signal).finally(() => {
          isEnded = true;
        });
      });
    const running = await startManager([controller], { prepare: one });
    await running.manager.stop();
    expect(isEnded).toBe(true);
    expect(running.writes()).toEqual([]);
    expect([running.clock.pendingTimers, running.server.watches]).toEqual([0, 0]);
  });

  test("does not wait for ever for a run that does not end", async () => {
    const { controller } = thingController(() => new Promise(() => {}));
    const running = await startManager([controller], { prepare: one, gracefulStopMs: 5_000 });
    const stopped = running.manager.stop();
    await running.pass(5_000);
    await stopped;
    expect(running.logged).toEqual(['warn reconciles did not end in time ""']);
  });

  test("runs until a signal aborts", async () => {
    const abort = new AbortController();
    const running = await startManager([], { isStarted: false });
    const ran = running.manager.run({ signal: abort.signal });
    await running.settle();
    expect(running.manager.isReady).toBe(true);
    abort.abort();
    await ran;
    expect(running.manager.isReady).toBe(false);
  });

  test("asks a controller for a reconcile by name", async () => {
    const { controller, runs } = thingController(() => {});
    await using running = await startManager([controller], { prepare: one });
    expect(running.manager.enqueue("things", "default/a")).toBe(true);
    expect(running.manager.enqueue("others", "default/a")).toBe(false);
    await running.settle();
    expect(runs).toEqual(["a", "a"]);
  });

  test("reconciles its shard alone", async () => {
    const { controller } = thingController(() => {});
    await using running = await startManager([controller], { shard: "shard=1" });
    expect(running.server.requests.map(({ query }) => query.get("labelSelector"))).toEqual(["shard=1"]);
  });

  test("leaves nothing behind, however often it starts and stops", async () => {
    const { controller } = thingController(() => ({ kind: "failed", error: new FlakyError("f") }));
    for (let round = 0; round < 20; round++) {
      const running = await startManager([controller], { prepare: one });
      await running.pass(5_000);
      await running.manager.stop();
      expect([running.clock.pendingTimers, running.server.watches]).toEqual([0, 0]);
    }
  });
});
