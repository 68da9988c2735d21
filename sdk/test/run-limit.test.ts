import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { createController } from "../src/index.ts";
import { RunLimiter } from "../src/queue/run-limiter.ts";
import { startManager } from "./running-manager.ts";
import { aThing, Thing, THINGS } from "./things.ts";

describe("a limit of runs", () => {
  test("lets so many of one key begin within its time, and says how long the next has to wait", async () => {
    const clock = new FakeClock();
    const limiter = new RunLimiter(clock, 2, 1_000);
    expect([limiter.take("a"), limiter.take("b")]).toEqual([0, 0]);
    await clock.advance(300);
    expect([limiter.take("a"), limiter.take("a"), limiter.take("b")]).toEqual([0, 700, 0]);
    await clock.advance(700);
    expect([limiter.take("a"), limiter.take("a")]).toEqual([0, 300]);
  });

  test("forgets keys that rest", async () => {
    const clock = new FakeClock();
    const limiter = new RunLimiter(clock, 1, 1_000);
    for (let number = 0; number < 100; number++) limiter.take(`k${number}`);
    expect(limiter.size).toBe(100);
    await clock.advance(1_000);
    limiter.take("new");
    expect(limiter.size).toBe(1);
  });

  test("makes one run of changes that come too fast, holds up no other key, and loses none", async () => {
    const runs: unknown[] = [];
    const controller = createController("things", { status: "none", rateLimit: { runs: 1, per: "10s" } })
      .for(Thing)
      .reconcile((thing) => void runs.push([thing.metadata.name, thing.spec?.size]));
    await using running = await startManager([controller], {
      prepare: (server) => void server.put(THINGS, aThing("a", { size: 0 })),
    });
    for (let size = 1; size <= 5; size++) {
      running.server.put(THINGS, aThing("a", { size }));
      await running.pass(1_000);
    }
    running.server.put(THINGS, aThing("b", { size: 9 }));
    await running.settle();
    expect(runs).toEqual([
      ["a", 0],
      ["b", 9],
    ]);
    await running.pass(5_000);
    expect(runs.at(-1)).toEqual(["a", 5]);
    expect(runs).toHaveLength(3);
  });
});
