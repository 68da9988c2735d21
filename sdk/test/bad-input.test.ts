import { FakeClock, type Outcome, seededRandom } from "@weir/core";
import { createClient } from "@weir/client";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  createController,
  createManager,
  defineResource,
  type ControllerBuilder,
  type ReconcileContext,
} from "../src/index.ts";
import { type Running, startManager } from "./running-manager.ts";
import { StallingClock } from "./stalling-clock.ts";
import { failure, StubServer } from "./stub-server.ts";
import { aThing, CONFIG_MAPS, ConfigMap, Thing, THINGS } from "./things.ts";

const two = (server: StubServer): void => {
  for (const name of ["bad", "good"]) server.put(THINGS, aThing(name));
};

/** A controller that does something bad for the Thing named `bad`, beside one that must go on. */
function badController(
  run: (ctx: ReconcileContext<Thing>) => unknown,
  options: Parameters<typeof createController>[1] = {},
) {
  const runs: string[] = [];
  const controller = createController("things", { status: "none", concurrency: 2, ...options })
    .for(Thing)
    .reconcile((thing, ctx) => {
      runs.push(thing.metadata.name ?? "");
      return thing.metadata.name === "bad" ? (run(ctx) as Outcome) : undefined;
    });
  return { controller, runs };
}

/** Ends a manager and says what it left behind. */
async function leftBehind(running: Running): Promise<unknown> {
  await running[Symbol.asyncDispose]();
  return { timers: running.clock.pendingTimers, watches: running.server.watches };
}

const nothing = { timers: 0, watches: 0 };

