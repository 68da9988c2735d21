import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RowChecksums } from "./row-checksum.ts";
import type { ValueRevisions } from "./storage.ts";
import { StorageCorruptError } from "./storage-error.ts";
import { toStorageError } from "./sqlite-failure.ts";

const SELECT_VALUE = "SELECT at_ms, checksum, value FROM log WHERE revision = ?";

/** Reads single values out of the log's table, and believes none that is not what was written there of the key. */
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
  read({ key, createRevision, modRevision: revision }: ValueRevisions): Uint8Array | undefined {
    const row = this.#find(revision);
    if (row === undefined) return undefined;
    const [atMs, checksum, value] = row;
    if (value instanceof Uint8Array) {
      const found = { revision, createRevision, atMs: Number(atMs), key, value };
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
