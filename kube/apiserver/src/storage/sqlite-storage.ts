import { type Clock, type Logger, silentLogger, systemClock } from "@weir/core";
import { FileLock } from "./file-lock.ts";
import { FlushPace } from "./flush-pace.ts";
import { RecentValues } from "./held-value.ts";
import { HistoryKeeper, type HistoryLimits } from "./history-keeper.ts";
import type { LogFile } from "./log-file.ts";
import { type OpenedLog, openLog } from "./open-log.ts";
import { RevisionIndex } from "./revision-index.ts";
import { restoreIndex } from "./restore-index.ts";
import type {
  CommitResult,
  RangeOptions,
  RangeResult,
  Storage,
  StorageEvent,
  StorageWrite,
  StoredValue,
  ValueRevisions,
} from "./storage.ts";
import {
  RevisionCompactedError,
  StorageClosedError,
  StorageCorruptError,
  StorageFullError,
} from "./storage-error.ts";
import type { LogRow } from "./storage-row.ts";
import { toStorageError } from "./sqlite-failure.ts";
import { WatchHub } from "./watch-hub.ts";

/** Options of a SQLite storage. */
export interface SqliteStorageOptions {
  /** The file; made, with its folders, where it does not exist. Others of its name lie beside it. */
  readonly path: string;
  /** Ages the log; the system clock by default. */
  readonly clock?: Clock;
  readonly history?: HistoryLimits;
  /** Largest size of the file in bytes; writes beyond it reject with `StorageFullError`. Unlimited by default. */
  readonly maxBytes?: number;
  /**
   * Whether a write is acknowledged only once the disk has it, true by default. Without, a crash of the process loses nothing,
   * but one of the machine may lose the last writes; their revisions are not given again, and watches begin anew.
   */
  readonly fsync?: boolean;
  /**
   * How many bytes of values are kept in memory, those written last or read again; 1 MiB by default. Others are read from
   * the file, which takes some microseconds.
   */
  readonly valuesInMemory?: number;
  /** Told when the log cannot be compacted on disk; silent by default. */
  readonly logger?: Logger;
}

/**
 * Opens a storage that outlives its process.
 *
 * The present state and the kept log lie in memory but for values that were not written of late, which are read from the file:
 * what is stored may outgrow memory. Writes that meet, or arrive while the disk is busy, become durable together, by one flush, for which nobody else waits: unless a
 * single write finds a disk that answers sooner than another thread would wake up.
 *
 * Rejects with `StorageLockedError` while another storage has the file open, `StorageCorruptError`,
 * `StorageVersionError`, `StorageFullError`, or `StorageFailedError` with the cause.
 */
