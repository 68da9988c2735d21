import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { salvageSqliteStorage } from "../src/storage/salvage.ts";
import { createSqliteStorage } from "../src/storage/sqlite-storage.ts";
import type { Storage } from "../src/storage/storage.ts";
import { StorageCorruptError } from "../src/storage/storage-error.ts";

import { writeFirstVersion } from "./first-version.ts";

interface Folder extends AsyncDisposable {
  readonly path: string;
}

async function temporaryFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "weir-damage-"));
  return {
    path: join(folder, "state.db"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);

async function put(storage: Storage, key: string, value: string): Promise<void> {
  const expected = (await storage.get(key))?.modRevision ?? 0;
  await storage.commit({ key, value: encode(value), expected });
}

const KEYS = 120;

/** Enough rows for several leaves below an interior page, a value on overflow pages, and free pages of a compaction. */
async function fill(path: string): Promise<void> {
  await using storage = await createSqliteStorage({ path, fsync: false, clock: new FakeClock() });
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < KEYS; at++) await put(storage, keyOf(at), `value ${round}.${at} `.padEnd(300, "."));
  }
  await put(storage, "/big", "b".repeat(20_000));
  await storage.compact(KEYS + 60);
  await put(storage, "/last", "z");
}

function keyOf(at: number): string {
  return `/core/configmaps/default/${String(at).padStart(4, "0")}`;
}

async function flip(path: string, offset: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[offset] = (bytes[offset] as number) ^ 0x10;
  await writeFile(path, bytes);
}

async function contents(path: string): Promise<ReadonlyMap<string, string>> {
  await using storage = await createSqliteStorage({ path, fsync: false });
  const { entries } = await storage.range("/");
  return new Map(entries.map((entry) => [entry.key, decode(entry.value) ?? ""]));
}

/** Copies the files as they are while a storage has them open: what a crash leaves. */
async function crashCopy(path: string, to: string): Promise<void> {
  await copyFile(path, to);
  await copyFile(`${path}-wal`, `${to}-wal`);
}

describe("a damaged file", () => {
  test("whatever single bit is flipped, is refused or holds what it held", async () => {
    await using folder = await temporaryFolder();
    const { path } = folder;
    await fill(path);
    const whole = await readFile(path);
    const want = await contents(path);
    const reference = await readFile(path);
    expect(reference.length).toBe(whole.length);
    let refused = 0;
    for (let offset = 3; offset < reference.length; offset += 211) {
      const damaged = Buffer.from(reference);
      damaged[offset] = (damaged[offset] as number) ^ (1 << (offset % 8));
      await writeFile(path, damaged);
      const found = await contents(path).catch((error: unknown) => error);
      if (found instanceof Map) expect(found, `offset ${offset}`).toEqual(want);
      else {
        refused += 1;
        expect(String(found), `offset ${offset}`).toMatch(/StorageCorruptError|StorageVersionError/);
      }
      await rm(`${path}-wal`, { force: true });
    }
    // The rest is free: free pages, and room within pages.
    expect(refused / (reference.length / 211)).toBeGreaterThan(0.6);
  }, 60_000);

  const rows: ReadonlyArray<{
    readonly name: string;
    readonly damage: (path: string) => Promise<void>;
    readonly want: RegExp;
  }> = [
    {
      name: "of a zeroed header",
      damage: async (path) => writeFile(path, Buffer.alloc((await stat(path)).size)),
      want: /the header is zeroed/,
    },
    { name: "that is empty", damage: (path) => truncate(path, 0), want: /the file is empty/ },
    { name: "cut in its header", damage: (path) => truncate(path, 50), want: /cut off in its header/ },
    {
      name: "cut behind its first pages",
      damage: (path) => truncate(path, 5 * 4096),
      want: /a page cannot be read|pages contradict/,
    },
    {
      name: "of text",
      damage: (path) => writeFile(path, "not a database, but long enough to look like one ".repeat(100)),
      want: /the file is no database/,
    },
    {
      name: "of another program",
      damage: async (path) => {
        await rm(path);
        const db = new DatabaseSync(path);
        db.exec("CREATE TABLE mine (a INTEGER)");
        db.close();
      },
      want: /belongs to another program/,
    },
    {
      name: "whose row has changed",
      damage: async (path) => flip(path, (await readFile(path)).indexOf("value 1.77 ") + 3),
      want: /the row of revision 199 \(\/core\/configmaps\/default\/0077\) does not match its checksum/,
    },
    {
      name: "that lacks a row of the state",
      damage: async (path) => deleteRow(path, "/core/configmaps/default/0003"),
      want: /of 120 rows up to revision 180, 119 are there/,
    },
    {
      name: "that lacks a row of the log",
      damage: async (path) => deleteRow(path, "/big"),
      want: /the row of revision 242 is missing/,
    },
  ];

  test.each(rows)("$name is refused, and says so and what helps", async ({ damage, want }) => {
    await using folder = await temporaryFolder();
    await fill(folder.path);
    await damage(folder.path);
    const error = await createSqliteStorage({ path: folder.path }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageCorruptError);
    expect(String(error)).toMatch(want);
    expect(String(error)).toContain(folder.path);
    expect(String(error)).toContain("`weir cluster salvage`");
  });

  test.each([
    { name: "missing", damage: (wal: string) => rm(wal), want: /-wal with its last writes is missing/ },
    {
      name: "emptied",
      damage: (wal: string) => truncate(wal, 0),
      want: /-wal with its last writes is missing/,
    },
    {
      name: "zeroed",
      damage: async (wal: string) => writeFile(wal, Buffer.alloc((await stat(wal)).size)),
      want: /-wal with its last writes cannot be read/,
    },
    {
      name: "damaged in its middle",
      damage: async (wal: string) => flip(wal, 3 * 4120 + 500),
      want: /a transaction in the middle of .*-wal cannot be read/,
    },
  ])("whose write-ahead log is $name after a crash is refused", async ({ damage, want }) => {
    await using folder = await temporaryFolder();
    const { path } = folder;
    const copy = `${path}.copy`;
    await using storage = await createSqliteStorage({ path });
    for (let at = 0; at < 20; at++) await put(storage, `/${at}`, "x".repeat(500));
    await crashCopy(path, copy);
    await damage(`${copy}-wal`);
    await expect(createSqliteStorage({ path: copy })).rejects.toThrow(want);
    // Nothing was changed by looking: it is refused again.
    await expect(createSqliteStorage({ path: copy })).rejects.toThrow(want);
  });

  test("is not mixed with the write-ahead log of another", async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    await fill(folder.path);
    await using storage = await createSqliteStorage({ path: other.path });
    for (let at = 0; at < 20; at++) await put(storage, `/${at}`, "x".repeat(500));
    await copyFile(`${other.path}-wal`, `${folder.path}-wal`);
    await expect(createSqliteStorage({ path: folder.path })).rejects.toThrow(/-wal belongs to another file/);
    await rm(`${folder.path}-wal`);
    expect((await contents(folder.path)).size).toBe(KEYS + 2);
    // Nor is a new one, where only the log of an old one is left.
    await rm(folder.path);
    await copyFile(`${other.path}-wal`, `${folder.path}-wal`);
    await expect(createSqliteStorage({ path: folder.path })).rejects.toThrow(
      /the file is gone, but .*-wal is there/,
    );
  });
});

