import { Worker } from "node:worker_threads";
import {
  type Failure,
  type LogRow,
  type OpenFile,
  packRows,
  type Refusal,
  transferOf,
  unpackRows,
  type WorkerReply,
  type WorkerRequest,
} from "./sqlite-protocol.ts";
import {
  StorageCorruptError,
  StorageFailedError,
  StorageFullError,
  StorageLockedError,
  StorageVersionError,
} from "./storage-error.ts";

const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a file held when it was opened. */
export interface LoadedLog {
  readonly rows: readonly LogRow[];
  readonly revision: number;
  readonly compacted: number;
}

/** The file's side of a storage: runs SQLite in a thread of its own, and turns its failures into typed errors. */
export class LogWorker {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiter>();
  #lastId = 0;
  #stopped: Error | undefined;
  #onReply: (reply: WorkerReply) => void = (reply) => this.#settle(reply);

  constructor(file: OpenFile) {
    this.#path = file.path;
    this.#worker = new Worker(new URL("./sqlite-worker.ts", import.meta.url), { workerData: file });
    this.#worker.on("message", (reply: WorkerReply) => this.#onReply(reply));
    this.#worker.on("error", (error) => this.#stop(error));
    this.#worker.on("exit", () => this.#stop(undefined));
  }

  /** Reads the file. To be called once, before anything else; rejects where the file cannot be used. */
  async load(): Promise<LoadedLog> {
    const rows: LogRow[] = [];
    const loaded = await new Promise<LoadedLog>((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => undefined, reject });
      this.#onReply = (reply) => {
        if (reply.kind === "refused") reject(refusalError(this.#path, reply.refusal));
        if (reply.kind === "opened") resolve({ rows, revision: reply.revision, compacted: reply.compacted });
        if (reply.kind !== "rows") return;
        // A value of its own, so that one live object does not keep its whole message in memory.
        for (const row of unpackRows(reply.rows)) rows.push({ ...row, value: row.value?.slice() });
      };
    });
    this.#waiting.delete(0);
    this.#onReply = (reply) => this.#settle(reply);
    // An idle storage does not keep its process alive; a write that waits for its answer does.
    this.#worker.unref();
    return loaded;
  }

  /** Makes rows durable, all or none. */
  commit(rows: readonly LogRow[]): Promise<void> {
    const packed = packRows(rows);
    return this.#ask((id) => ({ kind: "commit", id, rows: packed }), transferOf(packed));
  }

  /** Deletes what is out of reach and remembers where the log begins and ends. */
  compact(bounds: { revision: number; compacted: number }, unreachable: readonly number[]): Promise<void> {
    return this.#ask((id) => ({ kind: "compact", id, ...bounds, unreachable }), []);
  }

  /** Closes the file and ends the thread, whatever state both are in. */
  async close(): Promise<void> {
    if (this.#stopped === undefined) {
      await this.#ask((id) => ({ kind: "close", id }), []).catch(() => undefined);
    }
    await this.#worker.terminate();
  }

  #ask(request: (id: number) => WorkerRequest, transfer: ArrayBuffer[]): Promise<void> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(request(id), transfer);
    });
  }

  #settle(reply: WorkerReply): void {
    if (reply.kind !== "done" && reply.kind !== "failed") return;
    const waiter = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (reply.kind === "done") waiter?.resolve();
    else waiter?.reject(failureError(this.#path, reply.failure));
  }

  #stop(cause: unknown): void {
    this.#stopped ??= new StorageFailedError(this.#path, cause === undefined ? {} : { cause });
    for (const waiter of this.#waiting.values()) waiter.reject(this.#stopped);
    this.#waiting.clear();
  }
}

function refusalError(path: string, refusal: Refusal): Error {
  switch (refusal.kind) {
    case "locked":
      return new StorageLockedError(path, refusal.pid, { cause: refusal.failure.message });
    case "version":
      return new StorageVersionError(path, refusal.found, refusal.supported);
    case "failure":
      return failureError(path, refusal.failure);
  }
}

function failureError(path: string, failure: Failure): Error {
  const options = { cause: failure.message };
  if (failure.code === "ENOSPC" || failure.resultCode === SQLITE_FULL)
    return new StorageFullError(path, options);
  if (failure.resultCode === SQLITE_CORRUPT || failure.resultCode === SQLITE_NOTADB) {
    return new StorageCorruptError(path, options);
  }
  return new StorageFailedError(path, options);
}
