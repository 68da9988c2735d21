import { existsSync, renameSync, rmSync } from "node:fs";
import { FileLock } from "./file-lock.ts";
import { inspectFile, walPath } from "./inspect-file.ts";
import { giveName, syncFolder, unfinishedPath, writeImage } from "./log-image.ts";
import { PAGE_BYTES, ROOT_PAGES } from "./log-schema.ts";
import { fill, openLog, REVISION_GAP } from "./open-log.ts";
import { PageFile, readRawBounds } from "./raw-log.ts";
import { RowChecksums } from "./row-checksum.ts";
import { findRows, type FoundRows } from "./salvage-rows.ts";
import { toStorageError } from "./sqlite-failure.ts";
import { StorageCorruptError, StorageFailedError } from "./storage-error.ts";
import { type LogBounds, type LogRow, OPENED } from "./storage-row.ts";

/** What a salvage found, lost and did. */
export interface SalvageReport {
  readonly path: string;
  /** Where the damaged file lies now; its write-ahead log beside it. */
  readonly damagedPath: string;
  /** How many keys the new file holds. */
  readonly keys: number;
  /** The revision of the new file: far beyond every one that the damaged file may have given. */
  readonly revision: number;
  /** Writes that cannot be read, oldest first. */
  readonly lost: readonly LostWrite[];
  /** How many more are lost of which nothing is known, not even a revision. */
  readonly lostUnknown: number;
  /** Keys whose value was found where nothing pointed to it any more: it may be older than the last, or deleted. */
  readonly doubtful: readonly string[];
  /** Other things that were wrong, as clauses. */
  readonly remarks: readonly string[];
}

/** A write that cannot be read. */
export interface LostWrite {
  readonly revision: number;
  /** As far as it can be read; `undefined` where it cannot. */
  readonly key: string | undefined;
  /** The older revision of the key that the new file holds instead, where there is one. */
  readonly restored: number | undefined;
}

/** Longer than a log is ever kept; beyond that a number was misread. */
const LONGEST_LOG = 10_000_000;

/**
 * Puts what can still be read of a damaged storage into a new file in its place, and keeps the damaged one beside it.
 *
 * Only what matches its checksum is taken over; a file of version 1 has none. The present state is kept and the log is
 * not: clients list again. Rejects with `StorageLockedError` while the file is in use, `StorageCorruptError` where nothing
 * in it can be read, and `StorageFailedError`; then nothing was changed.
 */
export async function salvageSqliteStorage(options: { readonly path: string }): Promise<SalvageReport> {
  const { path } = options;
  if (!existsSync(path)) throw new StorageFailedError(path, { cause: "the file does not exist" });
  let lock: FileLock | undefined;
  try {
    lock = FileLock.take(path);
    return salvage(path);
  } catch (error) {
    throw toStorageError(path, error);
  } finally {
    lock?.release();
  }
}

interface Salvaged {
  readonly found: FoundRows;
  readonly bounds: LogBounds | undefined;
  readonly remarks: readonly string[];
}

function salvage(path: string): SalvageReport {
  const { found, bounds, remarks } = read(path);
  if (found.rows.size === 0 && bounds === undefined)
    throw new StorageCorruptError(path, "nothing in it can be read");
  const state = presentState(found);
  const newest = Math.max(bounds?.revision ?? 1, bounds?.compacted ?? 1, newestOf(found));
  // Nobody knows what was acknowledged and is lost: etcd's advice for restoring (`--bump-revision`) is the same.
  const revision = newest + REVISION_GAP;
  const next = unfinishedPath(path);
  writeImage(next, undefined);
  fill(next, { rows: state.rows, revision, compacted: revision });
  openLog({ path: next, maxBytes: undefined, fsync: true }).file.close();
  const damagedPath = replace(path, next);
  return {
    path,
    damagedPath,
    keys: state.rows.length,
    revision,
    ...losses(found, bounds, state.byKey),
    doubtful: state.rows.filter((row) => found.orphans.has(row.revision)).map(({ key }) => key),
    remarks,
  };
}

