import { DatabaseSync } from "node:sqlite";

/** A file as version 1 wrote it, compacted to revision 5, killed before its log was copied. Gives the revisions of its rows. */
export function writeFirstVersion(path: string): readonly number[] {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT");
  db.exec(
    "CREATE TABLE bounds (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, compacted INTEGER NOT NULL) STRICT",
  );
  db.exec(
    "CREATE TABLE log (revision INTEGER PRIMARY KEY, create_revision INTEGER NOT NULL, at_ms INTEGER NOT NULL, key TEXT NOT NULL, value BLOB) STRICT",
  );
  db.exec(`PRAGMA application_id = ${0x77656972}`);
  db.exec("INSERT INTO schema_version VALUES (1)");
  db.exec("INSERT INTO bounds VALUES (1, 5, 5)");
  const insert = db.prepare("INSERT INTO log VALUES (?, ?, ?, ?, ?)");
  const rows: ReadonlyArray<readonly [number, number, string, string | null]> = [
    [3, 2, "/a", "a3"],
    [4, 4, "/b", "b4"],
    [5, 5, "/d", "d5"],
    [6, 6, "/c", "c6"],
    [7, 4, "/b", null],
    [8, 2, "/a", "a8".padEnd(9000, ".")],
    [9, 9, "/e", null],
  ];
  for (const [revision, created, key, value] of rows) {
    insert.run(revision, created, 1000, key, value === null ? null : Buffer.from(value));
  }
  db.close();
  return rows.map(([revision]) => revision);
}
