import { DatabaseSync } from "node:sqlite";
import { RowChecksums } from "./row-checksum.ts";
import { type LogBounds, OPENED } from "./storage-row.ts";

/** Version of the tables below; a change of them takes the next number and a step that upgrades. */
export const SCHEMA_VERSION = 2;

/** Marks the file as ours ("weir"), so that no other program's database is written to. */
export const APPLICATION_ID = 0x77656972;

export const PAGE_BYTES = 4096;

/**
 * Where the tables begin in every file of this version, as a file is made from one image: what is left of a damaged one
 * is found without its table of tables.
 */
export const ROOT_PAGES = { schemaVersion: 2, bounds: 3, log: 4 } as const;

/**
 * The identity is a random number that lies in the header, too, where the write-ahead log repeats it. The checksum comes
 * before what may be long, so that adding checksums up reads no value.
 */
const TABLES = `
CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
CREATE TABLE bounds (
  identity INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  compacted INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE log (
  revision INTEGER PRIMARY KEY,
  create_revision INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  key TEXT NOT NULL,
  value BLOB
) STRICT;
`;

export const INSERT_ROW =
  "INSERT INTO log (revision, create_revision, at_ms, checksum, key, value) VALUES (?, ?, ?, ?, ?, ?)";

export const UPDATE_BOUNDS =
  "UPDATE bounds SET revision = ?, compacted = ?, row_count = ?, digest = ?, opened = ?, checksum = ?";

/** The values of `UPDATE_BOUNDS`. */
export function boundsValues(bounds: LogBounds, checksums: RowChecksums): readonly number[] {
  const { revision, compacted, rowCount, digest, opened } = bounds;
  return [revision, compacted, rowCount, digest, opened, checksums.ofBounds(bounds)];
}

const EMPTY: LogBounds = { revision: 1, compacted: 0, rowCount: 0, digest: 0, opened: OPENED.closed };

/** The bytes of a file without rows: it is written at once, so that no half-made file is ever seen. */
export function emptyImage(identity: number): Uint8Array {
  const db = new DatabaseSync(":memory:");
  try {
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${identity}`);
    db.exec(TABLES);
    db.prepare("INSERT INTO schema_version (version) VALUES (?)").run(SCHEMA_VERSION);
    db.exec(`INSERT INTO bounds VALUES (${identity}, 0, 0, 0, 0, 0, 0)`);
    db.prepare(UPDATE_BOUNDS).run(...boundsValues(EMPTY, new RowChecksums(identity)));
    const image = db.serialize();
    // Read and write version 2: a write-ahead log is used, as PRAGMA journal_mode would set it.
    image[18] = 2;
    image[19] = 2;
    return image;
  } finally {
    db.close();
  }
}
