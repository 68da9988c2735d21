import { type Outcome, WeirError } from "@weir/core";
import { describe, expect, test } from "vitest";
import { createController, LOW_PRIORITY, TerminalError } from "../src/index.ts";
import { type Running, startManager } from "./running-manager.ts";
import { aThing, Thing, THINGS } from "./things.ts";

class FlakyError extends WeirError {
  override readonly name = "FlakyError";
  readonly reason = "Flaky";
  readonly retry = "backoff";
}

const failed: Outcome = { kind: "failed", error: new FlakyError("no luck") };

/** Starts a controller of one Thing and keeps when it ran, in seconds. */
async function timed(
  run: (times: number, signal: AbortSignal) => Promise<Outcome | void> | Outcome | void,
  options: Parameters<typeof createController>[1] = {},
): Promise<{ readonly times: number[]; readonly running: Running; change(): void }> {
  const times: number[] = [];
  const controller = createController("things", { status: "none", ...options })
    .for(Thing)
    .reconcile((_, ctx) => {
      times.push(ctx.clock.monotonic() / 1000);
      return run(times.length, ctx.signal);
    });
  const running = await startManager([controller], {
    prepare: (server) => void server.put(THINGS, aThing("a", { size: 0 })),
  });
  let size = 0;
  return { times, running, change: () => void running.server.put(THINGS, aThing("a", { size: ++size })) };
}

describe("the time of the next run", () => {
  test("asked for by an earlier run is replaced by that of a later one, not added to it", async () => {
    const { times, running, change } = await timed(() => ({ kind: "settled", recheckAfterMs: 60_000 }));
    await using _running = running;
    await running.pass(10_000);
    change();
    await running.pass(50_000);
    expect(times).toEqual([0, 10]);
    await running.pass(10_000);
    expect(times).toEqual([0, 10, 70]);
  });

  test("asked for by a run is dropped when the next run asks for none", async () => {
    const { times, running, change } = await timed((run) =>
      run === 1 ? { kind: "settled", recheckAfterMs: 60_000 } : undefined,
    );
    await using _running = running;
    await running.pass(10_000);
    change();
    await running.pass(60_000);
    expect(times).toEqual([0, 10]);
  });

  test("is brought forward by a change, and the run sees what changed", async () => {
    const { times, running, change } = await timed((run) =>
      run === 1 ? { kind: "waiting", reason: "Wait", message: "m", recheckAfterMs: 60_000 } : undefined,
    );
    await using _running = running;
    change();
    await running.settle();
    expect(times).toEqual([0, 0]);
  });
});

describe("the backoff of a key", () => {
  test("goes on growing while frequent changes bring extra runs", async () => {
    const { times, running, change } = await timed((run) => (run < 8 ? failed : undefined));
    await using _running = running;
    for (let second = 0; second < 4; second++) {
      change();
      await running.pass(1_000);
    }
    await running.pass(1_000_000);
    expect(times.slice(0, 5).every((time) => time <= 4)).toBe(true);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(6);
  });

  test("starts over after a terminal error, so that the next change is tried quickly again", async () => {
    const { times, running, change } = await timed((run) => {
      if (run === 4) throw new TerminalError("give up");
      return run === 6 ? undefined : failed;
    });
    await using _running = running;
    await running.pass(10_000);
    expect(times).toEqual([0, 0.75, 2.25, 5.25]);
    change();
    await running.pass(1_000);
    expect(times.slice(4)).toEqual([10, 10.75]);
  });

  test("is not started over by a run that took too long", async () => {
    const { times, running } = await timed(
      async (run, signal) => {
        if (run > 3) return;
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason as Error)),
        );
      },
      { timeout: "1s" },
    );
    await using _running = running;
    await running.pass(20_000);
    expect(times).toEqual([0, 1.75, 4.25, 8.25]);
  });
});

describe("a timeout is counted", () => {
  const timeouts = async ({ manager }: Running): Promise<string | undefined> =>
    (await manager.metrics.metrics())
      .split("\n")
      .find((line) => line.startsWith("controller_runtime_reconcile_timeouts_total{"))
      ?.split(" ")[1];

  test("where it was the controller's own, not where the code gave up or the manager stopped", async () => {
    const { running } = await timed(
      async (run, signal) => {
        if (run === 1) throw new DOMException("given up", "AbortError");
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason as Error)),
        );
      },
      { timeout: "1s" },
    );
    await running.pass(0);
    expect(await timeouts(running)).toBe("0");
    await running.pass(2_000);
    expect(await timeouts(running)).toBe("1");
    await running.pass(1_500);
    await running.manager.stop();
    expect(await timeouts(running)).toBe("1");
  });
});

test("a retry keeps the priority of the key, which a change raises", async () => {
  const order: string[] = [];
  const controller = createController("things", { status: "none" })
    .for(Thing)
    .reconcile(({ metadata: { name = "" } }) => {
      order.push(name);
      return order.filter((other) => other === name).length === 1 ? failed : undefined;
    });
  await using running = await startManager([controller], {
    prepare: (server) => {
      for (const name of ["a", "b", "c"]) server.put(THINGS, aThing(name));
    },
  });
  expect(LOW_PRIORITY).toBeLessThan(0);
  order.length = 3;
  running.server.put(THINGS, aThing("c", { size: 1 }));
  await running.pass(750);
  expect(order.slice(3)).toEqual(["c", "a", "b"]);
});
