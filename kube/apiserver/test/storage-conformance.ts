import type { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import type { HistoryLimits } from "../src/storage/history-keeper.ts";
import type { CommitResult, Storage, StorageEvent, StoredValue } from "../src/storage/storage.ts";
import {
  FutureRevisionError,
  RevisionCompactedError,
  StorageClosedError,
} from "../src/storage/storage-error.ts";

/** Opens a storage of the backend under test. */
export interface StorageCase extends AsyncDisposable {
  readonly storage: Storage;
  readonly clock: FakeClock;
  /** Closes and opens the same storage; absent for a backend that ends with its process. */
  readonly reopen?: () => Promise<Storage>;
}

export type MakeStorage = (history?: HistoryLimits) => Promise<StorageCase>;

const never = new AbortController().signal;

/** What every storage backend must do, whatever it is made of. */
export function run(name: string, make: MakeStorage): void {
  describe(`storage: ${name}`, () => {
    commits(make);
    reads(make);
    pages(make);
    watches(make);
    compaction(make);
    restarts(make);
    agreesWithModel(make);
    closing(make);
  });
}

function commits(make: MakeStorage): void {
  test("an empty store is at revision 1 and the first write makes 2", async () => {
    await using made = await make();
    expect(await made.storage.revision()).toBe(1);
    expect(await put(made.storage, "/a", "1")).toBe(2);
    expect(await made.storage.revision()).toBe(2);
  });

  test("a write with the current revision replaces and keeps the revision of creation", async () => {
    await using made = await make();
    const created = await put(made.storage, "/a", "1");
    const updated = await put(made.storage, "/a", "2", created);
    expect(read(await made.storage.get("/a"))).toEqual({
      key: "/a",
      value: "2",
      createRevision: created,
      modRevision: updated,
    });
  });

  test.each([
    { name: "creating what exists", expected: 0, value: "x" },
    { name: "replacing another revision", expected: 7, value: "x" },
    { name: "deleting another revision", expected: 7, value: undefined },
  ])(
    "$name is a conflict that gives the current value and takes no revision",
    async ({ expected, value }) => {
      await using made = await make();
      const revision = await put(made.storage, "/a", "1");
      const result = await made.storage.commit({ key: "/a", value: encode(value), expected });
      expect(result.kind).toBe("conflict");
      expect(read(result.kind === "conflict" ? result.current : undefined)?.modRevision).toBe(revision);
      expect(await made.storage.revision()).toBe(revision);
    },
  );

  test.each([0, 3])(
    "deleting what is absent, expected %d, is a conflict without a current value",
    async (expected) => {
      await using made = await make();
      const result = await made.storage.commit({ key: "/a", value: undefined, expected });
      expect(result).toEqual({ kind: "conflict", current: undefined });
      expect(await made.storage.revision()).toBe(1);
    },
  );

  test("a key that was deleted can be created again with a new revision of creation", async () => {
    await using made = await make();
    const first = await put(made.storage, "/a", "1");
    await remove(made.storage, "/a", first);
    expect(await made.storage.get("/a")).toBeUndefined();
    const again = await put(made.storage, "/a", "2");
    expect(read(await made.storage.get("/a"))?.createRevision).toBe(again);
  });

  test("of many racing writers of one key exactly one wins", async () => {
    await using made = await make();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        made.storage.commit({ key: "/a", value: encode(String(at)), expected: 0 }),
      ),
    );
    const winners = results.filter((result) => result.kind === "committed");
    expect(winners).toEqual([{ kind: "committed", revision: 2 }]);
    for (const result of results) {
      if (result.kind === "conflict") expect(result.current?.modRevision).toBe(2);
    }
  });

  test("counting up by compare-and-swap from many writers loses no step", async () => {
    await using made = await make();
    const countUp = async (): Promise<void> => {
      for (;;) {
        const current = await made.storage.get("/count");
        const value = encode(String(Number(decode(current?.value) ?? "0") + 1));
        const result = await made.storage.commit({
          key: "/count",
          value,
          expected: current?.modRevision ?? 0,
        });
        if (result.kind === "committed") return;
      }
    };
    await Promise.all(Array.from({ length: 40 }, countUp));
    expect(decode((await made.storage.get("/count"))?.value)).toBe("40");
    expect(await made.storage.revision()).toBe(41);
  });

  test("values of any bytes and length come back as they were", async () => {
    await using made = await make();
    const big = new Uint8Array(3 * 1024 * 1024).map((_, at) => at % 251);
    const view = new Uint8Array(new ArrayBuffer(64), 8, 4).fill(9);
    await made.storage.commit({ key: "/big", value: big, expected: 0 });
    await made.storage.commit({ key: "/empty", value: new Uint8Array(), expected: 0 });
    await made.storage.commit({ key: "/view", value: view, expected: 0 });
    expect(Buffer.compare((await made.storage.get("/big"))?.value ?? new Uint8Array(), big)).toBe(0);
    expect((await made.storage.get("/empty"))?.value).toEqual(new Uint8Array());
    expect((await made.storage.get("/view"))?.value).toEqual(new Uint8Array([9, 9, 9, 9]));
  });
}

