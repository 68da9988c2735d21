import { type Clock, type Logger, silentLogger, systemClock } from "@weir/core";
import { HistoryKeeper, type HistoryLimits } from "./history-keeper.ts";
import { type LoadedLog, LogWorker } from "./log-worker.ts";
import { RevisionIndex } from "./revision-index.ts";
import type {
  CommitResult,
  RangeOptions,
  RangeResult,
  Storage,
  StorageEvent,
  StorageWrite,
  StoredValue,
} from "./storage.ts";
import { StorageClosedError, StorageFullError } from "./storage-error.ts";
import { WatchHub } from "./watch-hub.ts";

/** Options of a SQLite storage. */
export interface SqliteStorageOptions {
  /** The file; made, with its folders, where it does not exist. SQLite keeps two more beside it. */
  readonly path: string;
  /** Ages the log; the system clock by default. */
  readonly clock?: Clock;
  readonly history?: HistoryLimits;
  /** Largest size of the file; writes beyond it reject with `StorageFullError`. Unlimited by default. */
  readonly maxBytes?: number;
  /**
   * Whether a write is acknowledged only once the disk has it, true by default. Without, a crash of the process loses nothing,
   * but one of the machine may lose the last writes.
   */
  readonly fsync?: boolean;
  /** Told when the log cannot be compacted on disk; silent by default. */
  readonly logger?: Logger;
}

/**
 * Opens a storage that outlives its process.
 *
 * The present state and the kept log lie in memory, so reads and watches never wait for the disk; the file is the
 * durable log. Writes that arrive while the disk is busy become durable together, by one flush.
 *
 * Rejects with `StorageLockedError` while another storage has the file open, `StorageCorruptError`,
 * `StorageVersionError`, `StorageFullError`, or `StorageFailedError` with the cause.
 */
export async function createSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  const { path, maxBytes, fsync = true } = options;
  const worker = new LogWorker({ path, maxBytes, fsync });
  try {
    return new SqliteStorage(worker, await worker.load(), options);
  } catch (error) {
    await worker.close();
    throw error;
  }
}

/** Bounds of one transaction, so that the first writes of a burst do not wait for all of it. */
const LARGEST_BATCH = { writes: 1000, bytes: 8 * 1024 * 1024 } as const;

