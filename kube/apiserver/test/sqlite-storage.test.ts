import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import type { HistoryLimits } from "../src/storage/history-keeper.ts";
import { createSqliteStorage, type SqliteStorageOptions } from "../src/storage/sqlite-storage.ts";
import type { Storage, StorageEvent } from "../src/storage/storage.ts";
import {
  RevisionCompactedError,
  StorageClosedError,
  StorageCorruptError,
  StorageFailedError,
  StorageFullError,
  type StorageLockedError,
  type StorageVersionError,
} from "../src/storage/storage-error.ts";
import { run, type StorageCase } from "./storage-conformance.ts";

interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "weir-storage-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const EVERYWHERE: readonly [name: string, valuesInMemory: number | undefined][] = [
  ["sqlite", undefined],
  ["sqlite without a value in memory", 0],
];

for (const [name, valuesInMemory] of EVERYWHERE) run(name, (history) => makeStorage(history, valuesInMemory));

async function makeStorage(
  history: HistoryLimits | undefined,
  valuesInMemory: number | undefined,
): Promise<StorageCase> {
  const folder = await temporaryFolder();
  const clock = new FakeClock();
  const options: SqliteStorageOptions = {
    path: join(folder.path, "state.db"),
    clock,
    ...(history === undefined ? {} : { history }),
    ...(valuesInMemory === undefined ? {} : { valuesInMemory }),
  };
  let storage = await createSqliteStorage(options);
  return {
    storage,
    clock,
    reopen: async () => {
      await storage[Symbol.asyncDispose]();
      storage = await createSqliteStorage(options);
      return storage;
    },
    [Symbol.asyncDispose]: async () => {
      await storage[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function put(storage: Storage, key: string, value: string): Promise<void> {
  const expected = (await storage.get(key))?.modRevision ?? 0;
  await storage.commit({ key, value: new TextEncoder().encode(value), expected });
}

describe("a storage file", () => {
  test("makes its folder and is readable by its owner only", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a/b/state.db");
    await using storage = await createSqliteStorage({ path });
    await put(storage, "/a", "1");
    for (const file of [path, `${path}-wal`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("that is not synced to the disk outlives the process as well", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    const first = await createSqliteStorage({ path, fsync: false });
    await put(first, "/a", "1");
    await first[Symbol.asyncDispose]();
    await using second = await createSqliteStorage({ path, fsync: false });
    expect(Buffer.from((await second.get("/a"))?.value ?? []).toString()).toBe("1");
  });

  test("is refused to a second storage, naming the file and the process, and free after a close", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    const first = await createSqliteStorage({ path });
    await put(first, "/a", "1");
    await expect(createSqliteStorage({ path })).rejects.toMatchObject({
      name: "StorageLockedError",
      message: `storage ${path} is in use by process ${process.pid}`,
      path,
      pid: process.pid,
    } satisfies Partial<StorageLockedError>);
    await put(first, "/a", "2");
    await first[Symbol.asyncDispose]();
    await using second = await createSqliteStorage({ path });
    expect(await second.revision()).toBe(3);
  });

  test("stays refused to other processes after one of its own was refused", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    await using storage = await createSqliteStorage({ path });
    await put(storage, "/a", "1");
    await expect(createSqliteStorage({ path })).rejects.toThrow(/in use/);
    const script = new URL("./fixtures/open-once.ts", import.meta.url).pathname;
    const flags = ["--conditions=@weir/source", script, path];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    expect(stdout).toBe("StorageLockedError");
  });

  test.each([
    {
      name: "after a crash of the machine gives no revision again",
      boot: "another",
      fsync: false,
      gap: 1_000_000,
    },
    { name: "after a crash of the process goes on where it was", boot: undefined, fsync: false, gap: 0 },
    {
      name: "that was flushed goes on where it was after a crash of the machine",
      boot: "x",
      fsync: true,
      gap: 0,
    },
  ])("$name", async ({ boot, fsync, gap }) => {
    await using folder = await temporaryFolder();
    const [path, copy] = [join(folder.path, "state.db"), join(folder.path, "copy.db")];
    await using storage = await createSqliteStorage({ path, fsync });
    await put(storage, "/a", "1");
    await put(storage, "/a", "2");
    await put(storage, "/b", "1");
    await storage.commit({ key: "/b", value: undefined, expected: 4 });
    for (const end of ["", "-wal", ".pid"]) await copyFile(`${path}${end}`, `${copy}${end}`);
    if (boot !== undefined) await writeFile(`${copy}.pid`, `1\n${boot}\n`);
    for (const reopened of [5 + gap, 5 + gap + 1]) {
      await using again = await createSqliteStorage({ path: copy, fsync });
      expect(await again.revision()).toBe(reopened);
      expect((await again.range("/a")).entries.map((entry) => entry.modRevision)).toEqual([3]);
      expect(await again.get("/b")).toBeUndefined();
      if (gap > 0) await expect(again.get("/a", { revision: 4 })).rejects.toThrow(/compacted/);
      await put(again, `/${reopened}`, "1");
      expect(await again.revision()).toBe(reopened + 1);
    }
  });

  test("tells a reader that its event's value was forgotten, and all that the storage is closed", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    const storage = await createSqliteStorage({ path, valuesInMemory: 0 });
    await put(storage, "/a", "1");
    await put(storage, "/a", "2");
    const watch = storage.watch("/", 1, new AbortController().signal);
    const events: StorageEvent[] = [];
    for await (const batch of watch) if (events.push(...batch) === 2) break;
    const [first, second] = events.map((event) => event.stored);
    expect(Buffer.from(first?.value ?? []).toString()).toBe("1");
    await storage.compact(3);
    expect(() => first?.value).toThrow(RevisionCompactedError);
    expect(Buffer.from(second?.value ?? []).toString()).toBe("2");
    await storage[Symbol.asyncDispose]();
    expect(() => second?.value).toThrow(StorageClosedError);
  });

  test("does not grow without end, nor does its write-ahead log", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    const history = { maxRevisions: 300 };
    await using storage = await createSqliteStorage({ path, history });
    const revisions = new Map<string, number>();
    let [file, log] = [0, 0];
    const update = async (key: string, value: Uint8Array): Promise<void> => {
      const result = await storage.commit({ key, value, expected: revisions.get(key) ?? 0 });
      if (result.kind === "committed") revisions.set(key, result.revision);
    };
    for (let round = 0; round < 80; round++) {
      const value = new Uint8Array(4000).fill(round);
      await Promise.all(Array.from({ length: 100 }, (_, at) => update(`/${at}`, value)));
      file = Math.max(file, (await stat(path)).size);
      log = Math.max(log, (await stat(`${path}-wal`)).size);
    }
    // 32 MB were written; 300 revisions and what a checkpoint waits for are a part of that.
    expect(file).toBeLessThan(4 * 2 ** 20);
    expect(log).toBeLessThan(16 * 2 ** 20);
  });

  test.each([
    { name: "text", content: "not a database, but long enough to look like one ".repeat(100) },
    { name: "a cut database", content: undefined },
  ])("with $name in it is reported as damaged, with the way out", async ({ content }) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    if (content === undefined) await cutDatabase(path);
    else await writeFile(path, content);
    const error = await createSqliteStorage({ path }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageCorruptError);
    expect(String(error)).toContain(`storage ${path} is damaged: `);
    expect(String(error)).toContain(
      "; restore it, or move it away to start from an empty one, or keep what can",
    );
    await rm(path);
    await using storage = await createSqliteStorage({ path });
    expect(await storage.revision()).toBe(1);
  });

  test("of another program is left alone", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE mine (a INTEGER)");
    db.close();
    await expect(createSqliteStorage({ path })).rejects.toThrow(StorageCorruptError);
  });

  test("of a newer version is refused with both versions", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    await (await createSqliteStorage({ path }))[Symbol.asyncDispose]();
    const db = new DatabaseSync(path);
    db.exec("UPDATE schema_version SET version = 99");
    db.close();
    await expect(createSqliteStorage({ path })).rejects.toMatchObject({
      name: "StorageVersionError",
      found: 99,
      supported: 2,
    } satisfies Partial<StorageVersionError>);
  });

  test("that cannot be opened says why", async () => {
    await using folder = await temporaryFolder();
    const error = await createSqliteStorage({ path: folder.path }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageFailedError);
    expect((error as Error).cause).toContain("EISDIR");
  });

  test("that is full refuses the write, reads on, and takes writes again when there is room", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    const history = { maxBytes: 1 };
    await using storage = await createSqliteStorage({ path, maxBytes: 256 * 1024, history });
    const big = "x".repeat(50_000);
    const writes = Array.from({ length: 10 }, (_, at) => put(storage, `/${at}`, big));
    const results = await Promise.allSettled(writes);
    const stored = results.findIndex((result) => result.status === "rejected");
    expect(stored).toBeGreaterThan(2);
    for (const result of results.slice(stored)) {
      expect(result.status === "rejected" && result.reason).toBeInstanceOf(StorageFullError);
    }
    expect((await storage.range("/")).entries).toHaveLength(stored);
    expect(await storage.revision()).toBe(1 + stored);
    expect(await storage.get(`/${stored}`)).toBeUndefined();
    const first = await storage.get("/0");
    await storage.commit({ key: "/0", value: undefined, expected: first?.modRevision ?? 0 });
    await storage.compact(await storage.revision());
    await put(storage, "/again", big);
    expect((await storage.range("/")).entries).toHaveLength(stored);
  });

  test("loses no acknowledged write and uses no revision again when its process is killed", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "state.db");
    let newest = 1;
    for (let round = 0; round < 3; round++) {
      const acknowledged = await writeUntilKilled(path, round, 300 + round * 150);
      const revisions = acknowledged.map(({ revision }) => revision);
      expect(Math.min(...revisions)).toBeGreaterThan(newest);
      expect(new Set(revisions).size).toBe(revisions.length);
      await using storage = await createSqliteStorage({ path });
      newest = await storage.revision();
      expect(newest).toBeGreaterThanOrEqual(Math.max(...revisions));
      const last = new Map(acknowledged.map((write) => [write.key, write]));
      for (const { key, at } of last.values()) {
        const value = new TextDecoder().decode((await storage.get(key))?.value);
        // Later ones may have become durable before the kill, and their answers still lay in the pipe.
        expect(Number.parseInt(value, 10)).toBeGreaterThanOrEqual(at);
      }
    }
  });
});

interface Acknowledged {
  readonly revision: number;
  readonly key: string;
  readonly at: number;
}

async function writeUntilKilled(
  path: string,
  round: number,
  writes: number,
): Promise<readonly Acknowledged[]> {
  const script = new URL("./fixtures/write-for-ever.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=@weir/source", script, path, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let output = "";
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.split("\n").length > writes) child.kill("SIGKILL");
  }
  await exited;
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [revision, key, at] = line.split(" ");
      return { revision: Number(revision), key: String(key), at: Number(at) };
    });
}

async function cutDatabase(path: string): Promise<void> {
  const storage = await createSqliteStorage({ path });
  for (let at = 0; at < 50; at++) await put(storage, `/${at}`, "x".repeat(1000));
  await storage[Symbol.asyncDispose]();
  const content = await readFile(path);
  await writeFile(path, content.subarray(0, content.length - 20_000));
}