function reads(make: MakeStorage): void {
  test("reads the past of a key through creation, change, deletion and creation", async () => {
    await using made = await make();
    await put(made.storage, "/a", "1");
    const second = await put(made.storage, "/a", "2", 2);
    const gone = await remove(made.storage, "/a", second);
    await put(made.storage, "/a", "3");
    const at = async (revision: number): Promise<string | undefined> =>
      decode((await made.storage.get("/a", { revision }))?.value);
    expect(await Promise.all([1, 2, second, gone, 5].map(at))).toEqual([undefined, "1", "2", undefined, "3"]);
  });

  test("a range holds exactly the prefix, in key order", async () => {
    await using made = await make();
    for (const key of ["/b/2", "/a/1", "/b/10", "/bb", "/b/", "/c", "/b/1", "/b"])
      await put(made.storage, key, key);
    const found = await made.storage.range("/b/");
    expect(found.entries.map((entry) => entry.key)).toEqual(["/b/", "/b/1", "/b/10", "/b/2"]);
    expect(found.remaining).toBe(0);
    expect(found.revision).toBe(9);
    expect((await made.storage.range("")).entries).toHaveLength(8);
    expect((await made.storage.range("/zz")).entries).toEqual([]);
  });

  test("a range of the past sees keys that are gone and not those that came later", async () => {
    await using made = await make();
    await put(made.storage, "/a/1", "one");
    await put(made.storage, "/a/2", "two");
    const then = await put(made.storage, "/a/3", "three");
    await remove(made.storage, "/a/2", 3);
    await put(made.storage, "/a/1", "changed", 2);
    await put(made.storage, "/a/0", "late");
    const past = await made.storage.range("/a/", { revision: then });
    expect(past.entries.map((entry) => [entry.key, decode(entry.value)])).toEqual([
      ["/a/1", "one"],
      ["/a/2", "two"],
      ["/a/3", "three"],
    ]);
    expect(past.revision).toBe(then);
  });

  test("a revision of the future is refused", async () => {
    await using made = await make();
    await expect(made.storage.get("/a", { revision: 2 })).rejects.toThrow(FutureRevisionError);
    await expect(made.storage.range("/a", { revision: 2 })).rejects.toThrow(FutureRevisionError);
    await expect(made.storage.compact(2)).rejects.toThrow(FutureRevisionError);
  });
}

