import { describeError, goDurationMs, WeirError } from "@weir/core";
import type { Kind } from "@weir/client";
import type { BaseContext } from "../reconcile/context.ts";

/** What a task has to work with; its `signal` aborts when the manager stops. */
export type TaskContext = Omit<BaseContext, "key" | "superseded">;

/** Work of a manager that is not bound to objects. */
export interface Task {
  /** Labels log lines; unique in a manager, controllers included. */
  readonly name: string;
  /** Runs until it is done or its signal aborts. A rejection ends the manager with a `TaskFailedError`. */
  readonly run: (ctx: TaskContext) => Promise<void> | void;
  /** Runs without the lease, too; false by default. */
  readonly leaderless?: boolean;
  /** Kinds that it reads from the cache and that no controller declares. */
  readonly reads?: readonly Kind<unknown, unknown>[];
}

/** Options of periodic work. */
export interface EveryOptions extends Pick<Task, "leaderless" | "reads"> {
  /** Runs at the start as well, not only after the first period; true by default. */
  readonly immediate?: boolean;
}

/** A task failed; the manager ends with it. */
export class TaskFailedError extends WeirError {
  override readonly name = "TaskFailedError";
  readonly reason = "TaskFailed";
  readonly retry = "backoff";
  readonly task: string;

  constructor(task: string, options: { readonly cause: unknown }) {
    super(`the task ${task} failed`, options);
    this.task = task;
  }
}

/**
 * Periodic work on the manager's clock, `period` in milliseconds or as Go writes durations.
 *
 * Periods count from start to start; a run that takes longer is followed by the next at once, never overlapped. A run
 * that fails is logged, and the next comes at its time.
 */
export function every(
  period: number | string,
  name: string,
  run: (ctx: TaskContext) => Promise<void> | void,
  options: EveryOptions = {},
): Task {
  const periodMs = typeof period === "string" ? goDurationMs(period) : period;
  const { immediate = true, ...declared } = options;
  const loop = async (ctx: TaskContext): Promise<void> => {
    const { clock, log, signal } = ctx;
    let dueMs = clock.monotonic() + (immediate ? 0 : periodMs);
    for (;;) {
      await clock.sleep(Math.max(0, dueMs - clock.monotonic()), signal);
      const startedMs = clock.monotonic();
      try {
        await run(ctx);
      } catch (error) {
        if (signal.aborted) return;
        log.error("a periodic task failed", { error: describeError(error) });
      }
      dueMs = startedMs + periodMs;
    }
  };
  return Object.freeze({ ...declared, name, run: loop });
}
