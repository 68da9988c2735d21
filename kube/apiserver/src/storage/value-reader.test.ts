import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { INSERT_ROW } from "./log-schema.ts";
import { RowChecksums } from "./row-checksum.ts";
import { StorageCorruptError, StorageFailedError } from "./storage-error.ts";
import { ValueReader } from "./value-reader.ts";

const checksums = new RowChecksums(7);
const row = { revision: 5, createRevision: 3, atMs: 1_700_000_000_123, key: "/a", value: Buffer.from("one") };

const WANTED = { key: "/a", createRevision: 3, modRevision: 5 };

function database(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE log (revision INTEGER PRIMARY KEY, create_revision, at_ms, checksum, key, value)");
  db.prepare(INSERT_ROW).run(5, 3, row.atMs, checksums.ofRow(row), row.key, row.value);
  return db;
}

describe("a value on the disk", () => {
  test("is read by the revision that wrote it", () => {
    const reader = new ValueReader("state.db", database(), checksums);
    expect(Buffer.from(reader.read(WANTED) ?? []).toString()).toBe("one");
    expect(reader.read({ ...WANTED, modRevision: 6 })).toBeUndefined();
  });

  test.each(["UPDATE log SET value = x'6f6e66'", "UPDATE log SET value = NULL", "UPDATE log SET at_ms = 4"])(
    "is refused after %s",
    (damage) => {
      const db = database();
      db.exec(damage);
      expect(() => new ValueReader("state.db", db, checksums).read(WANTED)).toThrow(StorageCorruptError);
    },
  );

  test.each([{ key: "/b" }, { createRevision: 4 }])("is refused as that of %j", (other) => {
    const reader = new ValueReader("state.db", database(), checksums);
    expect(() => reader.read({ ...WANTED, ...other })).toThrow(StorageCorruptError);
  });

  test("that cannot be read at all fails with the path", () => {
    const db = database();
    const reader = new ValueReader("state.db", db, checksums);
    db.exec("DROP TABLE log");
    expect(() => reader.read(WANTED)).toThrow(StorageFailedError);
    expect(() => reader.read(WANTED)).toThrow(/state\.db/);
  });
});
