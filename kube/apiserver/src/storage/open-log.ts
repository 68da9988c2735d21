import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { inspectFile, type FileInspection, walPath } from "./inspect-file.ts";
import { LogFile } from "./log-file.ts";
import { createFile, type OnStep, syncFolder, unfinishedPath, writeImage } from "./log-image.ts";
import {
  APPLICATION_ID,
  boundsValues,
  INSERT_ROW,
  PAGE_BYTES,
  ROOT_PAGES,
  SCHEMA_VERSION,
  UPDATE_BOUNDS,
} from "./log-schema.ts";
import { PageFile, readRawBounds } from "./raw-log.ts";
import { type FirstVersionLog, readFirstVersion, readLog } from "./read-log.ts";
import { addToDigest, RowChecksums } from "./row-checksum.ts";
import { toStorageError } from "./sqlite-failure.ts";
import { StorageCorruptError, StorageFailedError, StorageVersionError } from "./storage-error.ts";
import { type LogBounds, type LogRow, OPENED } from "./storage-row.ts";

/** What a burst may leave of the write-ahead log's size: room that is there already is written to sooner. */
const LARGEST_IDLE_WAL_BYTES = 32 * 1024 * 1024;

/**
 * How far revisions go on where some may have been given that the disk never had: none is given twice, then. Far fewer are
 * written between two checkpoints, which are flushed.
 */
export const REVISION_GAP = 1_000_000;

/** What to open, and how. */
export interface OpenLogOptions {
  readonly path: string;
  /** Largest size of the file in bytes; unlimited when absent. */
  readonly maxBytes: number | undefined;
  /** Whether somebody will flush what is committed. */
  readonly fsync: boolean;
  /** Whether the system has run without a break since the file was last open; true by default. */
  readonly isSameBoot?: boolean;
  readonly onStep?: OnStep | undefined;
}

/** An opened log and the rows that it held then, oldest first. */
export interface OpenedLog {
  readonly file: LogFile;
  readonly rows: readonly LogRow[];
  readonly bounds: LogBounds;
}

/**
 * Opens a log, made where there is none and brought to this version where it is older, and looks at all of it: nobody
 * believes in a damaged one. To be called by the holder of the file's lock.
 *
 * Throws `StorageCorruptError`, `StorageVersionError`, `StorageFullError` or `StorageFailedError`.
 */
export function openLog(options: OpenLogOptions): OpenedLog {
  try {
    const found = inspectFile(options.path);
    if (found.kind === "damaged") throw new StorageCorruptError(options.path, found.damage);
    if (found.kind === "absent") createFile(options.path, options.onStep);
    else if (found.identity === 0) upgrade(options.path, options.onStep);
    return openCurrent(options);
  } catch (error) {
    throw toStorageError(options.path, error);
  }
}

