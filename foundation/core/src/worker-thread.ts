import { type Transferable, Worker } from "node:worker_threads";
import type { Clock, Timer } from "./clock/clock.ts";
import {
  recordError,
  WorkerCrashedError,
  WorkerMemoryError,
  WorkerTaskError,
  WorkerTimeoutError,
} from "./worker-error.ts";
import type { TaskRequest, TaskResponse } from "./worker-protocol.ts";

/** What one thread is to do. */
export interface ThreadTask {
  readonly request: TaskRequest;
  readonly transfer: readonly Transferable[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Running {
  readonly task: ThreadTask;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onAbort: () => void;
}

/**
 * V8 ends the whole process, not the worker, where one allocation goes beyond the worker's limit, as an array does that
 * grows. So V8's own limit lies far above ours, which is kept by looking at the heap again and again.
 */
const HARD_LIMIT_FACTOR = 4;
/** Room for young objects, which V8 gives back to nobody: beyond this it makes builds hardly faster. */
const YOUNG_MB = 12;
/** What the heap holds includes garbage that has not been collected yet. */
const GARBAGE_FACTOR = 2;
const LOOK_MS = 25;
const BYTES_PER_MB = 1024 * 1024;

/** Loading a module is our own code at work: its limit only catches one that never ends. */
const LOAD_TIMEOUT_MS = 60_000;

/** One worker thread, which does one task at a time until it is ended. Unreferenced while it has nothing to do. */
export class WorkerThread {
  readonly memoryMb: number;
  readonly #clock: Clock;
  readonly #worker: Worker;
  readonly #modules = new Set<string>();
  #running: Running | undefined;
  #timer: Timer | undefined;
  #look: Timer | undefined;
  #isAlive = true;
  #ended: Promise<unknown> | undefined;

  constructor(memoryMb: number, clock: Clock) {
    this.memoryMb = memoryMb;
    this.#clock = clock;
    this.#worker = new Worker(new URL("./task-worker.ts", import.meta.url), {
      name: "weir-task",
      resourceLimits: {
        maxOldGenerationSizeMb: memoryMb * HARD_LIMIT_FACTOR,
        maxYoungGenerationSizeMb: YOUNG_MB,
      },
    });
    this.#worker.unref();
    this.#worker.on("message", (response: TaskResponse) => this.#hear(response));
    this.#worker.on("messageerror", (cause) => this.#end(this.#crash(cause)));
    this.#worker.on("error", (error) => this.#end(this.#fault(error)));
    this.#worker.on("exit", () => this.#end(this.#crash(undefined)));
  }

  /** False once it was ended or ended itself; it takes no task any more. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  hasLoaded(moduleUrl: string): boolean {
    return this.#modules.has(moduleUrl);
  }

  /** Does a task; when it takes too long or is aborted, the thread is ended. */
  run(task: ThreadTask): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#end(task.signal?.reason);
      this.#running = { task, resolve, reject, onAbort };
      task.signal?.addEventListener("abort", onAbort, { once: true });
      this.#worker.ref();
      this.#watchMemory();
      const isLoaded = this.#modules.has(task.request.moduleUrl);
      this.#limit(isLoaded ? task.timeoutMs : Math.max(task.timeoutMs, LOAD_TIMEOUT_MS));
      try {
        this.#worker.postMessage(task.request, task.transfer);
      } catch (error) {
        this.#settle((running) => running.reject(new WorkerTaskError(recordError(error))));
      }
    });
  }

  /** Ends the thread, whatever it does; its task is rejected with the reason. Resolves when it is gone. */
  async end(reason: unknown): Promise<void> {
    this.#end(reason);
    await this.#ended;
  }

  #hear(response: TaskResponse): void {
    const running = this.#running;
    if (running === undefined) return;
    switch (response.kind) {
      case "loaded":
        this.#modules.add(running.task.request.moduleUrl);
        this.#limit(running.task.timeoutMs);
        break;
      case "done":
        this.#settle(({ resolve }) => resolve(response.output));
        break;
      case "failed":
        this.#settle(({ reject }) => reject(new WorkerTaskError(response.error)));
        break;
    }
  }

  #limit(timeoutMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(timeoutMs, () => {
      this.#end(new WorkerTimeoutError(this.#taskName(), timeoutMs));
    });
  }

  #watchMemory(): void {
    this.#look = this.#clock.setTimer(LOOK_MS, () => void this.#checkMemory());
  }

  async #checkMemory(): Promise<void> {
    const running = this.#running;
    const limit = this.memoryMb * BYTES_PER_MB * GARBAGE_FACTOR;
    // A worker that is about to start or to end has no heap to look at.
    const heap = await this.#worker.getHeapStatistics().catch(() => undefined);
    if (this.#running === undefined || this.#running !== running) return;
    if (heap === undefined || heap.used_heap_size <= limit) return this.#watchMemory();
    this.#end(new WorkerMemoryError(this.#taskName(), this.memoryMb));
  }

  #settle(report: (running: Running) => void): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#timer?.cancel();
    this.#look?.cancel();
    running.task.signal?.removeEventListener("abort", running.onAbort);
    this.#worker.unref();
    report(running);
  }

  #end(reason: unknown): void {
    this.#isAlive = false;
    this.#ended ??= this.#worker.terminate();
    this.#settle(({ reject }) => reject(reason));
  }

  #fault(error: Error): Error {
    if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
      return new WorkerMemoryError(this.#taskName(), this.memoryMb);
    }
    return this.#crash(error);
  }

  #crash(cause: unknown): Error {
    return new WorkerCrashedError(this.#taskName(), cause === undefined ? {} : { cause });
  }

  #taskName(): string {
    return this.#running?.task.request.exportName ?? "no task";
  }
}
