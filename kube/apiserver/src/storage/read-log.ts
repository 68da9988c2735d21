import type { DatabaseSync } from "node:sqlite";
import { addToDigest, type RowChecksums } from "./row-checksum.ts";
import { StorageCorruptError } from "./storage-error.ts";
import type { LogBounds, LogRow, OpenedAs } from "./storage-row.ts";

/** What a file of version 1 held. */
export interface FirstVersionLog {
  readonly rows: readonly LogRow[];
  readonly revision: number;
  readonly compacted: number;
}

/** Reads all of a log, oldest row first. Throws `StorageCorruptError` where a row is missing or is not what was written. */
export function readLog(
  path: string,
  db: DatabaseSync,
  checksums: RowChecksums,
): { readonly rows: readonly LogRow[]; readonly bounds: LogBounds } {
  const stored = readBounds(path, db, checksums);
  const rows: LogRow[] = [];
  let rowCount = 0;
  let digest = 0;
  const visit = (row: LogRow, checksum: number): void => {
    if (checksums.ofRow(row) !== checksum) {
      throw new StorageCorruptError(path, `${nameOf(row)} does not match its checksum`);
    }
    if (row.revision <= stored.compacted) {
      rowCount += 1;
      digest = addToDigest(digest, checksum);
    }
    rows.push(row);
  };
  readRows(path, db, { checksumColumn: "checksum", visit });
  if (rowCount !== stored.rowCount || digest !== stored.digest) {
    throw new StorageCorruptError(
      path,
      `of ${stored.rowCount} rows up to revision ${stored.compacted}, ${rowCount} are there`,
    );
  }
  const revision = checkOrder(path, rows, stored);
  return { rows, bounds: { ...stored, revision } };
}

/** Reads all of a log of version 1, whose rows have no checksums. */
export function readFirstVersion(path: string, db: DatabaseSync): FirstVersionLog {
  const stored = db.prepare("SELECT revision, compacted FROM bounds").get();
  const compacted = Number(stored?.["compacted"] ?? 0);
  const rows: LogRow[] = [];
  readRows(path, db, { checksumColumn: "0", visit: (row) => rows.push(row) });
  const revision = checkOrder(path, rows, { revision: Number(stored?.["revision"] ?? 0), compacted });
  return { rows, revision, compacted };
}

function readBounds(path: string, db: DatabaseSync, checksums: RowChecksums): LogBounds {
  const row = db.prepare("SELECT revision, compacted, row_count, digest, opened, checksum FROM bounds").get();
  const bounds = {
    revision: Number(row?.["revision"]),
    compacted: Number(row?.["compacted"]),
    rowCount: Number(row?.["row_count"]),
    digest: Number(row?.["digest"]),
    opened: Number(row?.["opened"]) as OpenedAs,
  };
  if (checksums.ofBounds(bounds) === row?.["checksum"]) return bounds;
  throw new StorageCorruptError(path, "the bounds of the log do not match their checksum");
}

/** So many at once, which takes half the time of one after the other, and no more memory than that. */
const ROWS_AT_ONCE = 200;

function readRows(
  path: string,
  db: DatabaseSync,
  { checksumColumn, visit }: { checksumColumn: string; visit: (row: LogRow, checksum: number) => void },
): void {
  const select = db.prepare(
    `SELECT revision, create_revision, at_ms, ${checksumColumn}, key, value FROM log
     WHERE revision > ? ORDER BY revision LIMIT ${ROWS_AT_ONCE}`,
  );
  select.setReturnArrays(true);
  let last = -1;
  for (;;) {
    const found = select.all(last) as unknown as readonly (readonly unknown[])[];
    for (const [revision, createRevision, atMs, checksum, key, value] of found) {
      if (value !== null && !(value instanceof Uint8Array)) {
        throw new StorageCorruptError(path, `the row of revision ${String(revision)} cannot be read`);
      }
      last = Number(revision);
      const row = {
        revision: last,
        createRevision: Number(createRevision),
        atMs: Number(atMs),
        key: String(key),
        value: value ?? undefined,
      };
      visit(row, Number(checksum));
    }
    if (found.length < ROWS_AT_ONCE) return;
  }
}

/** Behind the compacted part no revision is left out; gives the newest. */
function checkOrder(
  path: string,
  rows: readonly LogRow[],
  bounds: { readonly revision: number; readonly compacted: number },
): number {
  let newest = Math.max(bounds.compacted, 1);
  for (const { revision } of rows) {
    if (revision <= bounds.compacted) continue;
    if (revision !== newest + 1) {
      throw new StorageCorruptError(path, `the row of revision ${newest + 1} is missing`);
    }
    newest = revision;
  }
  if (newest < bounds.revision) {
    throw new StorageCorruptError(path, `the row of revision ${newest + 1} is missing`);
  }
  return newest;
}

/** A row as an operator knows it. */
function nameOf({ revision, key }: LogRow): string {
  return `the row of revision ${revision} (${key})`;
}
