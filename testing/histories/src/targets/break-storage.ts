import type { RangeResult, Storage, StorageEvent, StoredValue } from "@weir/apiserver";

/** Guarantees that a storage can be made to break, to see that it is noticed. */
export const BREAKAGES = [
  "acknowledges before it commits",
  "acknowledges without committing",
  "ignores what a write expects",
  "gives a revision twice",
  "reads what was before",
  "lists what was before",
  "reads pages as of now",
  "lists what it has deleted",
  "drops events",
  "repeats events",
  "swaps events",
  "begins watches too late",
  "shows events of elsewhere",
] as const;

export type Breakage = (typeof BREAKAGES)[number];

/** It goes wrong once in so many times. */
const EVERY = 25;
const LATE_MS = 30;

/** Counts, and says when it is time. */
class Counter {
  #count = 0;

  isTime(every = EVERY): boolean {
    this.#count += 1;
    return this.#count % every === 0;
  }
}

/** A storage that mostly does what it should; objects of the server's own are spared, so that it starts. */
export function breakStorage(storage: Storage, breakage: Breakage): Storage {
  const counter = new Counter();
  const whole: Storage = {
    revision: () => storage.revision(),
    get: (...args) => storage.get(...args),
    range: (...args) => storage.range(...args),
    commit: (write) => storage.commit(write),
    watch: (...args) => storage.watch(...args),
    compact: (before) => storage.compact(before),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
  return { ...whole, ...brokenPart(storage, breakage, counter) };
}

/** Only what clients of a run write goes wrong. */
function isSpared(key: string): boolean {
  return (
    !/histories-|gauges\/|\/namespaces\/+(?:first|second|third|fourth)/.test(key) ||
    key.includes("customresource")
  );
}

function brokenPart(storage: Storage, breakage: Breakage, counter: Counter): Partial<Storage> {
  switch (breakage) {
    case "acknowledges before it commits":
    case "acknowledges without committing":
    case "ignores what a write expects":
    case "gives a revision twice":
      return { commit: brokenCommit(storage, breakage, counter) };
    case "reads what was before":
    case "lists what was before":
    case "reads pages as of now":
    case "lists what it has deleted":
      return brokenReads(storage, breakage, counter);
    default:
      return { watch: brokenWatch(storage, breakage, counter) };
  }
}

type CommitBreakage =
  | "acknowledges before it commits"
  | "acknowledges without committing"
  | "ignores what a write expects"
  | "gives a revision twice";

type Commit = Storage["commit"];

function brokenCommit(storage: Storage, breakage: CommitBreakage, counter: Counter): Commit {
  const commit: Commit = (write) => storage.commit(write);
  const next = async (): Promise<number> => (await storage.revision()) + 1;
  const broken: Readonly<Record<CommitBreakage, Commit>> = {
    "acknowledges before it commits": async (write) => {
      if (!counter.isTime()) return commit(write);
      const revision = await next();
      setTimeout(() => void commit(write).catch(() => undefined), LATE_MS);
      return { kind: "committed", revision };
    },
    "acknowledges without committing": async (write) =>
      counter.isTime() ? { kind: "committed", revision: await next() } : commit(write),
    "ignores what a write expects": async (write) => {
      const result = await commit(write);
      if (result.kind === "committed" || write.expected === 0 || result.current === undefined) return result;
      return commit({ ...write, expected: result.current.modRevision });
    },
    "gives a revision twice": async (write) => {
      const result = await commit(write);
      if (result.kind !== "committed" || !counter.isTime()) return result;
      return { kind: "committed", revision: result.revision - 1 };
    },
  };
  return (write) => (isSpared(write.key) ? commit(write) : broken[breakage](write));
}

type ReadBreakage =
  | "reads what was before"
  | "lists what was before"
  | "reads pages as of now"
  | "lists what it has deleted";

/** How far back a stale read looks. */
const BACK = 5;

function brokenReads(storage: Storage, breakage: ReadBreakage, counter: Counter): Partial<Storage> {
  const earlier = async (): Promise<number> => Math.max(1, (await storage.revision()) - BACK);
  const range = storage.range.bind(storage);
  switch (breakage) {
    case "reads what was before": {
      const get: Storage["get"] = async (key, options) => {
        if (isSpared(key) || !counter.isTime(5)) return storage.get(key, options);
        return storage.get(key, { revision: await earlier() }).catch(() => storage.get(key, options));
      };
      return { get };
    }
    case "lists what was before":
      return {
        range: async (prefix, options = {}) => {
          if (isSpared(prefix) || !counter.isTime(5)) return range(prefix, options);
          return range(prefix, { ...options, revision: await earlier() }).catch(() => range(prefix, options));
        },
      };
    case "reads pages as of now":
      return {
        range: async (prefix, { revision, ...options } = {}): Promise<RangeResult> => {
          const read = await range(prefix, options);
          return revision === undefined ? read : { ...read, revision };
        },
      };
    case "lists what it has deleted":
      return keepsGhosts(storage, counter);
  }
}

/** Lists show at times what was deleted last. */
function keepsGhosts(storage: Storage, counter: Counter): Partial<Storage> {
  let ghost: StoredValue | undefined;
  return {
    async commit(write) {
      const before = await storage.get(write.key);
      const result = await storage.commit(write);
      const isGone = result.kind === "committed" && write.value === undefined && !isSpared(write.key);
      if (isGone) ghost = before;
      return result;
    },
    async range(prefix, options) {
      const read = await storage.range(prefix, options);
      const shown = ghost;
      if (shown === undefined || !shown.key.startsWith(prefix) || !counter.isTime(5)) return read;
      const entries = read.entries.filter(({ key }) => key !== shown.key).concat(shown);
      return { ...read, entries: entries.sort((left, right) => (left.key < right.key ? -1 : 1)) };
    },
  };
}

function brokenWatch(storage: Storage, breakage: Breakage, counter: Counter): Storage["watch"] {
  return (prefix, after, signal) => {
    if (isSpared(prefix) && !/configmaps\/$|gauges\/$|namespaces\/$/.test(prefix)) {
      return storage.watch(prefix, after, signal);
    }
    const start = breakage === "begins watches too late" ? after + 1 : after;
    const from = breakage === "shows events of elsewhere" ? prefix.replace(/[^/]+\/$/, "") : prefix;
    const isNarrow = from.split("/").length > 3;
    return spoil(storage.watch(isNarrow ? from : prefix, start, signal), breakage, counter);
  };
}

async function* spoil(
  source: AsyncIterable<readonly StorageEvent[]>,
  breakage: Breakage,
  counter: Counter,
): AsyncGenerator<readonly StorageEvent[]> {
  let held: readonly StorageEvent[] = [];
  const spoiled = (event: StorageEvent): readonly StorageEvent[] => {
    const before = held;
    held = [];
    const isTime = !isSpared(event.key) && counter.isTime();
    if (!isTime) return [event, ...before];
    if (breakage === "swaps events") held = [event];
    if (breakage === "swaps events" || breakage === "drops events") return before;
    return breakage === "repeats events" ? [event, event, ...before] : [event, ...before];
  };
  for await (const batch of source) {
    const events = batch.flatMap(spoiled);
    if (events.length > 0) yield events;
  }
}
