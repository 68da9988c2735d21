import { availableParallelism } from "node:os";
import type { Transferable } from "node:worker_threads";
import type { Clock, Timer } from "./clock/clock.ts";
import { systemClock } from "./clock/system-clock.ts";
import { WorkerCrashedError, WorkerPoolClosedError } from "./worker-error.ts";
import { type ThreadTask, WorkerThread } from "./worker-thread.ts";

/** How a pool is made. */
export interface WorkerPoolOptions {
  /** How many tasks run at once; by default one less than there are cores, and at least one. */
  readonly size?: number;
  /** Time limit of a task that names none; 60 s by default. */
  readonly timeoutMs?: number;
  /** Memory limit of a task that names none; 512 MB by default. */
  readonly memoryMb?: number;
  /** How long a thread stays that has nothing to do, with all that its modules cache; 10 s by default. */
  readonly idleMs?: number;
  readonly clock?: Clock;
}

/** How one task runs. */
export interface TaskOptions {
  /**
   * How long the task may run, without the wait for a free worker and the first load of its module. Its worker is
   * ended then, and the task is rejected with `WorkerTimeoutError`.
   */
  readonly timeoutMs?: number;
  /**
   * How much of the JavaScript heap of its worker the task may use, twice as much with garbage; then the worker is
   * ended and the task is rejected with `WorkerMemoryError`. Buffers lie outside the heap. Tasks with equal limits
   * share workers.
   */
  readonly memoryMb?: number;
  /** Takes the task back, or ends its worker, when it aborts; the task is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Buffers of the input that are handed over instead of copied. */
  readonly transfer?: readonly Transferable[];
  /** Tasks with the same value go to the same worker if it is free, where what the last one cached still lies. */
  readonly affinity?: string;
}

/** What a pool is doing. */
export interface WorkerPoolStats {
  readonly size: number;
  readonly running: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Runs functions of modules in worker threads, each within its own limits of time and memory. */
export interface WorkerPool extends AsyncDisposable {
  /**
   * Calls an exported function of a module with a structured clone of the input and resolves to one of its result.
   *
   * Tasks start in the order in which they came. A module is loaded once per worker and stays, with whatever it caches,
   * until the worker has had nothing to do for a while.
   * What the function throws comes back as `WorkerTaskError`; a worker that ends by itself gives `WorkerCrashedError`.
   * No failure of one task touches another.
   */
  run<Output = unknown>(
    moduleUrl: URL | string,
    exportName: string,
    input: unknown,
    options?: TaskOptions,
  ): Promise<Output>;
  stats(): WorkerPoolStats;
}

/** Makes a pool; it starts no thread before the first task. Disposing it ends all threads and rejects what they did. */
export function createWorkerPool(options: WorkerPoolOptions = {}): WorkerPool {
  return new ThreadPool(options);
}

interface Job extends ThreadTask {
  readonly memoryMb: number;
  readonly affinity: string | undefined;
  readonly start: (thread: WorkerThread) => Promise<void>;
  readonly cancel: (reason: unknown) => void;
}

class ThreadPool implements WorkerPool {
  readonly #size: number;
  readonly #timeoutMs: number;
  readonly #memoryMb: number;
  readonly #idleMs: number;
  readonly #clock: Clock;
  readonly #waiting: Job[] = [];
  readonly #busy = new Set<WorkerThread>();
  /** The one that worked last is last, so that few threads stay warm when there is little to do. */
  readonly #idle: WorkerThread[] = [];
  readonly #lastAffinity = new WeakMap<WorkerThread, string>();
  readonly #dismissals = new Map<WorkerThread, Timer>();
  #isClosed = false;

  constructor(options: WorkerPoolOptions) {
    const { size, timeoutMs = 60_000, memoryMb = 512, idleMs = 10_000, clock = systemClock } = options;
    this.#size = Math.max(1, size ?? availableParallelism() - 1);
    this.#timeoutMs = timeoutMs;
    this.#memoryMb = memoryMb;
    this.#idleMs = idleMs;
    this.#clock = clock;
  }