describe("a reconcile", () => {
  const cases: ReadonlyArray<{ readonly name: string; readonly run: () => unknown; readonly want: string }> =
    [
      {
        name: "throws a bug",
        run: () => {
          throw new TypeError("oops");
        },
        want: 'error reconcile failed "the reconcile threw an unexpected error: oops"',
      },
      { name: "throws no error at all", run: () => Promise.reject("text"), want: "unexpected error: text" },
      {
        name: "throws nothing",
        run: () => Promise.reject(),
        want: "the reconcile threw an unexpected error",
      },
      ...[
        42,
        "done",
        null,
        [],
        { requeueAfter: 5 },
        { kind: "finished" },
        { kind: "waiting", message: "no reason" },
        { kind: "failed", error: "no error" },
        { kind: "settled", recheckAfterMs: "soon" },
        { kind: "settled", recheckAfterMs: Number.NaN },
        { kind: "settled", recheckAfterMs: -1 },
      ].map((garbage) => ({
        name: `returns ${JSON.stringify(garbage)}`,
        run: () => garbage,
        want: "neither nothing nor an outcome",
      })),
    ];

  test.each(cases)("that $name fails alone, and is tried again", async ({ run, want }) => {
    const { controller, runs } = badController(run);
    const running = await startManager([controller], { prepare: two });
    await running.pass(750);
    expect(runs.toSorted()).toEqual(["bad", "bad", "good"]);
    expect(running.logged[0]).toContain(want);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("that hangs is given up when its time is over, and holds up nobody else", async () => {
    const { controller, runs } = badController(() => new Promise(() => {}), { timeout: "5s" });
    const running = await startManager([controller], { prepare: two });
    running.server.put(THINGS, aThing("good", { size: 2 }));
    await running.settle();
    expect(runs.toSorted()).toEqual(["bad", "good", "good"]);
    await running.pass(15_000);
    expect(running.logged).toEqual([
      'error reconcile failed "the reconcile did not end when it was told to: the reconcile took longer than 5s"',
    ]);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("that blocks the event loop for five seconds delays others, and loses neither lease nor watch", async () => {
    const fake = new FakeClock();
    const clock = new StallingClock(fake);
    const server = new StubServer();
    two(server);
    const { controller, runs } = badController(() => clock.stall(5_000));
    const manager = createManager({
      client: createClient({ transport: server.transport, clock, random: seededRandom(1) }),
      controllers: [controller],
      leaderElection: { name: "weir", namespace: "default" },
      clock,
      random: seededRandom(2),
    });
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 25; turn++) await fake.advance(0);
    };
    await manager.start();
    await settle();
    for (let minute = 0; minute < 10; minute++) {
      server.put(THINGS, aThing("bad", { size: minute }));
      await settle();
      await fake.advance(2_000);
    }
    server.put(THINGS, aThing("good", { size: 9 }));
    await settle();
    expect([manager.isLeader, runs.filter((name) => name === "good").length]).toEqual([true, 2]);
    await manager.stop();
    expect([fake.pendingTimers, server.watches]).toEqual([0, 0]);
  });
});

describe("a function that maps, filters or indexes", () => {
  type Builder = ControllerBuilder<Thing, never>;
  const oops = (): never => {
    throw new TypeError("oops");
  };
  const good = { namespace: "default", name: "good" };

  /** What runs when a ConfigMap changes, with watches that a test adds. */
  async function onChange(
    wire: (builder: Builder) => unknown,
  ): Promise<{ runs: string[]; running: Running }> {
    const runs: string[] = [];
    const builder = createController("things", { status: "none" }).for(Thing) as unknown as Builder;
    const controller = (wire(builder) as Builder).reconcile(
      (thing) => void runs.push(thing.metadata.name ?? ""),
    );
    const running = await startManager([controller], { prepare: two });
    runs.length = 0;
    running.server.put(CONFIG_MAPS, { metadata: { namespace: "default", name: "m" }, data: { v: "1" } });
    running.server.put(CONFIG_MAPS, { metadata: { namespace: "default", name: "m" }, data: { v: "2" } });
    await running.settle();
    return { runs, running };
  }

  test("and is asynchronous and fails is refused, without an unhandled rejection", async () => {
    const map = (() => Promise.reject(new TypeError("late"))) as never;
    const { runs, running } = await onChange((builder) => builder.watches(ConfigMap, { map }));
    expect([runs, running.logged[0]]).toEqual([
      [],
      'error a handler of object changes threw "a map function gave a promise instead of references"',
    ]);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("and gives no list is refused by name", async () => {
    const { running } = await onChange((builder) => builder.watches(ConfigMap, { map: () => 42 as never }));
    expect(running.logged[0]).toContain("a map function gave 42 instead of references");
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("and throws for one of the old and the new state still maps the other", async () => {
    const map = ({ data }: ConfigMap) => (data?.["v"] === "1" ? oops() : [good]);
    const { runs, running } = await onChange((builder) => builder.watches(ConfigMap, { map }));
    expect(runs).toEqual(["good"]);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("and handles changes asynchronously has its failure logged", async () => {
    const { running } = await onChange((builder) =>
      builder.watches(ConfigMap, { create: (() => Promise.reject(new TypeError("late"))) as never }),
    );
    expect(running.logged).toEqual(['error a handler of object changes threw "late"']);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("and throws as a predicate lets the change through, so that nothing is lost", async () => {
    const { runs, running } = await onChange((builder) =>
      builder.when(oops).watches(ConfigMap, { map: () => [good] }, { when: oops }),
    );
    expect([...new Set(runs)]).toEqual(["good"]);
    running.server.put(THINGS, aThing("bad", { size: 2 }));
    await running.settle();
    expect(runs).toContain("bad");
    expect(new Set(running.logged)).toEqual(new Set(['error a handler of object changes threw "oops"']));
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test.each([
    { name: "throws", valuesOf: oops, want: "oops" },
    { name: "gives a number", valuesOf: () => 5, want: "the index gave a number" },
    { name: "gives null", valuesOf: () => null, want: "the index gave null" },
    { name: "gives values that are no texts", valuesOf: () => ["x", 5], want: "values that are no texts" },
  ])(
    "and $name as an index leaves the object out of it, and the watch goes on",
    async ({ valuesOf, want }) => {
      const { running } = await onChange((builder) =>
        builder.reads(ConfigMap).index(ConfigMap, "odd", valuesOf as never),
      );
      const { cache } = running.manager;
      expect(cache.list(ConfigMap).map(({ data }) => data?.["v"])).toEqual(["2"]);
      expect(cache.list(ConfigMap, { index: ["odd", "5"] })).toEqual([]);
      expect(running.logged[0]).toContain("an index cannot make sense of an object");
      expect(running.logged[0]).toContain(want);
      expect(await leftBehind(running)).toEqual(nothing);
    },
  );

  test("under the name of another one fails the start", async () => {
    const controllerOf = (name: string) =>
      createController(name, { status: "none" })
        .for(Thing)
        .index(Thing, "ref", () => [name])
        .reconcile(() => {});
    const running = await startManager([controllerOf("a"), controllerOf("b")], { isStarted: false });
    await expect(running.manager.start()).rejects.toMatchObject({
      name: "DuplicateIndexError",
      message: 'Thing in example.com/v1 has two different indexes "ref"',
    });
    expect(await leftBehind(running)).toEqual(nothing);
  });
});

describe("an object that does not fit the declared type", () => {
  const App = defineResource({
    group: "example.com",
    version: "v1",
    kind: "App",
    spec: z.object({ image: z.string(), replicas: z.int() }),
    status: z.object({ conditions: z.array(z.unknown()) }).partial(),
  });
  const APPS = "/apis/example.com/v1/apps";
  const app = (spec: object) => ({
    apiVersion: "example.com/v1",
    kind: "App",
    metadata: { namespace: "default", name: "a" },
    spec,
  });

  test("stalls with what is wrong with it once code has failed on it, until it is changed", async () => {
    const seen: string[] = [];
    const controller = createController("apps")
      .for(App)
      .reconcile(({ spec }) => void seen.push(spec.image.toUpperCase()));
    const running = await startManager([controller], {
      prepare: (server) => void server.put(APPS, app({ image: 5 }) as never),
    });
    await running.pass(600_000);
    const status = running.server.get(APPS, "default", "a")?.["status"];
    expect(status).toMatchObject({
      conditions: [
        { type: "Stalled", status: "True", reason: "InvalidObject" },
        { type: "Ready", status: "False", reason: "InvalidObject" },
      ],
    });
    expect(JSON.stringify(status)).toContain("spec.image");
    expect(JSON.stringify(status)).toContain("spec.replicas");
    running.server.put(APPS, app({ image: "x", replicas: 1 }) as never);
    for (let second = 0; second < 60; second++) await running.pass(1_000);
    expect(seen).toEqual(["X"]);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("is reconciled where the code can work with it", async () => {
    const seen: unknown[] = [];
    const controller = createController("apps", { status: "none" })
      .for(App)
      .reconcile(({ spec }) => void seen.push(spec.replicas));
    const running = await startManager([controller], {
      prepare: (server) => void server.put(APPS, app({ replicas: "many" }) as never),
    });
    expect([seen, running.logged]).toEqual([["many"], []]);
    expect(await leftBehind(running)).toEqual(nothing);
  });
});

describe("a custom resource definition", () => {
  const missing = (): Response =>
    failure(404, "NotFound", "the server could not find the requested resource");
  const seconds = async (running: Running, count: number): Promise<void> => {
    for (let second = 0; second < count; second++) await running.pass(1_000);
  };

  test("that is missing fails the start with the name of the kind, after a time to come", async () => {
    const { controller } = badController(() => {});
    const running = await startManager([controller], {
      isStarted: false,
      syncTimeoutMs: 10_000,
      prepare: (server) => void server.fault(missing),
    });
    const started = running.manager.start().catch((error: unknown) => error);
    await running.pass(10_000);
    expect(await started).toMatchObject({
      name: "CacheSyncTimeoutError",
      cause: { name: "KindNotServedError" },
    });
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("that comes while the manager starts is waited for", async () => {
    const { controller, runs } = badController(() => {});
    const server = new StubServer();
    const fault = server.fault(missing);
    const running = await startManager([controller], { isStarted: false, sharedServer: server });
    const started = running.manager.start();
    await seconds(running, 5);
    fault[Symbol.dispose]();
    two(server);
    await seconds(running, 30);
    await started;
    expect(runs.toSorted()).toEqual(["bad", "good"]);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("that is deleted while watched takes its objects along, and is watched again when it is back", async () => {
    const { controller, runs } = badController(() => {});
    const running = await startManager([controller], { prepare: two });
    for (const name of ["bad", "good"]) running.server.take(THINGS, "default", name);
    const fault = running.server.fault(missing);
    running.server.endWatches();
    await seconds(running, 20);
    expect([running.manager.cache.list(Thing), running.manager.isReady]).toEqual([[], true]);
    expect(running.logged[0]).toContain("cannot watch, trying again");
    fault[Symbol.dispose]();
    running.server.put(THINGS, aThing("new"));
    await seconds(running, 60);
    expect(runs.filter((name) => name === "new")).toEqual(["new"]);
    expect(await leftBehind(running)).toEqual(nothing);
  });

  test("that is replaced between two looks shows its objects as deleted and created", async () => {
    const { controller, runs } = badController(() => {});
    const seen: string[] = [];
    const running = await startManager([controller], { prepare: two });
    running.manager.watch(Thing, {}, ({ kind, object }) => void seen.push(`${kind} ${object.metadata.name}`));
    seen.length = 0;
    const fault = running.server.fault(missing);
    running.server.endWatches();
    for (const name of ["bad", "good"]) running.server.take(THINGS, "default", name);
    running.server.put(THINGS, aThing("good"));
    running.server.compact();
    await seconds(running, 5);
    fault[Symbol.dispose]();
    await seconds(running, 60);
    expect(seen).toEqual(["delete bad", "delete good", "create good"]);
    expect(runs.filter((name) => name === "good")).toHaveLength(2);
    expect(await leftBehind(running)).toEqual(nothing);
  });
});

test("a token that expires stops nothing for good: watches and reconciles go on once there is a new one", async () => {
  const { controller, runs } = badController(async (ctx) => {
    await ctx.live.get(Thing, { namespace: "default", name: "good" });
  });
  const running = await startManager([controller], { prepare: two });
  const fault = running.server.fault(() => failure(401, "Unauthorized", "Unauthorized"));
  running.server.endWatches();
  running.manager.enqueue("things", "default/bad");
  for (let second = 0; second < 20; second++) await running.pass(1_000);
  expect(running.manager.cache.list(Thing)).toHaveLength(2);
  fault[Symbol.dispose]();
  running.server.put(THINGS, aThing("good", { size: 2 }));
  for (let second = 0; second < 60; second++) await running.pass(1_000);
  expect(runs.filter((name) => name === "good")).toHaveLength(2);
  expect(running.logged).toContain('warn cannot watch, trying again "Unauthorized"');
  expect(running.logged.at(-1)).toContain("info watching again");
  expect(await leftBehind(running)).toEqual(nothing);
});

describe("a controller that cannot work is refused where it is declared:", () => {
  const declare = (options: Parameters<typeof createController>[1], ...finalizers: readonly string[]) => {
    let builder = createController("things", options).for(Thing);
    for (const name of finalizers) builder = builder.finalizer(name, () => {});
    return builder.reconcile(() => {});
  };

  test.each([
    { name: "a concurrency of none", make: () => declare({ concurrency: 0 }), want: "needs a concurrency" },
    {
      name: "a concurrency that is no number",
      make: () => declare({ concurrency: 1.5 }),
      want: "needs a concurrency",
    },
    { name: "no time at all", make: () => declare({ timeout: 0 }), want: "needs a timeout" },
    {
      name: "no runs",
      make: () => declare({ rateLimit: { runs: 0, per: "1s" } }),
      want: "needs a rate limit",
    },
    {
      name: "a finalizer without a domain",
      make: () => declare({}, "keep"),
      want: "not qualified by a domain",
    },
    { name: "a finalizer twice", make: () => declare({}, "a.b/c", "a.b/c"), want: "has two finalizers" },
    {
      name: "no name",
      make: () =>
        createController("")
          .forKeys()
          .reconcile(() => {}),
      want: "has no name",
    },
  ])("$name", ({ make, want }) => {
    expect(make).toThrow(expect.objectContaining({ name: "InvalidControllerError" }));
    expect(make).toThrow(want);
  });
});
