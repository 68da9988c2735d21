import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { keepMemoryLow, type ProcessUse } from "../src/process/memory-keeper.ts";

const MB = 1024 * 1024;

/** A process that uses and holds what a test says, and holds 10 MB after a collection. */
class FakeProcess implements ProcessUse {
  cpu = 0;
  heap = 10 * MB;
  collections = 0;

  cpuMs(): number {
    return this.cpu;
  }

  heapBytes(): number {
    return this.heap;
  }

  collect(): void {
    this.collections += 1;
    this.heap = 10 * MB;
    // A collection takes time itself, which is no sign of work.
    this.cpu += 300;
  }
}

async function start() {
  const clock = new FakeClock();
  const use = new FakeProcess();
  const ending = new AbortController();
  const ended = keepMemoryLow(clock, ending.signal, use);
  await clock.advance(5_000);
  return { clock, use, ending, ended };
}

describe("a process that was busy", () => {
  test("collects its garbage once it rests, and not again before it holds more", async () => {
    const { clock, use, ending, ended } = await start();
    expect(use.collections).toBe(1);
    use.heap = 100 * MB;
    for (let step = 0; step < 4; step += 1) {
      use.cpu += 2_000;
      await clock.advance(5_000);
    }
    expect(use.collections).toBe(1);
    await clock.advance(5_000);
    expect([use.collections, use.heap]).toEqual([2, 10 * MB]);
    use.heap = 17 * MB;
    await clock.advance(60_000);
    expect(use.collections).toBe(2);
    ending.abort();
    await ended;
    expect(clock.pendingTimers).toBe(0);
  });
});