/** Reads with the write-ahead log where that is the file's, and without where it is another's. */
function read(path: string): Salvaged {
  const inspected = inspectFile(path);
  const isWalForeign = inspected.kind === "damaged" && inspected.isWalForeign === true;
  using pages = new PageFile(path, PAGE_BYTES, !isWalForeign);
  const known = readRawBounds(ROOT_PAGES.bounds, pages.read);
  const identity = known?.identity ?? (inspected.kind === "usable" ? inspected.identity : undefined);
  const found =
    identity === undefined
      ? NOTHING
      : findRows(pages, identity === 0 ? undefined : new RowChecksums(identity));
  const remarks = inspected.kind === "damaged" ? [inspected.damage] : [];
  // A file of version 1 has bounds without a checksum, which say nothing that its rows do not.
  if (known === undefined && identity !== 0) remarks.push("the bounds of the log cannot be read");
  remarks.push(...remarksOn(path, found, known?.bounds));
  return { found, bounds: known?.bounds, remarks };
}

function remarksOn(path: string, found: FoundRows, bounds: LogBounds | undefined): readonly string[] {
  const remarks: string[] = [];
  if (bounds !== undefined && bounds.opened !== OPENED.closed && !existsSync(walPath(path))) {
    remarks.push(`${walPath(path)} with the last writes is missing`);
  }
  if (found.damagedPages.length > 0) remarks.push(`pages ${found.damagedPages.join(", ")} cannot be read`);
  return remarks;
}

const NOTHING: FoundRows = { rows: new Map(), orphans: new Set(), broken: new Map(), damagedPages: [] };

/** The newest row of every key, but for deletions. */
function presentState(found: FoundRows): {
  readonly rows: readonly LogRow[];
  readonly byKey: ReadonlyMap<string, LogRow>;
} {
  const byKey = new Map<string, LogRow>();
  for (const row of found.rows.values()) {
    if ((byKey.get(row.key)?.revision ?? 0) < row.revision) byKey.set(row.key, row);
  }
  const rows = [...byKey.values()].filter((row) => row.value !== undefined);
  return { rows: rows.sort((left, right) => left.revision - right.revision), byKey };
}

function losses(
  found: FoundRows,
  bounds: LogBounds | undefined,
  byKey: ReadonlyMap<string, LogRow>,
): Pick<SalvageReport, "lost" | "lostUnknown"> {
  const keys = new Map<number, string | undefined>(found.broken);
  if (bounds !== undefined) addMissing(keys, found, bounds);
  const lost = [...keys]
    .sort(([left], [right]) => left - right)
    .map(([revision, key]) => {
      const older = key === undefined ? undefined : byKey.get(key);
      return { revision, key, restored: older?.value === undefined ? undefined : older.revision };
    });
  const compacted = bounds?.compacted ?? 0;
  const known = [...found.rows.keys(), ...keys.keys()].filter((revision) => revision <= compacted).length;
  return { lost, lostUnknown: Math.max(0, (bounds?.rowCount ?? 0) - known) };
}

/** Behind the compacted part every revision has a row. */
function addMissing(lost: Map<number, string | undefined>, found: FoundRows, bounds: LogBounds): void {
  const newest = Math.max(bounds.revision, newestOf(found));
  if (newest - bounds.compacted > LONGEST_LOG) return;
  for (let revision = Math.max(bounds.compacted, 1) + 1; revision <= newest; revision++) {
    if (!found.rows.has(revision) && !lost.has(revision)) lost.set(revision, undefined);
  }
}

function newestOf(found: FoundRows): number {
  let newest = 0;
  for (const revision of found.rows.keys()) newest = Math.max(newest, revision);
  return newest;
}

function replace(path: string, next: string): string {
  let damaged = `${path}.damaged`;
  for (let count = 2; existsSync(damaged); count++) damaged = `${path}.damaged-${count}`;
  // At no moment is there no file of the name: it would be taken for a new one after a crash. And the new one is there
  // only when the old one's log is gone.
  giveName(path, damaged);
  if (existsSync(walPath(path))) renameSync(walPath(path), walPath(damaged));
  rmSync(`${path}-shm`, { force: true });
  renameSync(next, path);
  syncFolder(path);
  return damaged;
}