export async function createSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  const { path, maxBytes, fsync = true } = options;
  const lock = takeLock(path);
  try {
    const opened = openLog({ path, maxBytes, fsync, isSameBoot: lock.isSameBoot });
    lock.opened();
    return new SqliteStorage(opened, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Bounds of one transaction, so that the first writes of a burst do not wait for all of it. */
const LARGEST_BATCH = { writes: 1000, bytes: 8 * 1024 * 1024 } as const;

/**
 * How much may wait in the write-ahead log before it is copied into the file, which takes a millisecond per MiB and waits for
 * the disk: more rarely where nothing else does.
 */
const CHECKPOINT_BYTES = { synced: 8 * 1024 * 1024, unsynced: 32 * 1024 * 1024 } as const;

/** How many revisions one step of a compaction in the file must keep up with: it moves as many, and deletes as many. */
const WRITES_PER_STEP = 250;

const VALUES_IN_MEMORY = 1024 * 1024;

/** A compaction: how far it goes, and the revisions that are out of reach by it. */
interface Forgotten {
  readonly compacted: number;
  unreachable: readonly number[];
}

interface PendingWrite {
  readonly write: StorageWrite;
  readonly createRevision: number | undefined;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteStorage implements Storage {
  readonly #file: LogFile;
  readonly #lock: FileLock;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #fsync: boolean;
  readonly #checkpointBytes: number;
  readonly #pace = new FlushPace();
  readonly #index: RevisionIndex;
  readonly #hub: WatchHub;
  readonly #keeper: HistoryKeeper;
  readonly #queue: PendingWrite[] = [];
  /** Keys with a write on its way, and the end of that write, whatever it is. */
  readonly #underway = new Map<string, Promise<unknown>>();
  /** What is forgotten here and still lies in the file, oldest first. */
  readonly #forgotten: Forgotten[] = [];
  #flushing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ file, rows, bounds }: OpenedLog, lock: FileLock, options: SqliteStorageOptions) {
    this.#file = file;
    this.#lock = lock;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#fsync = options.fsync ?? true;
    this.#checkpointBytes = this.#fsync ? CHECKPOINT_BYTES.synced : CHECKPOINT_BYTES.unsynced;
    const source = { readValue: (value: ValueRevisions) => this.#readValue(value) };
    this.#index = new RevisionIndex(new RecentValues(source, options.valuesInMemory ?? VALUES_IN_MEMORY));
    this.#hub = new WatchHub(this.#index);
    const unreachable = restoreIndex(this.#index, rows, bounds);
    if (unreachable.length > 0) this.#forgotten.push({ compacted: this.#index.oldest, unreachable });
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
    if (!this.#fsync && this.#flushing === undefined) return this.#commitNow(write, current?.createRevision);
    const result = this.#enqueue(write, current?.createRevision);
    this.#underway.set(
      write.key,
      result.catch(() => undefined),
    );
    return result;
  }

  #readValue(wanted: ValueRevisions): Uint8Array {
    const value = this.#file.readValue(wanted);
    if (value !== undefined) return value;
    const { oldest } = this.#index;
    const revision = wanted.modRevision;
    if (revision <= oldest) throw new RevisionCompactedError(revision, oldest);
    throw new StorageCorruptError(this.#file.path, `the row of revision ${revision} is missing`);
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
    this.#file.close();
    this.#lock.release();
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new StorageClosedError();
  }

  /** Without a flush there is nothing to wait for, and nothing that writes could share. */
  #commitNow(write: StorageWrite, createRevision: number | undefined): CommitResult {
    const revision = this.#index.revision + 1;
    const row = this.#rowOf(write, createRevision, revision);
    this.#file.commit([row]);
    this.#hub.publish([this.#index.record(row)]);
    this.#afterCommit();
    return { kind: "committed", revision };
  }

  #rowOf({ key, value }: StorageWrite, createRevision: number | undefined, revision: number): LogRow {
    return { key, value, revision, createRevision: createRevision ?? revision, atMs: this.#clock.now() };
  }

  #afterCommit(): void {
    this.#keeper.grown();
    if (this.#file.walBytes > this.#checkpointBytes) this.#flush();
  }

  #enqueue(write: StorageWrite, createRevision: number | undefined): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, createRevision, resolve, reject });
      this.#flush();
    });
  }

  /** Starts the loop that empties the queue, unless it runs. One flush is on its way at a time. */
  #flush(): void {
    this.#flushing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      let isFileWhole = true;
      while (this.#queue.length > 0 || (this.#hasRemains() && isFileWhole)) {
        // Writes of all requests that have arrived by now share a transaction.
        await immediately();
        const batch = takeBatch(this.#queue);
        if (batch.length > 0) await this.#commitBatch(batch);
        if (isFileWhole) isFileWhole = await this.#compactBeside(batch.length);
        if (this.#file.walBytes > this.#checkpointBytes && !(await this.#checkpoint())) isFileWhole = false;
      }
    } finally {
      this.#flushing = undefined;
    }
  }

  async #commitBatch(batch: readonly PendingWrite[]): Promise<void> {
    const first = this.#index.revision + 1;
    const rows = batch.map(({ write, createRevision }, at) => this.#rowOf(write, createRevision, first + at));
    try {
      this.#file.commit(rows);
      await this.#sync(rows.length);
    } catch (error) {
      await this.#refuseBatch(batch, error);
      return;
    }
    this.#hub.publish(rows.map((row) => this.#index.record(row)));
    batch.forEach((pending, at) => {
      this.#underway.delete(pending.write.key);
      pending.resolve({ kind: "committed", revision: first + at });
    });
    this.#afterCommit();
  }

  /**
   * Waits for the disk. Who is alone, on a disk that answers sooner than another thread wakes up, waits on the spot; in company
   * the others go on meanwhile.
   */
  #sync(rows: number): Promise<void> | undefined {
    if (!this.#fsync) return undefined;
    const start = performance.now();
    if (this.#pace.waitsOnTheSpot(rows)) {
      this.#file.syncNow();
      this.#pace.took(performance.now() - start);
      return undefined;
    }
    return this.#file.sync().then(() => this.#pace.took(performance.now() - start));
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

  /** Where there is no room, the log grows on until there is; says whether it was done. */
  async #checkpoint(): Promise<boolean> {
    try {
      await this.#file.checkpoint();
      return true;
    } catch (error) {
      this.#logger.warn("cannot checkpoint storage", { error });
      return false;
    }
  }

  #forget(before: number): void {
    const oldest = this.#index.oldest;
    const unreachable = this.#index.compact(before);
    if (this.#index.oldest === oldest) return;
    this.#forgotten.push({ compacted: this.#index.oldest, unreachable });
    this.#flush();
  }

  #hasRemains(): boolean {
    return this.#forgotten.length > 0 || this.#file.walBytes > this.#checkpointBytes;
  }

  /** At least as much as was just written, so that the file does not grow while others keep writing. */
  async #compactBeside(writes: number): Promise<boolean> {
    for (let left = writes; this.#forgotten.length > 0; left -= WRITES_PER_STEP) {
      if (!(await this.#compactFile())) return false;
      if (left <= 0) break;
    }
    return true;
  }

  /** One step of the oldest compaction in the file. What fails is taken up again; says whether it was done. */
  async #compactFile(): Promise<boolean> {
    const job = this.#forgotten[0];
    if (job === undefined) return true;
    const { compacted } = job;
    try {
      job.unreachable = this.#file.compactStep(
        { revision: this.#index.revision, compacted },
        job.unreachable,
      );
      if (job.unreachable.length === 0 && this.#file.isCompactedTo(compacted)) this.#forgotten.shift();
      if (this.#fsync) await this.#file.sync();
      return true;
    } catch (error) {
      this.#logger.warn("cannot compact storage", { error });
      return false;
    }
  }
}

function takeLock(path: string): FileLock {
  try {
    return FileLock.take(path);
  } catch (error) {
    throw toStorageError(path, error);
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

function immediately(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