function pages(make: MakeStorage): void {
  test("pages of one revision join to the whole, whatever is written in between", async () => {
    await using made = await make();
    await fill(made.storage, "/p/", 1300);
    const revision = await made.storage.revision();
    const keys: string[] = [];
    let after: string | undefined;
    for (let remaining = 1; remaining > 0; ) {
      const page = await made.storage.range("/p/", {
        revision,
        limit: 500,
        ...(after === undefined ? {} : { after }),
      });
      keys.push(...page.entries.map((entry) => entry.key));
      after = keys.at(-1);
      remaining = page.remaining;
      expect(keys.length + remaining).toBe(1300);
      await put(made.storage, `/p/late-${keys.length}`, "x");
      await remove(made.storage, "/p/01299", undefined);
    }
    expect(keys).toEqual(Array.from({ length: 1300 }, (_, at) => `/p/${String(at).padStart(5, "0")}`));
  });

  test("a page of the present begins behind its key, present or not", async () => {
    await using made = await make();
    for (const key of ["/p/a", "/p/c", "/p/e", "/q"]) await put(made.storage, key, key);
    const behind = async (after: string): Promise<unknown> => {
      const page = await made.storage.range("/p/", { after, limit: 1 });
      return [page.entries.map((entry) => entry.key), page.remaining];
    };
    expect(await behind("/p/a")).toEqual([["/p/c"], 1]);
    expect(await behind("/p/b")).toEqual([["/p/c"], 1]);
    expect(await behind("/a")).toEqual([["/p/a"], 2]);
    expect(await behind("/p/e")).toEqual([[], 0]);
    expect(await behind("/z")).toEqual([[], 0]);
  });
}

function watches(make: MakeStorage): void {
  test("gives past and present changes with what was there before", async () => {
    await using made = await make();
    await put(made.storage, "/a/1", "one");
    const stop = new AbortController();
    const seen = collect(made.storage.watch("/a/", 1, stop.signal), 3);
    await put(made.storage, "/b/1", "other");
    await put(made.storage, "/a/1", "two", 2);
    await remove(made.storage, "/a/1", 4);
    expect((await seen).map(summary)).toEqual([
      { revision: 2, key: "/a/1", value: "one", previous: undefined },
      { revision: 4, key: "/a/1", value: "two", previous: "one@2" },
      { revision: 5, key: "/a/1", value: undefined, previous: "two@4" },
    ]);
    stop.abort();
  });

  test.each(["/a/", "/a", "/a/1", "", "/"])("a prefix of %j sees its keys only", async (prefix) => {
    await using made = await make();
    const keys = ["/a/1", "/a/12", "/ab", "/b/1", "x"];
    const want = keys.filter((key) => key.startsWith(prefix));
    const seen = collect(made.storage.watch(prefix, 1, never), want.length);
    for (const key of keys) await put(made.storage, key, "v");
    expect((await seen).map((event) => event.key)).toEqual(want);
  });

  test("many watchers see every change of many concurrent writers once and in order", async () => {
    await using made = await make();
    const stop = new AbortController();
    const starts = [1, 1, 1, 20, 60];
    const writers = 8;
    const writesEach = 50;
    const last = 1 + writers * writesEach;
    const seen = starts.map((after) => collect(made.storage.watch("/w/", after, stop.signal), last - after));
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let at = 0; at < writesEach; at++) await put(made.storage, `/w/${writer}/${at}`, "v");
      }),
    );
    for (const [at, after] of starts.entries()) {
      expect((await seen[at])?.map((event) => event.revision)).toEqual(range(after + 1, last));
    }
    const late = await collect(made.storage.watch("/w/", 100, stop.signal), last - 100);
    expect(late.map((event) => event.revision)).toEqual(range(101, last));
  });

  test("a reader that was busy for long misses nothing", async () => {
    await using made = await make();
    const iterator = made.storage.watch("/", 1, never)[Symbol.asyncIterator]();
    const first = iterator.next();
    await put(made.storage, "/0", "v");
    expect((await first).value?.map((event: StorageEvent) => event.revision)).toEqual([2]);
    await fill(made.storage, "/busy/", 2500);
    const seen: number[] = [];
    while (seen.length < 2500) {
      seen.push(...((await iterator.next()).value ?? []).map((event: StorageEvent) => event.revision));
    }
    expect(seen).toEqual(range(3, 2502));
  });

  test("a future revision is waited for", async () => {
    await using made = await make();
    const seen = collect(made.storage.watch("/", 4, never), 1);
    for (const key of ["/a", "/b", "/c", "/d"]) await put(made.storage, key, "v");
    expect((await seen).map((event) => event.revision)).toEqual([5]);
  });

  test("hands a change to whoever waits before it tells of its revision", async () => {
    await using made = await make();
    const iterator = made.storage.watch("/a/", 1, never)[Symbol.asyncIterator]();
    const seen: number[] = [];
    void iterator.next().then((result) => {
      for (const { revision } of result.done === true ? [] : result.value) seen.push(revision);
    });
    await turn();
    const written = put(made.storage, "/a/1", "v");
    while ((await made.storage.revision()) < 2) await turn();
    await turn();
    expect(seen).toEqual([2]);
    await written;
  });

  test("ends when the signal aborts, before and while it waits", async () => {
    await using made = await make();
    const stop = new AbortController();
    const waiting = collect(made.storage.watch("/", 1, stop.signal), 1);
    await turn();
    stop.abort();
    expect(await waiting).toEqual([]);
    expect(await collect(made.storage.watch("/", 1, stop.signal), 1)).toEqual([]);
  });
}

