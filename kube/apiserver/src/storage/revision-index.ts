import { HeldValue, type RecentValues } from "./held-value.ts";
import type { RangeOptions, RangeResult, StorageEvent, StoredValue, ValueRevisions } from "./storage.ts";
import { FutureRevisionError, RevisionCompactedError } from "./storage-error.ts";
import { SortedKeys } from "./sorted-keys.ts";

/** A change as the log holds it: what watchers see, and when it was made. */
export interface LogEntry extends StorageEvent {
  readonly atMs: number;
}

/** An entry among those of its key. */
interface LinkedEntry extends LogEntry {
  /** The one before, within the kept log. */
  older: LinkedEntry | undefined;
  newer: LinkedEntry | undefined;
}

/** One change to be recorded; its revision is greater than all before it. */
export interface Change {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly revision: number;
  readonly atMs: number;
}

const EMPTY_STORE_REVISION = 1;

/**
 * The whole present state and the recent log: what both backends read from. All but values lies in memory, and these do where
 * there is no `recent`.
 *
 * Knows nothing of durability: a backend records a change once it is durable.
 */
export class RevisionIndex {
  readonly #current = new Map<string, StoredValue>();
  readonly #liveKeys = new SortedKeys();
  /** Keys that hold nothing now but did within the kept log. */
  readonly #deletedKeys = new SortedKeys();
  /** Per key, its newest entry within the kept log; absent for keys that did not change in it. */
  readonly #newest = new Map<string, LinkedEntry>();
  readonly #log: LinkedEntry[] = [];
  readonly #recent: RecentValues | undefined;
  #logStart = 0;
  #logBytes = 0;
  #revision = EMPTY_STORE_REVISION;
  #compacted = 0;

  constructor(recent?: RecentValues) {
    this.#recent = recent;
  }

  get revision(): number {
    return this.#revision;
  }

  /** The oldest revision that can be read. */
  get oldest(): number {
    return this.#compacted;
  }

  get logLength(): number {
    return this.#log.length - this.#logStart;
  }

  /** Bytes of the values in the log, whether or not the present state holds them too. */
  get logBytes(): number {
    return this.#logBytes;
  }

  get oldestEntry(): LogEntry | undefined {
    return this.#oldest();
  }

