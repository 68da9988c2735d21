import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RowChecksums } from "./row-checksum.ts";
import { StorageCorruptError } from "./storage-error.ts";
import { toStorageError } from "./sqlite-failure.ts";

const SELECT_VALUE = "SELECT create_revision, at_ms, checksum, key, value FROM log WHERE revision = ?";

/** Reads single values out of the log's table, and believes none that is not what was written. */
export class ValueReader {
  readonly #path: string;
  readonly #checksums: RowChecksums;
  readonly #select: StatementSync;

  constructor(path: string, db: DatabaseSync, checksums: RowChecksums) {
    this.#path = path;
    this.#checksums = checksums;
    this.#select = db.prepare(SELECT_VALUE);
    this.#select.setReturnArrays(true);
  }

  /** `undefined` where there is no such row. Throws `StorageCorruptError` or `StorageFailedError`. */
  read(revision: number): Uint8Array | undefined {
    const row = this.#find(revision);
    if (row === undefined) return undefined;
    const [createRevision, atMs, checksum, key, value] = row;
    if (value instanceof Uint8Array && typeof key === "string") {
      const found = { revision, createRevision: Number(createRevision), atMs: Number(atMs), key, value };
      if (this.#checksums.ofRow(found) === checksum) return value;
    }
    throw new StorageCorruptError(this.#path, `the row of revision ${revision} does not match its checksum`);
  }

  #find(revision: number): readonly unknown[] | undefined {
    try {
      return this.#select.get(revision) as readonly unknown[] | undefined;
    } catch (error) {
      throw toStorageError(this.#path, error);
    }
  }
}