function compaction(make: MakeStorage): void {
  test("what came before a compaction is gone, its state and what follows stay", async () => {
    await using made = await make();
    await put(made.storage, "/a", "1");
    await put(made.storage, "/a", "2", 2);
    await put(made.storage, "/b", "1");
    await remove(made.storage, "/b", 4);
    await put(made.storage, "/a", "3", 3);
    await made.storage.compact(4);
    await expect(made.storage.get("/a", { revision: 3 })).rejects.toThrow(RevisionCompactedError);
    await expect(made.storage.range("/", { revision: 3 })).rejects.toThrow(RevisionCompactedError);
    await expect(collect(made.storage.watch("/", 3, never), 1)).rejects.toThrow(RevisionCompactedError);
    expect(decode((await made.storage.get("/a", { revision: 4 }))?.value)).toBe("2");
    expect((await made.storage.range("/", { revision: 4 })).entries.map((entry) => entry.key)).toEqual([
      "/a",
      "/b",
    ]);
    expect((await collect(made.storage.watch("/", 4, never), 2)).map((event) => event.revision)).toEqual([
      5, 6,
    ]);
    await made.storage.compact(2);
    expect(await made.storage.revision()).toBe(6);
  });

  test("a waiting watcher outlives compactions of what did not concern it", async () => {
    await using made = await make();
    const seen = collect(made.storage.watch("/quiet/", 1, never), 1);
    await fill(made.storage, "/loud/", 30);
    await made.storage.compact(31);
    await put(made.storage, "/quiet/1", "v");
    expect((await seen).map((event) => event.revision)).toEqual([32]);
  });

  test("a reader that falls behind the kept log learns that it missed something", async () => {
    await using made = await make();
    const iterator = made.storage.watch("/", 1, never)[Symbol.asyncIterator]();
    await put(made.storage, "/a", "v");
    await iterator.next();
    await fill(made.storage, "/b/", 10);
    await made.storage.compact(8);
    await expect(iterator.next()).rejects.toThrow(RevisionCompactedError);
  });

  test("the log keeps to its count by itself", async () => {
    await using made = await make({ maxRevisions: 100 });
    await fill(made.storage, "/a/", 250);
    await expect(collect(made.storage.watch("/", 100, never), 1)).rejects.toThrow(RevisionCompactedError);
    expect(await collect(made.storage.watch("/", 251 - 90, never), 90)).toHaveLength(90);
    expect((await made.storage.range("/")).entries).toHaveLength(250);
  });

  test("the log keeps to its bytes by itself", async () => {
    await using made = await make({ maxBytes: 10_000 });
    let revision = 0;
    for (let at = 0; at < 30; at++) revision = await put(made.storage, "/a", "x".repeat(1000), revision);
    await expect(made.storage.get("/a", { revision: 15 })).rejects.toThrow(RevisionCompactedError);
    expect(decode((await made.storage.get("/a", { revision: revision - 5 }))?.value)).toHaveLength(1000);
  });

  test("the log keeps to its age by itself", async () => {
    await using made = await make({ maxAgeMs: 60_000 });
    await put(made.storage, "/a", "1");
    await made.clock.advance(40_000);
    await put(made.storage, "/a", "2", 2);
    expect(decode((await made.storage.get("/a", { revision: 2 }))?.value)).toBe("1");
    await made.clock.advance(40_000);
    await expect(made.storage.get("/a", { revision: 1 })).rejects.toThrow(RevisionCompactedError);
    expect(decode((await made.storage.get("/a", { revision: 2 }))?.value)).toBe("1");
    await made.clock.advance(40_000);
    await expect(made.storage.get("/a", { revision: 2 })).rejects.toThrow(RevisionCompactedError);
    expect(decode((await made.storage.get("/a"))?.value)).toBe("2");
    expect(made.clock.pendingTimers).toBe(0);
  });
}

