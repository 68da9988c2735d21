import type { LogEntry, RevisionIndex } from "./revision-index.ts";
import type { StorageEvent } from "./storage.ts";

const LONGEST_READ = 1000;

interface Watcher {
  readonly prefix: string;
  /** Everything up to here was delivered, or did not concern this watcher. */
  cursor: number;
  /** Set while the reader waits for news. */
  wake: ((events: readonly StorageEvent[]) => void) | undefined;
}

/**
 * Delivers the log to watchers.
 *
 * A watcher is a cursor into the shared log, so a slow reader costs no memory: when the log before its cursor is
 * forgotten, it learns so. A reader that waits is found by its prefix, not by asking every watcher.
 */
export class WatchHub {
  readonly #index: RevisionIndex;
  /** Watchers whose prefix ends in a slash, found by the slashes of a key. */
  readonly #byFolder = new Map<string, Set<Watcher>>();
  readonly #byPrefix = new Map<string, Set<Watcher>>();
  #closed = false;
  readonly #onClose = new Set<() => void>();

  constructor(index: RevisionIndex) {
    this.#index = index;
  }

  /** Wakes the waiting watchers that the new entries concern. */
  publish(entries: readonly LogEntry[]): void {
    const last = entries[entries.length - 1];
    if (last === undefined) return;
    const batches = new Map<Watcher, StorageEvent[]>();
    for (const entry of entries) {
      for (const watcher of this.#concerned(entry)) {
        const batch = batches.get(watcher);
        if (batch === undefined) batches.set(watcher, [entry]);
        else batch.push(entry);
      }
    }
    for (const [watcher, batch] of batches) {
      const { wake } = watcher;
      watcher.wake = undefined;
      watcher.cursor = last.revision;
      wake?.(batch);
    }
  }

  async *watch(prefix: string, after: number, signal: AbortSignal): AsyncGenerator<readonly StorageEvent[]> {
    const watcher: Watcher = { prefix, cursor: after, wake: undefined };
    const end = (): void => {
      const { wake } = watcher;
      watcher.wake = undefined;
      wake?.([]);
    };
    this.#add(watcher);
    signal.addEventListener("abort", end, { once: true });
    this.#onClose.add(end);
    try {
      while (!signal.aborted && !this.#closed) {
        const events = this.#read(watcher) ?? (await wait(watcher));
        if (events.length > 0) yield events;
      }
    } finally {
      this.#remove(watcher);
      signal.removeEventListener("abort", end);
      this.#onClose.delete(end);
    }
  }

  close(): void {
    this.#closed = true;
    for (const end of this.#onClose) end();
  }

  /** What the log already holds for a watcher; `undefined` when it has seen all. */
  #read(watcher: Watcher): readonly StorageEvent[] | undefined {
    while (watcher.cursor < this.#index.revision) {
      const entries = this.#index.entriesAfter(watcher.cursor, LONGEST_READ);
      const last = entries[entries.length - 1];
      watcher.cursor = last?.revision ?? this.#index.revision;
      const events = entries.filter((entry) => entry.key.startsWith(watcher.prefix));
      if (events.length > 0) return events;
    }
    return undefined;
  }

  #add(watcher: Watcher): void {
    const table = this.#tableOf(watcher);
    const watchers = table.get(watcher.prefix);
    if (watchers === undefined) table.set(watcher.prefix, new Set([watcher]));
    else watchers.add(watcher);
  }

  #remove(watcher: Watcher): void {
    const table = this.#tableOf(watcher);
    const watchers = table.get(watcher.prefix);
    watchers?.delete(watcher);
    if (watchers?.size === 0) table.delete(watcher.prefix);
  }

  #tableOf({ prefix }: Watcher): Map<string, Set<Watcher>> {
    return prefix.endsWith("/") ? this.#byFolder : this.#byPrefix;
  }

  *#concerned(entry: LogEntry): Generator<Watcher> {
    const { key } = entry;
    for (let slash = key.indexOf("/"); slash >= 0; slash = key.indexOf("/", slash + 1)) {
      const folder = this.#byFolder.get(key.slice(0, slash + 1));
      if (folder !== undefined) yield* due(folder, entry.revision);
    }
    for (const [prefix, watchers] of this.#byPrefix) {
      if (key.startsWith(prefix)) yield* due(watchers, entry.revision);
    }
  }
}

function wait(watcher: Watcher): Promise<readonly StorageEvent[]> {
  return new Promise((resolve) => {
    watcher.wake = resolve;
  });
}

/**
 * Those who wait for a revision. A watcher that waits for one of the future is not woken by what comes before it, and one
 * whose reader is busy finds it in the log.
 */
function* due(watchers: ReadonlySet<Watcher>, revision: number): Generator<Watcher> {
  for (const watcher of watchers) {
    if (watcher.wake !== undefined && watcher.cursor < revision) yield watcher;
  }
}
