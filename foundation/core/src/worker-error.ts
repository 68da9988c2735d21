import { type RetryPolicy, WeirError } from "./error.ts";

/** A task ran longer than it may; its worker was ended. */
export class WorkerTimeoutError extends WeirError {
  override readonly name = "WorkerTimeoutError";
  readonly reason = "Timeout";
  readonly retry = "next-interval";
  readonly task: string;
  readonly timeoutMs: number;

  constructor(task: string, timeoutMs: number) {
    super(`${task} took longer than ${timeoutMs} ms`);
    this.task = task;
    this.timeoutMs = timeoutMs;
  }
}

/** A task used more memory than it may; its worker was ended. */
export class WorkerMemoryError extends WeirError {
  override readonly name = "WorkerMemoryError";
  readonly reason = "OutOfMemory";
  readonly retry = "next-interval";
  readonly task: string;
  readonly memoryMb: number;

  constructor(task: string, memoryMb: number) {
    super(`${task} used more than ${memoryMb} MB of memory`);
    this.task = task;
    this.memoryMb = memoryMb;
  }
}

/** A worker ended before its task did, which no task should be able to bring about. */
export class WorkerCrashedError extends WeirError {
  override readonly name = "WorkerCrashedError";
  readonly reason = "InternalError";
  readonly retry = "backoff";
  readonly task: string;

  constructor(task: string, options?: { readonly cause?: unknown }) {
    super(`the worker of ${task} ended unexpectedly`, options);
    this.task = task;
  }
}

/** A task was given to, or waited in, a pool that was closed. */
export class WorkerPoolClosedError extends WeirError {
  override readonly name = "WorkerPoolClosedError";
  readonly reason = "ShuttingDown";
  readonly retry = "backoff";

  constructor() {
    super("the worker pool is closed");
  }
}

/** What an error is on its way between two threads. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly reason: string;
  readonly retry: RetryPolicy;
  /** The error's own fields, as far as they can be copied. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
}

/**
 * An error that was thrown in a worker, rebuilt on this side.
 *
 * `name`, `reason`, `retry`, the message, the causes and the typed fields are the original's, so that it becomes the
 * same condition. Its class is not: tell such errors apart by `name`.
 */
export class WorkerTaskError extends WeirError {
  /** The name of the error that was thrown, not of this class. */
  override readonly name: string;
  readonly reason: string;
  readonly retry: RetryPolicy;
  /** The original's own fields; each can be read from the error itself, too. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(record: ErrorRecord) {
    super(record.message, record.cause === undefined ? {} : { cause: new WorkerTaskError(record.cause) });
    this.name = record.name;
    this.reason = record.reason;
    this.retry = record.retry;
    this.fields = record.fields;
    if (record.stack !== undefined) this.stack = record.stack;
    for (const [key, value] of Object.entries(record.fields)) {
      if (!(key in this)) Object.defineProperty(this, key, { value, enumerable: true });
    }
  }
}

const DEEPEST_CAUSE = 16;
const OWN_FIELDS: ReadonlySet<string> = new Set(["name", "message", "reason", "retry", "stack", "cause"]);

/** Turns anything thrown into what can be sent to another thread. */
export function recordError(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error)) {
    return { name: "Error", message: String(thrown), reason: "InternalError", retry: "backoff", fields: {} };
  }
  const isOurs = thrown instanceof WeirError;
  return {
    name: thrown.name,
    message: thrown.message,
    reason: isOurs ? thrown.reason : "InternalError",
    retry: isOurs ? thrown.retry : "backoff",
    fields: copyableFields(thrown),
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...(thrown.cause === undefined || depth >= DEEPEST_CAUSE
      ? {}
      : { cause: recordError(thrown.cause, depth + 1) }),
  };
}

function copyableFields(error: Error): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (OWN_FIELDS.has(key)) continue;
    try {
      fields[key] = structuredClone(value);
    } catch {
      // A field that cannot be copied, such as a function, stays behind.
    }
  }
  return fields;
}