function openCurrent(options: OpenLogOptions): OpenedLog {
  const { path, maxBytes, fsync, onStep } = options;
  const found = inspectFile(path);
  if (found.kind !== "usable")
    throw new StorageCorruptError(path, "the file was changed while it was opened");
  checkWal(path, found);
  const db = connect(path, onStep);
  try {
    check(path, db);
    const checksums = new RowChecksums(found.identity);
    const { rows, bounds } = readLog(path, db, checksums);
    if (maxBytes !== undefined) {
      db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
    }
    const file = new LogFile({ path, db, identity: found.identity, bounds, fsync, onStep });
    if (options.isSameBoot !== false || bounds.opened !== OPENED.unsynced) return { file, rows, bounds };
    return { file, rows, bounds: file.skipRevisions(rows, REVISION_GAP) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function connect(path: string, onStep: OnStep | undefined): DatabaseSync {
  onStep?.("open");
  const db = new DatabaseSync(path);
  try {
    // Alone: SQLite keeps its index of the log in memory and takes no lock per transaction.
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    // Checkpoints are ours: see `LogFile`.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0");
    db.exec(`PRAGMA journal_size_limit = ${LARGEST_IDLE_WAL_BYTES}`);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** A log that the file counts on must be there, and whole as far as it had reached the disk. */
function checkWal(path: string, { wal }: FileInspection & { readonly kind: "usable" }): void {
  using pages = new PageFile(path, PAGE_BYTES, false);
  const opened = readRawBounds(ROOT_PAGES.bounds, pages.read)?.bounds.opened ?? OPENED.closed;
  if (wal === "lost-transaction" && opened === OPENED.synced) {
    throw new StorageCorruptError(path, `a transaction in the middle of ${walPath(path)} cannot be read`);
  }
  if (opened === OPENED.closed || wal === "readable" || wal === "lost-transaction") return;
  const what = wal === "absent" ? "is missing" : "cannot be read";
  throw new StorageCorruptError(path, `it was not closed, and ${walPath(path)} with its last writes ${what}`);
}

function check(path: string, db: DatabaseSync): void {
  const result = db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (result !== "ok") {
    throw new StorageCorruptError(path, "its pages contradict each other", { cause: String(result) });
  }
  const id = db.prepare("PRAGMA application_id").get()?.["application_id"];
  if (id !== APPLICATION_ID) throw new StorageCorruptError(path, "the database belongs to another program");
  const found = versionOf(path, db);
  if (found > SCHEMA_VERSION) throw new StorageVersionError(path, found, SCHEMA_VERSION);
}

function versionOf(path: string, db: DatabaseSync): number {
  const found = Number(db.prepare("SELECT version FROM schema_version").get()?.["version"]);
  if (Number.isInteger(found) && found > 0) return found;
  throw new StorageCorruptError(path, "the schema version is missing");
}

/**
 * Brings a file of version 1 to this: into a new file that takes the place of the old one, so that a crash leaves one or
 * the other.
 */
function upgrade(path: string, onStep: OnStep | undefined): void {
  const log = readOld(path, onStep);
  const wal = walPath(path);
  if (existsSync(wal) && statSync(wal).size > 0) {
    throw new StorageFailedError(path, { cause: `${wal} could not be taken over` });
  }
  const next = unfinishedPath(path);
  writeImage(next, onStep);
  onStep?.("upgrade: fill");
  fill(next, log);
  onStep?.("upgrade: rename");
  renameSync(next, path);
  rmSync(wal, { force: true });
  onStep?.("upgrade: sync folder");
  syncFolder(path);
}

function readOld(path: string, onStep: OnStep | undefined): FirstVersionLog {
  const db = connect(path, onStep);
  try {
    check(path, db);
    const found = versionOf(path, db);
    if (found !== 1) throw new StorageCorruptError(path, "the identity of the file is missing");
    return readFirstVersion(path, db);
  } finally {
    onStep?.("upgrade: close");
    db.close();
  }
}

/** Writes what a log holds into a file made of an empty image. */
export function fill(
  path: string,
  { rows, revision, compacted }: Pick<FirstVersionLog, "rows" | "revision" | "compacted">,
): void {
  const inspected = inspectFile(path);
  const checksums = new RowChecksums(inspected.kind === "usable" ? inspected.identity : 0);
  const db = connect(path, undefined);
  try {
    const insert = db.prepare(INSERT_ROW);
    let rowCount = 0;
    let digest = 0;
    db.exec("BEGIN IMMEDIATE");
    for (const row of rows) {
      const checksum = checksums.ofRow(row);
      insert.run(row.revision, row.createRevision, row.atMs, checksum, row.key, row.value ?? null);
      if (row.revision > compacted) continue;
      rowCount += 1;
      digest = addToDigest(digest, checksum);
    }
    const bounds = { revision, compacted, rowCount, digest, opened: OPENED.closed };
    db.prepare(UPDATE_BOUNDS).run(...boundsValues(bounds, checksums));
    db.exec("COMMIT");
  } finally {
    db.close();
  }
}
