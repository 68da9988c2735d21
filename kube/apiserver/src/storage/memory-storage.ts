import { type Clock, systemClock } from "@weir/core";
import { HistoryKeeper, type HistoryLimits } from "./history-keeper.ts";
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
import { StorageClosedError } from "./storage-error.ts";
import { WatchHub } from "./watch-hub.ts";

/** Options of a memory storage. */
export interface MemoryStorageOptions {
  /** Ages the log; the system clock by default. */
  readonly clock?: Clock;
  readonly history?: HistoryLimits;
}

/** A storage that ends with its process: for tests, previews and trying out. */
export function createMemoryStorage(options: MemoryStorageOptions = {}): Storage {
  return new MemoryStorage(options);
}

class MemoryStorage implements Storage {
  readonly #clock: Clock;
  readonly #index = new RevisionIndex();
  readonly #hub = new WatchHub(this.#index);
  readonly #keeper: HistoryKeeper;
  #isClosed = false;

  constructor(options: MemoryStorageOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#keeper = new HistoryKeeper(this.#index, this.#clock, options.history, (before) => {
      this.#index.compact(before);
    });
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
    this.#checkOpen();
    const { key, value, expected } = write;
    const current = this.#index.current(key);
    const isAbsentDelete = value === undefined && current === undefined;
    if ((current?.modRevision ?? 0) !== expected || isAbsentDelete) return { kind: "conflict", current };
    const revision = this.#index.revision + 1;
    this.#hub.publish([this.#index.record({ key, value, revision, atMs: this.#clock.now() })]);
    this.#keeper.grown();
    return { kind: "committed", revision };
  }

  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<readonly StorageEvent[]> {
    return this.#hub.watch(prefix, after, signal);
  }

  async compact(before: number): Promise<void> {
    this.#checkOpen();
    this.#index.compact(before);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#keeper[Symbol.dispose]();
    this.#hub.close();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new StorageClosedError();
  }
}
