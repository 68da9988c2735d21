import { FakeClock, seededRandom } from "@weir/core";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { LOW_PRIORITY, WorkQueue } from "../src/index.ts";
import type { QueueObserver } from "../src/queue/work-queue.ts";

fc.configureGlobal({ seed: 1 });

let clock: FakeClock;
let queue: WorkQueue;

beforeEach(() => {
  clock = new FakeClock();
  queue = makeQueue();
});

function makeQueue(observer?: QueueObserver, on: FakeClock = clock): WorkQueue {
  return new WorkQueue({
    clock: on,
    random: seededRandom(1),
    backoff: { baseMs: 5, maxMs: 1_000_000 },
    ...(observer === undefined ? {} : { observer }),
  });
}

/** Takes what is ready now, in order, and lets go of it at once. */
async function takeAll(from: WorkQueue = queue): Promise<string[]> {
  const keys: string[] = [];
  while (from.readyCount > 0) {
    const item = await from.take();
    if (item === undefined) break;
    keys.push(item.key);
    from.done(item.key);
  }
  return keys;
}

describe("a work queue", () => {
  test("hands out each key of many producers once to many consumers", async () => {
    const seen = new Map<string, number>();
    const consumers = Array.from({ length: 10 }, async () => {
      for (let item = await queue.take(); item !== undefined; item = await queue.take()) {
        seen.set(item.key, (seen.get(item.key) ?? 0) + 1);
        await Promise.resolve();
        queue.done(item.key);
      }
    });
    for (let producer = 0; producer < 50; producer++) {
      for (let key = 0; key < 20; key++) queue.add(`${producer}/${key}`);
      await Promise.resolve();
    }
    await clock.advance(0);
    queue.close();
    await Promise.all(consumers);
    expect(seen.size).toBe(1000);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
  });

  test("keeps a key once, however often it is added", async () => {
    queue.add("a");
    queue.add("a");
    queue.add("b");
    queue.add("a");
    expect(queue.readyCount).toBe(2);
    expect(await takeAll()).toEqual(["a", "b"]);
  });

  test("takes a key again after it was handed out", async () => {
    queue.add("a");
    expect(await takeAll()).toEqual(["a"]);
    queue.add("a");
    expect(await takeAll()).toEqual(["a"]);
  });

  test("makes a key that was added while it is held ready once, after it is let go", async () => {
    queue.add("a");
    await queue.take();
    queue.add("a");
    queue.add("a");
    expect([queue.readyCount, queue.waitingCount]).toEqual([0, 1]);
    queue.done("a");
    expect(queue.readyCount).toBe(1);
    expect(await takeAll()).toEqual(["a"]);
    expect(queue.waitingCount).toBe(0);
  });

  test("does not let a held key stand in the way of others", async () => {
    queue.add("a");
    await queue.take();
    queue.add("a", { priority: 10 });
    queue.add("b");
    expect((await queue.take())?.key).toBe("b");
  });

  test("ignores letting go of what nobody holds", () => {
    queue.done("a");
    expect(queue.readyCount).toBe(0);
  });

  test("keeps what one turn adds twice once, and in order of priority, also for workers that wait", async () => {
    const taken = [queue.take(), queue.take(), queue.take()];
    queue.add("a");
    queue.add("b");
    queue.add("a");
    queue.add("urgent", { priority: 1 });
    expect((await Promise.all(taken)).map((item) => item?.key)).toEqual(["urgent", "a", "b"]);
    expect(queue.waitingCount).toBe(0);
  });

  test("serves the worker that waited longest first", async () => {
    const order: string[] = [];
    const first = queue.take().then((item) => order.push(`first ${item?.key}`));
    const second = queue.take().then((item) => order.push(`second ${item?.key}`));
    queue.add("a");
    queue.add("b");
    await Promise.all([first, second]);
    expect(order).toEqual(["first a", "second b"]);
  });
});