function restarts(make: MakeStorage): void {
  test("state, log, past and revisions outlive a restart", async (context) => {
    await using made = await make();
    if (made.reopen === undefined) return context.skip("ends with its process");
    await put(made.storage, "/a", "1");
    await put(made.storage, "/a", "2", 2);
    await put(made.storage, "/b", "1");
    await remove(made.storage, "/b", 4);
    const storage = await made.reopen();
    expect(await storage.revision()).toBe(5);
    expect(read(await storage.get("/a"))).toEqual({
      key: "/a",
      value: "2",
      createRevision: 2,
      modRevision: 3,
    });
    expect(decode((await storage.get("/b", { revision: 4 }))?.value)).toBe("1");
    expect((await collect(storage.watch("/", 1, never), 4)).map(summary)).toEqual([
      { revision: 2, key: "/a", value: "1", previous: undefined },
      { revision: 3, key: "/a", value: "2", previous: "1@2" },
      { revision: 4, key: "/b", value: "1", previous: undefined },
      { revision: 5, key: "/b", value: undefined, previous: "1@4" },
    ]);
    expect(await put(storage, "/c", "1")).toBe(6);
  });

  test("what was compacted stays so after a restart, and no revision is used again", async (context) => {
    await using made = await make();
    if (made.reopen === undefined) return context.skip("ends with its process");
    await put(made.storage, "/a", "1");
    await put(made.storage, "/b", "1");
    await put(made.storage, "/a", "2", 2);
    await remove(made.storage, "/b", 3);
    await made.storage.compact(5);
    const storage = await made.reopen();
    expect(await storage.revision()).toBe(5);
    await expect(collect(storage.watch("/", 4, never), 1)).rejects.toThrow(RevisionCompactedError);
    expect((await storage.range("/")).entries.map(read)).toEqual([
      { key: "/a", value: "2", createRevision: 2, modRevision: 4 },
    ]);
    expect(await put(storage, "/b", "2")).toBe(6);
    expect(read(await storage.get("/b"))?.createRevision).toBe(6);
  });

  test("a compaction of creations alone stays so after a restart", async (context) => {
    await using made = await make();
    if (made.reopen === undefined) return context.skip("ends with its process");
    await fill(made.storage, "/a/", 3);
    await made.storage.compact(3);
    const storage = await made.reopen();
    await expect(storage.get("/a/00000", { revision: 2 })).rejects.toThrow(RevisionCompactedError);
    expect((await storage.range("/")).entries).toHaveLength(3);
  });
}

/** A slow and obvious store: every state that ever was. */
class Model {
  readonly states: ReadonlyMap<string, string>[] = [new Map(), new Map()];

  write(key: string, value: string | undefined): void {
    const state = new Map(this.states.at(-1));
    if (value === undefined) state.delete(key);
    else state.set(key, value);
    this.states.push(state);
  }