interface PendingWrite {
  readonly write: StorageWrite;
  readonly createRevision: number | undefined;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteStorage implements Storage {
  readonly #worker: LogWorker;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #index = new RevisionIndex();
  readonly #hub = new WatchHub(this.#index);
  readonly #keeper: HistoryKeeper;
  readonly #queue: PendingWrite[] = [];
  /** Keys with a write on its way, and the end of that write, whatever it is. */
  readonly #underway = new Map<string, Promise<unknown>>();
  /** Revisions out of reach whose rows still lie in the file; present when the file's bounds are to be moved. */
  #unreachable: number[] | undefined;
  #flushing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(worker: LogWorker, loaded: LoadedLog, options: SqliteStorageOptions) {
    this.#worker = worker;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#restore(loaded);
    this.#keeper = new HistoryKeeper(this.#index, this.#clock, options.history, (before) =>
      this.#forget(before),
    );
    this.#keeper.grown();
  }

  async revision(): Promise<number> {
    this.#checkOpen();
    return this.#index.revision;
  }

  async get(key: string, options?: { readonly revision?: number }): Promise<StoredValue | undefined> {
    this.#checkOpen();
    return this.#index.at(key, options?.revision);
  }

  async range(prefix: string, options?: RangeOptions): Promise<RangeResult> {
    this.#checkOpen();
    return this.#index.range(prefix, options);
  }

  async commit(write: StorageWrite): Promise<CommitResult> {
    // The outcome of a race is known only once the write that was first is durable.
    for (let first = this.#underway.get(write.key); first; first = this.#underway.get(write.key)) await first;
    this.#checkOpen();
    const current = this.#index.current(write.key);
    const isAbsentDelete = write.value === undefined && current === undefined;
    if ((current?.modRevision ?? 0) !== write.expected || isAbsentDelete)
      return { kind: "conflict", current };
    const result = this.#enqueue(write, current?.createRevision);
    this.#underway.set(
      write.key,
      result.catch(() => undefined),
    );
    return result;
  }

  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<readonly StorageEvent[]> {
    return this.#hub.watch(prefix, after, signal);
  }

  async compact(before: number): Promise<void> {
    this.#checkOpen();
    this.#forget(before);
    await this.#flushing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#keeper[Symbol.dispose]();
    await this.#flushing;
    this.#hub.close();
    await this.#worker.close();
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new StorageClosedError();
  }

  #restore(loaded: LoadedLog): void {
    for (const { key, value, revision, createRevision, atMs } of loaded.rows) {
      if (revision > loaded.compacted) this.#index.record({ key, value, revision, atMs });
      else if (value !== undefined) {
        this.#index.restore({ key, value, createRevision, modRevision: revision });
      }
    }
    this.#index.restoreBounds(loaded.revision, loaded.compacted);
  }

  #enqueue(write: StorageWrite, createRevision: number | undefined): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, createRevision, resolve, reject });
      this.#flush();
    });
  }

  /** Starts the loop that empties the queue, unless it runs. One message is on its way at a time. */
  #flush(): void {
    this.#flushing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      // Writes of the same turn of the event loop share a transaction.
      await Promise.resolve();
      let isFileWhole = true;
      while (this.#queue.length > 0 || (this.#unreachable !== undefined && isFileWhole)) {
        if (this.#queue.length > 0) await this.#commitBatch(takeBatch(this.#queue));
        if (this.#unreachable !== undefined) isFileWhole = await this.#compactFile(this.#unreachable);
      }
    } finally {
      this.#flushing = undefined;
    }
  }

  async #commitBatch(batch: readonly PendingWrite[]): Promise<void> {
    const first = this.#index.revision + 1;
    const atMs = this.#clock.now();
    const rows = batch.map(({ write, createRevision }, at) => ({
      key: write.key,
      value: write.value,
      revision: first + at,
      createRevision: createRevision ?? first + at,
      atMs,
    }));
    try {
      await this.#worker.commit(rows);
    } catch (error) {
      await this.#refuseBatch(batch, error);
      return;
    }
    this.#hub.publish(rows.map((row) => this.#index.record(row)));
    batch.forEach((pending, at) => {
      this.#underway.delete(pending.write.key);
      pending.resolve({ kind: "committed", revision: first + at });
    });
    this.#keeper.grown();
  }

  /** Where a batch found no room, its smaller parts may. */
  async #refuseBatch(batch: readonly PendingWrite[], error: unknown): Promise<void> {
    if (error instanceof StorageFullError && batch.length > 1) {
      const middle = batch.length >> 1;
      await this.#commitBatch(batch.slice(0, middle));
      await this.#commitBatch(batch.slice(middle));
      return;
    }
    for (const pending of batch) {
      this.#underway.delete(pending.write.key);
      pending.reject(error);
    }
  }

  #forget(before: number): void {
    const oldest = this.#index.oldest;
    const unreachable = this.#index.compact(before);
    if (this.#index.oldest === oldest) return;
    this.#unreachable = (this.#unreachable ?? []).concat(unreachable);
    this.#flush();
  }

  /** Failing to delete leaves rows that the next compaction takes along; says whether it was done. */
  async #compactFile(unreachable: readonly number[]): Promise<boolean> {
    this.#unreachable = undefined;
    try {
      await this.#worker.compact(
        { revision: this.#index.revision, compacted: this.#index.oldest },
        unreachable,
      );
      return true;
    } catch (error) {
      this.#unreachable = unreachable.concat(this.#unreachable ?? []);
      this.#logger.warn("cannot compact storage", { error });
      return false;
    }
  }
}

function takeBatch(queue: PendingWrite[]): readonly PendingWrite[] {
  let count = 0;
  let bytes = 0;
  while (count < queue.length && count < LARGEST_BATCH.writes && bytes < LARGEST_BATCH.bytes) {
    bytes += queue[count]?.write.value?.length ?? 0;
    count++;
  }
  return queue.splice(0, count);
}
