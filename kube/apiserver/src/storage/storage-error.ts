import { WeirError } from "@weir/core";

/** The part of the log that a read or a watch needs is forgotten; the API answers 410 and the client lists again. */
export class RevisionCompactedError extends WeirError {
  override readonly name = "RevisionCompactedError";
  readonly reason = "Expired";
  readonly retry = "backoff";
  readonly revision: number;
  /** The oldest revision that can still be read. */
  readonly oldest: number;

  constructor(revision: number, oldest: number) {
    super(`revision ${revision} is compacted, the oldest kept is ${oldest}`);
    this.revision = revision;
    this.oldest = oldest;
  }
}

/** A read asked for a revision that no write has reached. */
export class FutureRevisionError extends WeirError {
  override readonly name = "FutureRevisionError";
  readonly reason = "Timeout";
  readonly retry = "backoff";
  readonly revision: number;
  readonly newest: number;

  constructor(revision: number, newest: number) {
    super(`revision ${revision} is in the future, the newest is ${newest}`);
    this.revision = revision;
    this.newest = newest;
  }
}

/** The storage was disposed. */
export class StorageClosedError extends WeirError {
  override readonly name = "StorageClosedError";
  readonly reason = "StorageClosed";
  readonly retry = "never";

  constructor() {
    super("storage is closed");
  }
}

/** Another process, or another storage of this one, has the file open. */
export class StorageLockedError extends WeirError {
  override readonly name = "StorageLockedError";
  readonly reason = "StorageLocked";
  readonly retry = "never";
  readonly path: string;
  /** The process that holds it, where it could be told. */
  readonly pid: number | undefined;

  constructor(path: string, pid: number | undefined, options?: { readonly cause?: unknown }) {
    super(
      `storage ${path} is in use by ${pid === undefined ? "another process" : `process ${pid}`}`,
      options,
    );
    this.path = path;
    this.pid = pid;
  }
}

/** The disk, or the size that the storage was given, is used up. Nothing of the write was stored. */
export class StorageFullError extends WeirError {
  override readonly name = "StorageFullError";
  readonly reason = "StorageFull";
  readonly retry = "backoff";
  readonly path: string;

  constructor(path: string, options?: { readonly cause?: unknown }) {
    super(`no space left for storage ${path}`, options);
    this.path = path;
  }
}

/**
 * The file is not a storage, or is damaged: the message says what is wrong and what helps.
 *
 * Nothing was changed. `salvageSqliteStorage` puts what can still be read into a new file.
 */
export class StorageCorruptError extends WeirError {
  override readonly name = "StorageCorruptError";
  readonly reason = "StorageCorrupt";
  readonly retry = "never";
  readonly path: string;
  /** What is wrong, as a clause: "the header is zeroed". */
  readonly damage: string;

  constructor(path: string, damage: string, options?: { readonly cause?: unknown }) {
    super(
      `storage ${path} is damaged: ${damage}; restore it, or move it away to start from an empty one, ` +
        "or keep what can be read with `weir cluster salvage`",
      options,
    );
    this.path = path;
    this.damage = damage;
  }
}

/** The file was written by a newer Weir. */
export class StorageVersionError extends WeirError {
  override readonly name = "StorageVersionError";
  readonly reason = "StorageVersion";
  readonly retry = "never";
  readonly path: string;
  readonly found: number;
  readonly supported: number;

  constructor(path: string, found: number, supported: number) {
    super(`storage ${path} has schema version ${found}, this version of weir reads up to ${supported}`);
    this.path = path;
    this.found = found;
    this.supported = supported;
  }
}

/** The file cannot be opened, read or written for another reason, which the cause says. */
export class StorageFailedError extends WeirError {
  override readonly name = "StorageFailedError";
  readonly reason = "StorageFailed";
  readonly retry = "backoff";
  readonly path: string;

  constructor(path: string, options?: { readonly cause?: unknown }) {
    super(`storage ${path} failed`, options);
    this.path = path;
  }
}
