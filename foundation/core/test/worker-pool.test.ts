import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  createWorkerPool,
  describeError,
  FakeClock,
  WorkerCrashedError,
  WorkerMemoryError,
  WorkerPoolClosedError,
  WorkerTaskError,
  WorkerTimeoutError,
} from "@weir/core";

const tasks = new URL("./worker-tasks.ts", import.meta.url);

interface Whereabouts {
  readonly threadId: number;
  readonly isMainThread: boolean;
  readonly calls: readonly string[];
}

function aFlag(): { readonly buffer: SharedArrayBuffer; readonly raised: Promise<unknown> } {
  const buffer = new SharedArrayBuffer(4);
  const { value } = Atomics.waitAsync(new Int32Array(buffer), 0, 0);
  return { buffer, raised: Promise.resolve(value) };
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable("the task should fail"),
    (error: unknown) => error,
  );
}

describe("a worker pool", () => {
  test("runs tasks in other threads and keeps their modules", async () => {
    await using pool = createWorkerPool({ size: 1 });
    const first = await pool.run<Whereabouts>(tasks, "whereAmI", "a");
    const second = await pool.run<Whereabouts>(tasks.href, "whereAmI", "b");
    expect(first.isMainThread).toBe(false);
    expect(second).toEqual({ threadId: first.threadId, isMainThread: false, calls: ["a", "b"] });
    expect(await pool.run(tasks, "double", 21)).toBe(42);
    expect(pool.stats()).toEqual({ size: 1, running: 0, idle: 1, waiting: 0 });
  });

  test("copies what structured clone copies and hands buffers over on request", async () => {
    await using pool = createWorkerPool({ size: 1 });
    const value = { bytes: new Uint8Array([1, 2]), big: 2n ** 70n, map: new Map([["a", [null]]]) };
    expect(await pool.run(tasks, "echo", value)).toEqual(value);
    expect(value.bytes.length).toBe(2);
    const given = new Uint8Array(8);
    await pool.run(tasks, "echo", given, { transfer: [given.buffer] });
    expect(given.byteLength).toBe(0);
    expect(await pool.run(tasks, "giveBuffer", 3)).toEqual(new Uint8Array([7, 7, 7]));
  });

  test("brings errors back with name, reason, retry, fields and causes", async () => {
    await using pool = createWorkerPool({ size: 1 });
    const error = await failureOf(pool.run(tasks, "failTyped", 7));
    expect(error).toBeInstanceOf(WorkerTaskError);
    expect(error).toMatchObject({
      name: "TemplateError",
      reason: "RenderFailed",
      retry: "never",
      message: "template fails on line 7",
      line: 7,
      fields: { line: 7 },
      cause: { name: "TypeError", reason: "InternalError", retry: "backoff" },
    });
    expect(describeError(error)).toBe("template fails on line 7: no such field: a plain text");
  });

  test.each([
    {
      name: "a result that cannot be copied",
      exportName: "returnFunction",
      input: 0,
      want: "could not be cloned",
    },
    { name: "a missing export", exportName: "missing", input: 0, want: "exports no function missing" },
    {
      name: "an input that cannot be copied",
      exportName: "echo",
      input: () => 1,
      want: "could not be cloned",
    },
  ])("survives $name", async ({ exportName, input, want }) => {
    await using pool = createWorkerPool({ size: 1 });
    expect(describeError(await failureOf(pool.run(tasks, exportName, input)))).toContain(want);
    expect(await pool.run(tasks, "double", 1)).toBe(2);
    expect(pool.stats().idle).toBe(1);
  });

  test("reports a module that cannot be loaded", async () => {
    await using pool = createWorkerPool({ size: 1 });
    const error = await failureOf(pool.run(new URL("./none.ts", import.meta.url), "x", 0));
    expect(describeError(error)).toContain("Cannot find module");
  });

  test("ends only the worker of a task that takes too long", async () => {
    await using pool = createWorkerPool({ size: 2 });
    const { buffer, raised } = aFlag();
    const stuck = failureOf(pool.run(tasks, "loopForever", buffer, { timeoutMs: 50 }));
    const other = await pool.run<Whereabouts>(tasks, "whereAmI", "a");
    await raised;
    expect(await stuck).toEqual(new WorkerTimeoutError("loopForever", 50));
    expect(await pool.run<Whereabouts>(tasks, "whereAmI", "b")).toEqual({ ...other, calls: ["a", "b"] });
  });

  test.each(["eatMemory", "growArray", "growMap"])(
    "ends a task that uses too much memory: %s",
    async (task) => {
      await using pool = createWorkerPool({ size: 1, memoryMb: 64 });
      expect(await failureOf(pool.run(tasks, task, 0))).toEqual(new WorkerMemoryError(task, 64));
      expect(await pool.run(tasks, "double", 1)).toBe(2);
    },
  );

  test("tells when a worker ends by itself", async () => {
    await using pool = createWorkerPool({ size: 1 });
    expect(await failureOf(pool.run(tasks, "leave", 3))).toBeInstanceOf(WorkerCrashedError);
    const error = await failureOf(pool.run(tasks, "failLater", 0));
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(describeError(error)).toContain("nobody catches this");
    expect(await pool.run(tasks, "double", 1)).toBe(2);
  });

  test("takes a waiting task back and ends a running one when the signal aborts", async () => {
    await using pool = createWorkerPool({ size: 1 });
    const running = new AbortController();
    const waiting = new AbortController();
    const { buffer, raised } = aFlag();
    const first = failureOf(pool.run(tasks, "loopForever", buffer, { signal: running.signal }));
    const second = failureOf(pool.run(tasks, "double", 1, { signal: waiting.signal }));
    const third = pool.run(tasks, "double", 2);
    expect(pool.stats()).toMatchObject({ running: 1, waiting: 2 });
    waiting.abort("not needed");
    expect(await second).toBe("not needed");
    await raised;
    running.abort("a newer revision");
    expect(await first).toBe("a newer revision");
    expect(await third).toBe(4);
    expect(await failureOf(pool.run(tasks, "double", 1, { signal: running.signal }))).toBe(
      "a newer revision",
    );
  });

  test("gives tasks with other memory limits workers of their own within its size", async () => {
    await using pool = createWorkerPool({ size: 1 });
    const small = await pool.run<Whereabouts>(tasks, "whereAmI", "a", { memoryMb: 64 });
    const large = await pool.run<Whereabouts>(tasks, "whereAmI", "a", { memoryMb: 128 });
    expect(large.threadId).not.toBe(small.threadId);
    expect(pool.stats().idle).toBe(1);
  });

  test("sends tasks of one affinity to the worker that knows it", async () => {
    await using pool = createWorkerPool({ size: 2 });
    const ask = (affinity: string): Promise<Whereabouts> =>
      pool.run<Whereabouts>(tasks, "whereAmI", affinity, { affinity });
    const [first, second] = await Promise.all([ask("a"), ask("b")]);
    expect(first.threadId).not.toBe(second.threadId);
    expect((await ask("a")).threadId).toBe(first.threadId);
    expect((await ask("b")).threadId).toBe(second.threadId);
    expect((await ask("a")).threadId).toBe(first.threadId);
  });

  test("ends a worker that had nothing to do for a while, and starts another when there is", async () => {
    const clock = new FakeClock();
    await using pool = createWorkerPool({ size: 1, idleMs: 10_000, clock });
    const first = await pool.run<Whereabouts>(tasks, "whereAmI", "a");
    await clock.advance(9_999);
    const second = await pool.run<Whereabouts>(tasks, "whereAmI", "b");
    await clock.advance(9_999);
    expect([second.threadId, pool.stats().idle]).toEqual([first.threadId, 1]);
    await clock.advance(1);
    expect([pool.stats().idle, clock.pendingTimers]).toEqual([0, 0]);
    const third = await pool.run<Whereabouts>(tasks, "whereAmI", "c");
    expect([third.calls, third.threadId === first.threadId]).toEqual([["c"], false]);
  });

  test("rejects what runs and waits when it is closed", async () => {
    const pool = createWorkerPool({ size: 1 });
    const { buffer, raised } = aFlag();
    const running = failureOf(pool.run(tasks, "loopForever", buffer));
    const waiting = failureOf(pool.run(tasks, "double", 1));
    await raised;
    await pool[Symbol.asyncDispose]();
    expect(await running).toBeInstanceOf(WorkerPoolClosedError);
    expect(await waiting).toBeInstanceOf(WorkerPoolClosedError);
    expect(await failureOf(pool.run(tasks, "double", 1))).toBeInstanceOf(WorkerPoolClosedError);
    await nextTurn();
    expect(pool.stats()).toEqual({ size: 1, running: 0, idle: 0, waiting: 0 });
  });

  test("finishes many tasks with few workers", async () => {
    await using pool = createWorkerPool({ size: 2 });
    const inputs = Array.from({ length: 100 }, (_, index) => index);
    const outputs = await Promise.all(inputs.map((input) => pool.run(tasks, "double", input)));
    expect(outputs).toEqual(inputs.map((input) => input * 2));
    expect(pool.stats()).toEqual({ size: 2, running: 0, idle: 2, waiting: 0 });
  });

  test("starts tasks in the order in which they came", async () => {
    await using pool = createWorkerPool({ size: 1 });
    const ask = (input: string): Promise<Whereabouts> => pool.run<Whereabouts>(tasks, "whereAmI", input);
    await Promise.all([ask("a"), ask("b"), ask("c")]);
    expect((await ask("d")).calls).toEqual(["a", "b", "c", "d"]);
  });
});