describe("salvaging a file", () => {
  test("keeps what matches its checksum, names what is lost, and puts the damaged file aside", async () => {
    await using folder = await temporaryFolder();
    const { path } = folder;
    await fill(path);
    const want = new Map(await contents(path));
    const bytes = await readFile(path);
    // One row in the log with an older one before it, and one whose older one is out of reach.
    await flip(path, bytes.indexOf("value 1.77 ") + 3);
    await flip(path, bytes.indexOf("value 1.10 ") + 3);
    await flip(path, bytes.indexOf("bbbbbbbb") + 9000);
    const report = await salvageSqliteStorage({ path });
    expect(report).toMatchObject({
      path,
      damagedPath: `${path}.damaged`,
      keys: KEYS,
      revision: 1_000_243,
      lost: [
        { revision: 132, key: keyOf(10), restored: undefined },
        { revision: 199, key: keyOf(77), restored: 79 },
        { revision: 242, key: "/big", restored: undefined },
      ],
      lostUnknown: 0,
      doubtful: [],
      remarks: [],
    });
    want.delete("/big");
    want.delete(keyOf(10));
    want.set(keyOf(77), "value 0.77 ".padEnd(300, "."));
    expect(await contents(path)).toEqual(want);
    await using storage = await createSqliteStorage({ path });
    expect(await storage.revision()).toBe(1_000_243);
    expect(existsSync(`${path}.damaged`)).toBe(true);
  });

  test.each([
    { name: "the header", page: 1, lost: 0 },
    { name: "the bounds", page: 3, lost: 0 },
    { name: "the page above all rows", page: 4, lost: 0 },
  ])("loses nothing where $name is zeroed", async ({ page, lost }) => {
    await using folder = await temporaryFolder();
    const { path } = folder;
    await fill(path);
    const want = await contents(path);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0, (page - 1) * 4096, page * 4096));
    const report = await salvageSqliteStorage({ path });
    expect(report.lost).toHaveLength(lost);
    expect(report.remarks).not.toEqual([]);
    expect(await contents(path)).toEqual(want);
  });

  test("takes over what the write-ahead log holds", async () => {
    await using folder = await temporaryFolder();
    const { path } = folder;
    const copy = `${path}.copy`;
    await using storage = await createSqliteStorage({ path });
    for (let at = 0; at < 20; at++) await put(storage, `/${at}`, "x".repeat(500));
    await crashCopy(path, copy);
    const report = await salvageSqliteStorage({ path: copy });
    expect(report).toMatchObject({ keys: 20, lost: [], remarks: [] });
    expect((await contents(copy)).size).toBe(20);
    expect(existsSync(`${copy}.damaged-wal`)).toBe(true);
  });

  test("takes over the rows of version 1, which have no checksums", async () => {
    await using folder = await temporaryFolder();
    const { path } = folder;
    writeFirstVersion(path);
    expect(await salvageSqliteStorage({ path })).toMatchObject({ keys: 3, lost: [], remarks: [] });
    expect([...(await contents(path)).keys()]).toEqual(["/a", "/c", "/d"]);
  });

  test("refuses a file in which nothing can be read, and one in use, and changes nothing", async () => {
    await using folder = await temporaryFolder();
    const { path } = folder;
    await writeFile(path, "x".repeat(100_000));
    await expect(salvageSqliteStorage({ path })).rejects.toThrow(/nothing in it can be read/);
    expect((await readFile(path)).toString()).toBe("x".repeat(100_000));
    await rm(path);
    await expect(salvageSqliteStorage({ path })).rejects.toThrow(/failed/);
    await using _storage = await createSqliteStorage({ path });
    await expect(salvageSqliteStorage({ path })).rejects.toMatchObject({ name: "StorageLockedError" });
  });
});

async function deleteRow(path: string, key: string): Promise<void> {
  const db = new DatabaseSync(path);
  db.prepare("DELETE FROM log WHERE key = ?").run(key);
  db.close();
}