describe("what a queue counts", () => {
  test("is what could be taken now: not what waits for its time or for the worker that holds it", async () => {
    queue.add("ready");
    queue.add("later", { afterMs: 10 });
    queue.add("held");
    await queue.take();
    const held = await queue.take();
    queue.add(held?.key ?? "");
    expect([queue.readyCount, queue.waitingCount, queue.processing.size]).toEqual([0, 2, 2]);
    await clock.advance(10);
    expect(queue.readyCount).toBe(1);
  });

  test("is nothing once everything was taken and let go of, however much there was", async () => {
    for (let number = 0; number < 1_000; number++) queue.add(`k${number}`, { afterMs: number % 3 });
    await clock.advance(3);
    expect(await takeAll()).toHaveLength(1_000);
    expect([queue.readyCount, queue.waitingCount, queue.processing.size]).toEqual([0, 0, 0]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a delayed key", () => {
  test.each([
    { name: "no number", afterMs: Number.NaN },
    { name: "negative", afterMs: -5 },
  ])("whose delay is $name is ready at once", async ({ afterMs }) => {
    queue.add("a", { afterMs });
    expect(await takeAll()).toEqual(["a"]);
  });

  test("whose delay is endless waits for a change", async () => {
    queue.add("a", { afterMs: Number.POSITIVE_INFINITY });
    await clock.advance(365 * 24 * 3_600_000);
    expect(await takeAll()).toEqual([]);
    queue.add("a");
    expect(await takeAll()).toEqual(["a"]);
  });

  test("is ready when its time has come, not before", async () => {
    queue.add("a", { afterMs: 50 });
    await clock.advance(49);
    expect(queue.readyCount).toBe(0);
    await clock.advance(1);
    expect(await takeAll()).toEqual(["a"]);
  });

  test("keeps the earlier of two times, whichever came first", async () => {
    queue.add("early", { afterMs: 10 });
    queue.add("early", { afterMs: 100 });
    queue.add("late", { afterMs: 100 });
    queue.add("late", { afterMs: 10 });
    await clock.advance(10);
    expect(await takeAll()).toEqual(["early", "late"]);
    await clock.advance(1000);
    expect(queue.readyCount).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is ready at once when it is added without a delay", async () => {
    queue.add("a", { afterMs: 100 });
    queue.add("a");
    expect(await takeAll()).toEqual(["a"]);
    await clock.advance(200);
    expect(queue.readyCount).toBe(0);
  });

  test("stays ready when it is added again with a delay", async () => {
    queue.add("a");
    queue.add("a", { afterMs: 100 });
    expect(await takeAll()).toEqual(["a"]);
    await clock.advance(200);
    expect(queue.readyCount).toBe(0);
  });

  test("wakes a worker that waits", async () => {
    const taken = queue.take();
    queue.add("a", { afterMs: 5 });
    await clock.advance(5);
    expect(await taken).toEqual({ key: "a", priority: 0 });
  });

  test("comes out in the order of becoming ready, not of being added", async () => {
    queue.add("later", { afterMs: 20 });
    queue.add("sooner", { afterMs: 10 });
    await clock.advance(20);
    queue.add("now");
    expect(await takeAll()).toEqual(["sooner", "later", "now"]);
  });

  test("waits for the worker that holds it, beyond its time", async () => {
    queue.add("a");
    await queue.take();
    queue.add("a", { afterMs: 10 });
    await clock.advance(20);
    expect(queue.readyCount).toBe(0);
    queue.done("a");
    expect(queue.readyCount).toBe(1);
  });

  test("that was added while held waits for its own time after the key is let go", async () => {
    queue.add("a");
    await queue.take();
    queue.add("a", { afterMs: 10 });
    queue.done("a");
    expect(queue.readyCount).toBe(0);
    await clock.advance(10);
    expect(queue.readyCount).toBe(1);
  });

  test("does not pile up behind a busy one", async () => {
    for (let round = 0; round < 20_000; round++) {
      queue.add("busy", { afterMs: 600_000 });
      queue.add("busy");
      await queue.take();
      queue.done("busy");
    }
    expect(queue.waitingCount).toBe(0);
    expect(clock.pendingTimers).toBeLessThanOrEqual(1);
  });
});

describe("priority", () => {
  test("goes before arrival, and arrival decides within one", async () => {
    queue.add("initial", { priority: LOW_PRIORITY });
    queue.add("a");
    queue.add("urgent", { priority: 5 });
    queue.add("b");
    expect(await takeAll()).toEqual(["urgent", "a", "b", "initial"]);
  });

  test("is the highest that was asked for, and never falls", async () => {
    queue.add("a", { priority: 5 });
    queue.add("a", { priority: 1 });
    queue.add("b", { priority: 3 });
    expect(await queue.take()).toEqual({ key: "a", priority: 5 });
    expect(await queue.take()).toEqual({ key: "b", priority: 3 });
  });

  test("that is raised puts a key at the back of its new level", async () => {
    queue.add("a");
    queue.add("b", { priority: 1 });
    queue.add("a", { priority: 1 });
    expect(await takeAll()).toEqual(["b", "a"]);
  });

  test("that is raised while the key waits for its time counts when it comes", async () => {
    queue.add("a", { afterMs: 10 });
    queue.add("a", { afterMs: 50, priority: 1 });
    queue.add("b", { afterMs: 5 });
    await clock.advance(10);
    expect(await takeAll()).toEqual(["a", "b"]);
  });

  test("that is raised while the key is held counts when it is let go", async () => {
    queue.add("a");
    await queue.take();
    queue.add("a");
    queue.add("a", { priority: 7 });
    queue.add("b", { priority: 5 });
    queue.done("a");
    expect(await takeAll()).toEqual(["a", "b"]);
  });
});

describe("a retry", () => {
  test("waits twice as long with each failure, until it is forgotten", async () => {
    expect([1, 2, 3, 4].map(() => queue.retry("a"))).toEqual([5, 10, 20, 40]);
    expect(queue.failures("a")).toBe(4);
    expect(queue.retry("b")).toBe(5);
    queue.forget("a");
    expect(queue.retry("a")).toBe(5);
  });

  test("never waits longer than the limit, however often it failed", () => {
    for (let failures = 0; failures < 2000; failures++) queue.retry("a");
    expect(queue.retry("a")).toBe(1_000_000);
  });

  test("does not hold back a change that comes meanwhile", async () => {
    queue.retry("a");
    queue.retry("a");
    queue.add("a");
    expect(queue.readyCount).toBe(1);
  });

  test("keeps its priority", async () => {
    queue.retry("a", 3);
    await clock.advance(5);
    expect(await queue.take()).toEqual({ key: "a", priority: 3 });
  });
});

describe("a closed queue", () => {
  test("does not wait for keys that are held, unless asked to", async () => {
    queue.add("a");
    await queue.take();
    queue.close();
    expect(await queue.take()).toBeUndefined();
    expect(queue.processing.entries().map(([key]) => key)).toEqual(["a"]);
  });

  test("wakes the workers that wait, with nothing", async () => {
    const waiting = [queue.take(), queue.take()];
    queue.close();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    expect(await queue.take()).toBeUndefined();
  });

  test("takes and keeps nothing, and leaves no timer", async () => {
    queue.add("a");
    queue.add("b", { afterMs: 10 });
    queue.close();
    queue.add("c");
    queue.retry("d");
    expect([queue.readyCount, queue.waitingCount, clock.pendingTimers]).toEqual([0, 0, 0]);
    expect(await queue.take()).toBeUndefined();
  });

  test("is drained when the held keys are let go, those added meanwhile with them", async () => {
    queue.add("a");
    await queue.take();
    queue.add("a");
    queue.close();
    let isDrained = false;
    const drained = queue.drained().then(() => {
      isDrained = true;
    });
    await clock.advance(0);
    expect(isDrained).toBe(false);
    queue.done("a");
    await drained;
    expect(queue.readyCount).toBe(0);
  });

  test("is drained at once when nothing is held", async () => {
    queue.add("a");
    queue.close();
    queue.close();
    await queue.drained();
  });
});

describe("an observer of a queue", () => {
  test("sees depth by priority, waiting and work", async () => {
    const depth = new Map<number, number>();
    const log: string[] = [];
    const observed = makeQueue({
      added: () => void log.push("added"),
      retried: () => void log.push("retried"),
      depthChanged: (priority, by) => void depth.set(priority, (depth.get(priority) ?? 0) + by),
      taken: (waitedMs) => void log.push(`waited ${waitedMs}`),
      finished: (workedMs) => void log.push(`worked ${workedMs}`),
    });
    observed.add("a", { afterMs: 10 });
    expect([...depth]).toEqual([]);
    observed.add("a");
    expect([...depth]).toEqual([[0, 1]]);
    observed.add("a", { priority: 2 });
    expect([...depth]).toEqual([
      [0, 0],
      [2, 1],
    ]);
    await clock.advance(3);
    await observed.take();
    await clock.advance(4);
    observed.done("a");
    observed.add("b");
    observed.close();
    expect([...depth.values()]).toEqual([0, 0]);
    expect(log).toEqual(["retried", "added", "waited 3", "worked 4", "added"]);
  });
});

test("a queue agrees with a slow model on any sequence of operations", async () => {
  const keys = ["a", "b", "c", "d"];
  const operation = fc.oneof(
    fc.record({
      kind: fc.constant("add" as const),
      key: fc.constantFrom(...keys),
      afterMs: fc.constantFrom(0, 0, 5, 20, 100),
      priority: fc.constantFrom(0, 0, -100, 5),
    }),
    fc.record({ kind: fc.constant("take" as const) }),
    fc.record({ kind: fc.constant("done" as const), key: fc.constantFrom(...keys) }),
    fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(1, 5, 50) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
      const time = new FakeClock();
      const real = makeQueue(undefined, time);
      const model = new ModelQueue();
      for (const step of operations) {
        if (step.kind === "advance") {
          await time.advance(step.ms);
          model.advance(step.ms);
        } else if (step.kind === "add") {
          real.add(step.key, step);
          model.add(step.key, step.afterMs, step.priority);
        } else if (step.kind === "done") {
          real.done(step.key);
          model.done(step.key);
        } else if (real.readyCount > 0) {
          expect(await real.take()).toEqual(model.take());
        }
        expect([real.readyCount, real.waitingCount]).toEqual([model.ready().length, model.items.size]);
      }
      real.close();
    }),
    { numRuns: 300 },
  );
});

interface ModelItem {
  readonly key: string;
  dueMs: number;
  priority: number;
  /** When the item came to its level; unset until it is ready. */
  order: number | undefined;
}

/** The same rules by search over everything. */
class ModelQueue {
  readonly items = new Map<string, ModelItem>();
  readonly #held = new Set<string>();
  #nowMs = 0;
  #orders = 0;

  ready(): ModelItem[] {
    return [...this.items.values()]
      .filter(({ order }) => order !== undefined)
      .sort((a, b) => b.priority - a.priority || (a.order ?? 0) - (b.order ?? 0));
  }

  add(key: string, afterMs: number, priority: number): void {
    const item = this.items.get(key);
    if (item === undefined) {
      this.items.set(key, { key, dueMs: this.#nowMs + afterMs, priority, order: undefined });
    } else {
      if (item.order === undefined) item.dueMs = Math.min(item.dueMs, this.#nowMs + afterMs);
      else if (priority > item.priority) item.order = ++this.#orders;
      item.priority = Math.max(item.priority, priority);
    }
    this.#settle();
  }

  take(): { key: string; priority: number } | undefined {
    const item = this.ready()[0];
    if (item === undefined) return undefined;
    this.items.delete(item.key);
    this.#held.add(item.key);
    return { key: item.key, priority: item.priority };
  }

  done(key: string): void {
    this.#held.delete(key);
    this.#settle();
  }

  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    const times = [...this.items.values()].map(({ dueMs }) => dueMs).filter((dueMs) => dueMs <= untilMs);
    for (const dueMs of times.sort((a, b) => a - b)) {
      this.#nowMs = Math.max(this.#nowMs, dueMs);
      this.#settle();
    }
    this.#nowMs = untilMs;
  }

  #settle(): void {
    for (const item of this.items.values()) {
      const isReady = item.order === undefined && item.dueMs <= this.#nowMs && !this.#held.has(item.key);
      if (isReady) item.order = ++this.#orders;
    }
  }
}