  #oldest(): LinkedEntry | undefined {
    return this.#log[this.#logStart];
  }

  current(key: string): StoredValue | undefined {
    return this.#current.get(key);
  }

  at(key: string, revision: number | undefined): StoredValue | undefined {
    if (revision === undefined) return this.#current.get(key);
    this.#checkReadable(revision);
    return this.#past(key, revision);
  }

  range(prefix: string, options: RangeOptions = {}): RangeResult {
    const limit =
      options.limit === undefined || options.limit <= 0 ? Number.POSITIVE_INFINITY : options.limit;
    if (options.revision !== undefined) this.#checkReadable(options.revision);
    if (options.revision === undefined || options.revision === this.#revision) {
      const { keys, remaining } = this.#liveKeys.window(prefix, options.after, limit);
      const entries = keys.map((key) => this.#current.get(key) as StoredValue);
      return { revision: this.#revision, entries, remaining };
    }
    return this.#pastRange(prefix, options.revision, options.after, limit);
  }

  /** Takes over an entry of the present state that is older than the kept log. */
  restore(revisions: ValueRevisions, value: Uint8Array): void {
    const { key, modRevision } = revisions;
    this.#current.set(key, this.#hold(new HeldValue(revisions, value)));
    this.#liveKeys.add(key);
    this.#revision = Math.max(this.#revision, modRevision);
  }

  #hold(value: HeldValue): HeldValue {
    this.#recent?.add(value);
    return value;
  }

  /** Takes back a restored entry that an older one of the log deletes. */
  drop(key: string): void {
    this.#current.delete(key);
    this.#liveKeys.delete(key);
  }

  /** Says up to where a restored log reaches, and where it begins. */
  restoreBounds(revision: number, compacted: number): void {
    this.#revision = Math.max(this.#revision, revision);
    this.#compacted = Math.max(this.#compacted, compacted);
  }

  record(change: Change): LogEntry {
    const { key, value, revision } = change;
    const previous = this.#current.get(key);
    const stored =
      value === undefined
        ? undefined
        : this.#hold(
            new HeldValue(
              { key, createRevision: previous?.createRevision ?? revision, modRevision: revision },
              value,
            ),
          );
    const older = this.#newest.get(key);
    const { atMs } = change;
    const entry: LinkedEntry = { revision, key, stored, previous, atMs, older, newer: undefined };
    if (older !== undefined) older.newer = entry;
    this.#newest.set(key, entry);
    this.#set(key, stored, previous);
    this.#log.push(entry);
    this.#logBytes += value?.length ?? 0;
    this.#revision = revision;
    return entry;
  }

  /** The kept entries after a revision, oldest first, at most `limit`. Throws where some are forgotten. */
  entriesAfter(revision: number, limit: number): readonly LogEntry[] {
    if (revision < this.#compacted) throw new RevisionCompactedError(revision, this.#compacted);
    let low = this.#logStart;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#log[middle] as LogEntry).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#log.slice(low, low + limit);
  }

  /**
   * Forgets the log up to and with `before`, whose state stays readable. Returns the revisions whose values are now out
   * of reach, so that a backend can forget them too.
   */
  compact(before: number): readonly number[] {
    if (before > this.#revision) throw new FutureRevisionError(before, this.#revision);
    if (before <= this.#compacted) return [];
    this.#compacted = before;
    const unreachable: number[] = [];
    for (
      let entry = this.#oldest();
      entry !== undefined && entry.revision <= before;
      entry = this.#oldest()
    ) {
      if (entry.previous !== undefined) unreachable.push(entry.previous.modRevision);
      if (entry.stored === undefined) unreachable.push(entry.revision);
      this.#forget(entry);
      this.#logBytes -= entry.stored?.size ?? 0;
      this.#logStart++;
    }
    this.#trimLog();
    return unreachable;
  }

  #set(key: string, stored: StoredValue | undefined, previous: StoredValue | undefined): void {
    if (stored === undefined) {
      this.#current.delete(key);
      this.#liveKeys.delete(key);
      this.#deletedKeys.add(key);
      return;
    }
    this.#current.set(key, stored);
    if (previous !== undefined) return;
    this.#liveKeys.add(key);
    this.#deletedKeys.delete(key);
  }

  /** Entries are forgotten oldest first, so there is none before this one. */
  #forget({ key, newer }: LinkedEntry): void {
    if (newer !== undefined) {
      newer.older = undefined;
      return;
    }
    this.#newest.delete(key);
    if (!this.#current.has(key)) this.#deletedKeys.delete(key);
  }

  #trimLog(): void {
    if (this.#logStart < 1024 || this.#logStart * 2 < this.#log.length) return;
    this.#log.splice(0, this.#logStart);
    this.#logStart = 0;
  }

  #past(key: string, revision: number): StoredValue | undefined {
    let entry = this.#newest.get(key);
    if (entry === undefined) return this.#current.get(key);
    while (entry.revision > revision) {
      if (entry.older === undefined) return entry.previous;
      entry = entry.older;
    }
    return entry.stored;
  }

  #pastRange(prefix: string, revision: number, after: string | undefined, limit: number): RangeResult {
    const entries: StoredValue[] = [];
    let remaining = 0;
    const all = Number.POSITIVE_INFINITY;
    const live = this.#liveKeys.window(prefix, after, all).keys;
    const deleted = this.#deletedKeys.window(prefix, after, all).keys;
    for (const key of merged(live, deleted)) {
      const stored = this.#past(key, revision);
      if (stored === undefined) continue;
      if (entries.length < limit) entries.push(stored);
      else remaining++;
    }
    return { revision, entries, remaining };
  }

  #checkReadable(revision: number): void {
    if (revision < this.#compacted) throw new RevisionCompactedError(revision, this.#compacted);
    if (revision > this.#revision) throw new FutureRevisionError(revision, this.#revision);
  }
}

function* merged(left: readonly string[], right: readonly string[]): Generator<string> {
  let atRight = 0;
  for (const key of left) {
    while (atRight < right.length && (right[atRight] as string) < key) yield right[atRight++] as string;
    yield key;
  }
  while (atRight < right.length) yield right[atRight++] as string;
}