  async run<Output>(
    moduleUrl: URL | string,
    exportName: string,
    input: unknown,
    options: TaskOptions = {},
  ): Promise<Output> {
    const {
      timeoutMs = this.#timeoutMs,
      memoryMb = this.#memoryMb,
      signal,
      transfer = [],
      affinity,
    } = options;
    signal?.throwIfAborted();
    if (this.#isClosed) throw new WorkerPoolClosedError();
    const request = { moduleUrl: String(moduleUrl), exportName, input };
    const output = await this.#enqueue({ request, transfer, timeoutMs, signal }, memoryMb, affinity);
    return output as Output;
  }

  stats(): WorkerPoolStats {
    return {
      size: this.#size,
      running: this.#busy.size,
      idle: this.#idle.length,
      waiting: this.#waiting.length,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) job.cancel(new WorkerPoolClosedError());
    for (const timer of this.#dismissals.values()) timer.cancel();
    this.#dismissals.clear();
    const threads = [...this.#busy, ...this.#idle.splice(0)];
    await Promise.all(threads.map((thread) => thread.end(new WorkerPoolClosedError())));
  }

  #enqueue(task: ThreadTask, memoryMb: number, affinity: string | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const forget = (): void => task.signal?.removeEventListener("abort", onAbort);
      const job: Job = {
        ...task,
        memoryMb,
        affinity,
        start: (thread) => {
          forget();
          return thread.run(task).then(resolve, reject);
        },
        cancel: (reason) => {
          forget();
          reject(reason);
        },
      };
      const onAbort = (): void => {
        const place = this.#waiting.indexOf(job);
        if (place !== -1) this.#waiting.splice(place, 1);
        job.cancel(task.signal?.reason);
      };
      task.signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(job);
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (let job = this.#waiting[0]; job !== undefined; job = this.#waiting[0]) {
      const thread = this.#claim(job);
      if (thread === undefined) return;
      this.#waiting.shift();
      if (thread instanceof WorkerThread) void this.#work(thread, job);
      else job.cancel(thread);
    }
  }

  async #work(thread: WorkerThread, job: Job): Promise<void> {
    this.#busy.add(thread);
    if (job.affinity !== undefined) this.#lastAffinity.set(thread, job.affinity);
    await job.start(thread);
    this.#busy.delete(thread);
    if (thread.isAlive && !this.#isClosed) this.#rest(thread);
    this.#dispatch();
  }

  /** Keeps a thread for the next task; one that gets none in time goes, as its heap and its modules are megabytes. */
  #rest(thread: WorkerThread): void {
    this.#idle.push(thread);
    const dismiss = (): void => {
      this.#wake(thread);
      void thread.end(undefined);
    };
    this.#dismissals.set(thread, this.#clock.setTimer(this.#idleMs, dismiss));
  }

  /** Takes a thread out of the idle ones. */
  #wake(thread: WorkerThread): void {
    this.#dismissals.get(thread)?.cancel();
    this.#dismissals.delete(thread);
    this.#idle.splice(this.#idle.indexOf(thread), 1);
  }

  /** A thread for the job, taken out of the idle ones or new; `undefined` while all are busy, an error if none starts. */
  #claim(job: Job): WorkerThread | WorkerCrashedError | undefined {
    const idle = this.#idle.filter((thread) => thread.isAlive && thread.memoryMb === job.memoryMb);
    const best =
      idle.findLast(
        (thread) => job.affinity !== undefined && this.#lastAffinity.get(thread) === job.affinity,
      ) ??
      idle.findLast((thread) => thread.hasLoaded(job.request.moduleUrl)) ??
      idle.at(-1);
    if (best !== undefined) {
      this.#wake(best);
      return best;
    }
    if (this.#busy.size >= this.#size) return undefined;
    // Every idle thread has another memory limit or has ended: the one that rested longest makes room.
    const [longest] = this.#idle;
    if (longest !== undefined && this.#busy.size + this.#idle.length >= this.#size) {
      this.#wake(longest);
      void longest.end(undefined);
    }
    try {
      return new WorkerThread(job.memoryMb, this.#clock);
    } catch (cause) {
      return new WorkerCrashedError(job.request.exportName, { cause });
    }
  }
}
