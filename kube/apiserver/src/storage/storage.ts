/**
 * Where the embedded API keeps its objects: a log of revisions over keys, as etcd's.
 *
 * Keys are `/group/resource/namespace/name` paths in the order of their UTF-16 code units (byte order, but for
 * surrogates); values are opaque encoded objects that neither side changes once handed over. Every write takes the next
 * revision, one integer for all keys that only grows, also across restarts. A write is seen by readers and watchers
 * only once it is durable. Everything is async; one conformance suite holds for all backends.
 *
 * After it is disposed, which lets writes that were already taken finish, every call rejects with
 * `StorageClosedError` and every watch ends.
 */
export interface Storage extends AsyncDisposable {
  /** The newest committed revision; 1 for an empty store, as etcd's. */
  revision(): Promise<number>;
  /**
   * What a key holds, or held at a revision. Throws `RevisionCompactedError` below the oldest revision that is kept and
   * `FutureRevisionError` above the newest.
   */
  get(key: string, options?: { readonly revision?: number }): Promise<StoredValue | undefined>;
  /** Entries with the prefix in key order; `revision` reads the past (as `get`), `after` and `limit` page. */
  range(prefix: string, options?: RangeOptions): Promise<RangeResult>;
  /**
   * Writes one key if it still has the given modification revision (`expected: 0` means absent).
   * A value of `undefined` deletes; deleting what is absent is a conflict. A lost race is an answer, not an error.
   * Resolves when the write is durable. Rejects with `StorageFullError` where there is no room: then nothing was
   * written, reads go on, and later writes succeed once there is room again.
   */
  commit(write: StorageWrite): Promise<CommitResult>;
  /**
   * Changes under a prefix with a revision greater than `after`, in order, without a gap, until the signal aborts.
   * Throws `RevisionCompactedError` where that part of the log is gone, also in mid-watch to a reader that fell behind
   * the kept history. A revision of the future waits for it. The arrays and events are shared by all watchers. Whoever
   * waits is handed a change before `revision` tells of it.
   */
  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<readonly StorageEvent[]>;
  /**
   * Forgets the log before a revision; reads and watches from before it then fail. Backends do the same by themselves
   * for what is older than their limits.
   */
  compact(before: number): Promise<void>;
}

/** What a value is known by, wherever it lies. */
export interface ValueRevisions {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
}

/** A value and the revisions that made it. */
export interface StoredValue extends ValueRevisions {
  /** How many bytes the value has. */
  readonly size: number;
  /**
   * The bytes; read from the disk each time where they are not in memory, so ask once. Throws `RevisionCompactedError` where
   * a value of the past is forgotten meanwhile, `StorageCorruptError` where it is not what was written,
   * `StorageFailedError`, and `StorageClosedError`.
   */
  readonly value: Uint8Array;
}

/** Options of a range. */
export interface RangeOptions {
  readonly revision?: number;
  /** Only keys after this one. */
  readonly after?: string;
  readonly limit?: number;
}

/** What a range found, and the revision it was read at. */
export interface RangeResult {
  readonly revision: number;
  readonly entries: readonly StoredValue[];
  /** How many entries lie after the last one given. */
  readonly remaining: number;
}

/** One compare-and-swap. */
export interface StorageWrite {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly expected: number;
}

/** The outcome of a compare-and-swap. */
export type CommitResult =
  | { readonly kind: "committed"; readonly revision: number }
  | { readonly kind: "conflict"; readonly current: StoredValue | undefined };

/** One change of one key. */
export interface StorageEvent {
  readonly revision: number;
  readonly key: string;
  /** What the key holds since; absent when it was deleted. */
  readonly stored: StoredValue | undefined;
  /** What the key held before. */
  readonly previous: StoredValue | undefined;
}