  range(prefix: string, revision: number): readonly (readonly [string, string])[] {
    return [...(this.states[revision] ?? [])].filter(([key]) => key.startsWith(prefix)).sort(byKey);
  }
}

function agreesWithModel(make: MakeStorage): void {
  test("agrees with a model that keeps every state, through writes and compactions", async () => {
    await using made = await make();
    const model = new Model();
    const random = lehmer(7);
    let oldest = 1;
    for (let step = 0; step < 600; step++) {
      const key = `/${"abc"[random(3)]}/${random(40)}`;
      const current = await made.storage.get(key);
      const value = current !== undefined && random(3) === 0 ? undefined : String(step);
      await made.storage.commit({ key, value: encode(value), expected: current?.modRevision ?? 0 });
      model.write(key, value);
      if (step % 97 === 96) {
        oldest += random(step + 2 - oldest);
        await made.storage.compact(oldest);
      }
      const revision = oldest + random(step + 3 - oldest);
      const prefix = ["/", "/a/", "/b/1"][random(3)] as string;
      const found = await made.storage.range(prefix, { revision });
      expect(found.entries.map((entry) => [entry.key, decode(entry.value)])).toEqual(
        model.range(prefix, revision),
      );
    }
  });
}

function closing(make: MakeStorage): void {
  test("a closed storage refuses calls, ends watches and has let earlier writes finish", async () => {
    await using made = await make();
    const { storage } = made;
    const watching = collect(storage.watch("/", 1, never), 5);
    await turn();
    const write = put(storage, "/a", "1");
    const closed = storage[Symbol.asyncDispose]();
    expect(await write).toBe(2);
    await closed;
    expect(await watching).toHaveLength(1);
    await expect(storage.get("/a")).rejects.toThrow(StorageClosedError);
    await expect(storage.range("/")).rejects.toThrow(StorageClosedError);
    await expect(put(storage, "/b", "1")).rejects.toThrow(StorageClosedError);
    await storage[Symbol.asyncDispose]();
  });
}

function encode(text: string): Uint8Array;
function encode(text: string | undefined): Uint8Array | undefined;
function encode(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : new TextEncoder().encode(text);
}

function decode(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

interface ReadValue {
  readonly key: string;
  readonly value: string | undefined;
  readonly createRevision: number;
  readonly modRevision: number;
}

function read(stored: StoredValue | undefined): ReadValue | undefined {
  if (stored === undefined) return undefined;
  const { key, createRevision, modRevision, value } = stored;
  return { key, createRevision, modRevision, value: decode(value) };
}

function summary(event: StorageEvent): unknown {
  const previous = event.previous && `${decode(event.previous.value)}@${event.previous.modRevision}`;
  return { revision: event.revision, key: event.key, value: decode(event.stored?.value), previous };
}

function committed(result: CommitResult): number {
  if (result.kind !== "committed") throw new TypeError("the write lost a race");
  return result.revision;
}

async function put(storage: Storage, key: string, value: string, expected = 0): Promise<number> {
  return committed(await storage.commit({ key, value: encode(value), expected }));
}

async function remove(storage: Storage, key: string, expected: number | undefined): Promise<number> {
  const current = expected ?? (await storage.get(key))?.modRevision ?? 0;
  const result = await storage.commit({ key, value: undefined, expected: current });
  return result.kind === "committed" ? result.revision : 0;
}

async function fill(storage: Storage, prefix: string, count: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(5, "0")}`);
  await Promise.all(keys.map((key) => put(storage, key, "v")));
}

/** The first `count` events; fewer when the watch ends before. */
async function collect(
  watch: AsyncIterable<readonly StorageEvent[]>,
  count: number,
): Promise<readonly StorageEvent[]> {
  const events: StorageEvent[] = [];
  for await (const batch of watch) {
    events.push(...batch);
    if (events.length >= count) break;
  }
  return events;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function byKey(left: readonly [string, string], right: readonly [string, string]): number {
  return left[0] < right[0] ? -1 : 1;
}

/** Repeatable numbers below a bound. */
function lehmer(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
}
