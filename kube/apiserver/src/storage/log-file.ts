import { closeSync, existsSync, fdatasync, fdatasyncSync, openSync, readSync, writeFileSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { walPath } from "./inspect-file.ts";
import type { OnStep } from "./log-image.ts";
import { boundsValues, INSERT_ROW, UPDATE_BOUNDS } from "./log-schema.ts";
import { addToDigest, RowChecksums } from "./row-checksum.ts";
import type { ValueRevisions } from "./storage.ts";
import { StorageClosedError, StorageFailedError } from "./storage-error.ts";
import { type LogBounds, type LogRow, OPENED } from "./storage-row.ts";
import { ValueReader } from "./value-reader.ts";
import { WAL_HEADER_BYTES } from "./wal-frames.ts";
import { toStorageError } from "./sqlite-failure.ts";

/** The most that one step of a compaction touches, so that no write waits long for it. */
const COMPACTION_STEP = 500;

const FRAME_BYTES = 4096 + 24;
/** What a page of the log takes of rows, with some room for what SQLite keeps beside them. */
const ROW_BYTES_PER_PAGE = 3500;
const BYTES_BESIDE_VALUE = 64;

/** An opened file and what it says of itself. */
export interface LogFileParts {
  readonly path: string;
  readonly db: DatabaseSync;
  readonly identity: number;
  readonly bounds: LogBounds;
  readonly fsync: boolean;
  readonly onStep: OnStep | undefined;
}

/**
 * The durable log: rows up to `compacted` are the state there, the others are what came after.
 *
 * SQLite runs in this thread, because a transaction without a flush takes less than waking another thread; what waits for
 * the disk is done elsewhere. `synchronous` is NORMAL with and without `fsync`: a commit then goes to the write-ahead log
 * without a flush, and `sync` flushes the log once for all that was committed before, as FULL would within each COMMIT.
 * Order is kept by SQLite itself: it flushes the log before a checkpoint writes pages, the pages before the log begins
 * again from its start, and the new start before what follows. OFF would skip these too, and a crash of the machine could
 * then leave a mixture instead of an older state.
 */
export class LogFile {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #checksums: RowChecksums;
  readonly #identity: number;
  readonly #opened: 1 | 2;
  readonly #onStep: OnStep | undefined;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #updateBounds: StatementSync;
  readonly #values: ValueReader;
  #bounds: LogBounds;
  #isMarked = false;
  /** The next transaction is the first in its round of the write-ahead log, or may be. */
  #needsIdentity = true;
  #walFd: number | undefined;
  /** Is not closed before SQLite has closed the file: closing it would release SQLite's locks. */
  #fileFd: number | undefined;
  #walBytes = 0;
  #failure: Error | undefined;

  constructor(parts: LogFileParts) {
    const { db } = parts;
    this.path = parts.path;
    this.#db = db;
    this.#identity = parts.identity;
    this.#checksums = new RowChecksums(parts.identity);
    this.#opened = parts.fsync ? OPENED.synced : OPENED.unsynced;
    this.#onStep = parts.onStep;
    this.#bounds = parts.bounds;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#insert = db.prepare(INSERT_ROW);
    this.#updateBounds = db.prepare(UPDATE_BOUNDS);
    this.#values = new ValueReader(parts.path, db, this.#checksums);
  }

  /** Bytes that were written to the write-ahead log since it was last copied into the file, by estimate. */
  get walBytes(): number {
    return this.#walBytes;
  }

  /** Leaves out as many revisions: what is there becomes the state at the last of them. Durable when it returns. */
  skipRevisions(rows: readonly LogRow[], count: number): LogBounds {
    const revision = this.#bounds.revision + count;
    let digest = 0;
    for (const row of rows) digest = addToDigest(digest, this.#checksums.ofRow(row));
    this.#bounds = { ...this.#bounds, revision, compacted: revision, rowCount: rows.length, digest };
    this.#prepareWrite();
    return this.#bounds;
  }

  /**
   * A value of a key; `undefined` where its row is gone. Throws `StorageCorruptError`, `StorageFailedError`,
   * and `StorageClosedError`.
   */
  readValue(revisions: ValueRevisions): Uint8Array | undefined {
    if (!this.#db.isOpen) throw new StorageClosedError();
    return this.#values.read(revisions);
  }

  /** Whether revisions up to `compacted` are forgotten in the file, too. */
  isCompactedTo(compacted: number): boolean {
    return this.#bounds.compacted >= compacted;
  }

  /**
   * Writes rows, all or none; they outlive the process from here on, and the machine after `sync`. Throws
   * `StorageFullError` where there is no room, and `StorageFailedError`.
   */
  commit(rows: readonly LogRow[]): void {
    this.#prepareWrite();
    const [first] = rows;
    if (rows.length === 1 && first !== undefined && !this.#needsIdentity) this.#insertAlone(first);
    else this.#transact(() => rows.forEach((row) => this.#insertRow(row)));
    let bytes = 0;
    for (const { key, value } of rows) bytes += key.length + (value?.length ?? 0) + BYTES_BESIDE_VALUE;
    this.#walBytes += FRAME_BYTES * (1 + Math.ceil(bytes / ROW_BYTES_PER_PAGE));
  }

  #insertRow(row: LogRow): void {
    this.#onStep?.("commit: insert");
    const checksum = this.#checksums.ofRow(row);
    this.#insert.run(row.revision, row.createRevision, row.atMs, checksum, row.key, row.value ?? null);
  }

  /** A statement outside of a transaction is one by itself, at two thirds of the cost. */
  #insertAlone(row: LogRow): void {
    try {
      this.#insertRow(row);
    } catch (error) {
      throw toStorageError(this.path, error);
    }
  }

  /**
   * Moves the beginning of the log in the file one step towards a revision, or deletes some of the rows that are out of
   * reach; gives what remains to be deleted. To be repeated until `isCompactedTo` and nothing remains.
   */
  compactStep(
    target: { revision: number; compacted: number },
    unreachable: readonly number[],
  ): readonly number[] {
    this.#prepareWrite();
    const { compacted } = this.#bounds;
    if (compacted < target.compacted) {
      this.#moveBounds(target.revision, Math.min(target.compacted, compacted + COMPACTION_STEP));
      return unreachable;
    }
    this.#delete(unreachable.slice(0, COMPACTION_STEP));
    return unreachable.slice(COMPACTION_STEP);
  }

  /** Makes what was committed outlive the machine, in another thread. After a failure every call fails. */
  async sync(): Promise<void> {
    await this.#flush(this.#openWal(), "sync");
  }

  async #flush(fd: number, step: string): Promise<void> {
    try {
      this.#onStep?.(step);
      await new Promise<void>((resolve, reject) => {
        fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
      });
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** The same while the caller waits: quicker by the time that waking up takes, where the disk is quick. */
  syncNow(): void {
    const fd = this.#openWal();
    try {
      this.#onStep?.("sync");
      fdatasyncSync(fd);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /**
   * Copies the write-ahead log into the file. To be called while nobody writes, and nobody may until it has ended: SQLite
   * then begins the log again, and what was copied must have reached the disk by then.
   *
   * SQLite would wait for the disk twice in this thread. Its own flushes are left out, therefore, and made around it
   * elsewhere: of the log before, and of the file after. After a failure of one of them every call fails.
   */
  async checkpoint(): Promise<void> {
    await this.sync();
    this.#walBytes = 0;
    this.#onStep?.("checkpoint");
    try {
      this.#db.exec("PRAGMA synchronous = OFF");
      this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch (error) {
      throw toStorageError(this.path, error);
    } finally {
      this.#needsIdentity = true;
      this.#db.exec("PRAGMA synchronous = NORMAL");
    }
    this.#fileFd ??= openSync(this.path, "r+");
    await this.#flush(this.#fileFd, "sync file");
  }

  /** Ends with the write-ahead log in the file and gone, where the disk allows it. */
  close(): void {
    const isClosed = this.#bounds.opened === OPENED.closed || this.#markClosed();
    const header = isClosed ? undefined : this.#readWalHeader();
    if (this.#walFd !== undefined) closeSync(this.#walFd);
    this.#onStep?.("close");
    this.#db.close();
    if (this.#fileFd !== undefined) closeSync(this.#fileFd);
    if (header === undefined || existsSync(walPath(this.path))) return;
    // The file says that it is open and SQLite took the log away, so that the next one to open it would miss the log.
    writeFileSync(walPath(this.path), header, { mode: 0o600 });
  }

  /** Where it fails, the next one to open the file finds it as after a crash, which is no loss. */
  #markClosed(): boolean {
    if (this.#failure !== undefined) return false;
    try {
      this.#transact(() => this.#writeBounds({ ...this.#bounds, opened: OPENED.closed }));
      return true;
    } catch {
      return false;
    }
  }

  #readWalHeader(): Buffer | undefined {
    try {
      this.#walFd ??= openSync(walPath(this.path), "r+");
      const header = Buffer.alloc(WAL_HEADER_BYTES);
      return readSync(this.#walFd, header, 0, header.length, 0) === header.length ? header : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Before the first write the file itself, not only its write-ahead log, says that it is open: whoever finds it so and no
   * log beside it knows that something is missing.
   */
  #prepareWrite(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isMarked) return;
    this.#transact(() => this.#writeBounds({ ...this.#bounds, opened: this.#opened }));
    this.#onStep?.("checkpoint");
    this.#needsIdentity = true;
    try {
      this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch (error) {
      throw toStorageError(this.path, error);
    }
    this.#isMarked = true;
  }

  #moveBounds(revision: number, compacted: number): void {
    const { compacted: from, rowCount, digest } = this.#bounds;
    const added = this.#db
      .prepare(
        "SELECT count(*) AS count, total(checksum) AS sum FROM log WHERE revision > ? AND revision <= ?",
      )
      .get(from, compacted);
    this.#transact(() =>
      this.#writeBounds({
        ...this.#bounds,
        revision: Math.max(revision, this.#bounds.revision),
        compacted,
        rowCount: rowCount + Number(added?.["count"]),
        digest: addToDigest(digest, Number(added?.["sum"]) % 2 ** 32),
      }),
    );
    this.#walBytes += 2 * FRAME_BYTES;
  }

  #delete(revisions: readonly number[]): void {
    if (revisions.length === 0) return;
    const remove = this.#db.prepare("DELETE FROM log WHERE revision = ? RETURNING checksum");
    this.#transact(() => {
      let { rowCount, digest } = this.#bounds;
      for (const revision of revisions) {
        this.#onStep?.("compact: delete");
        const row = remove.get(revision);
        if (row === undefined) continue;
        rowCount -= 1;
        digest = addToDigest(digest, Number(row["checksum"]), -1);
      }
      this.#writeBounds({ ...this.#bounds, rowCount, digest });
    });
    this.#walBytes += (2 + revisions.length / 4) * FRAME_BYTES;
  }

  /** In a transaction; `#bounds` is set back where that fails. */
  #writeBounds(bounds: LogBounds): void {
    this.#onStep?.("bounds: update");
    this.#updateBounds.run(...boundsValues(bounds, this.#checksums));
    this.#bounds = bounds;
  }

  #transact(change: () => void): void {
    const before = this.#bounds;
    try {
      this.#onStep?.("begin");
      this.#begin.run();
      if (this.#needsIdentity) this.#writeIdentity();
      change();
      this.#onStep?.("commit");
      this.#commit.run();
    } catch (error) {
      this.#bounds = before;
      this.#needsIdentity = true;
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw toStorageError(this.path, error);
    }
    this.#needsIdentity = false;
  }

  /** Setting the identity to what it is makes SQLite write the page that holds it: so a log tells whose it is. */
  #writeIdentity(): void {
    this.#onStep?.("identity");
    this.#db.exec(`PRAGMA user_version = ${this.#identity}`);
    this.#walBytes += FRAME_BYTES;
  }

  #openWal(): number {
    if (this.#failure !== undefined) throw this.#failure;
    this.#walFd ??= openSync(walPath(this.path), "r+");
    return this.#walFd;
  }

  /**
   * After a failed flush nobody knows what the disk has, and the system may believe that it has everything: no later flush
   * would tell. So nothing is acknowledged any more.
   */
  #fail(error: unknown): Error {
    this.#failure = new StorageFailedError(this.path, { cause: error });
    return this.#failure;
  }
}
