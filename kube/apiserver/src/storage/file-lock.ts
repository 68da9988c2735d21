import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describeFailure, SQLITE_BUSY } from "./sqlite-failure.ts";
import { StorageLockedError } from "./storage-error.ts";

/**
 * Holds a storage's file for one owner.
 *
 * The lock is the operating system's and goes with the process, however that ends. It lies on an empty file beside the
 * storage, which nobody opens but SQLite: locks of POSIX are dropped as soon as the process closes any descriptor of the
 * file, so that one that looked at the storage's own file would release it.
 */
export class FileLock {
  readonly #path: string;
  readonly #db: DatabaseSync;

  private constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
  }

  /** Makes the folder where it does not exist. Throws `StorageLockedError`. */
  static take(path: string): FileLock {
    // Objects hold secrets: the folder, and the files in it, are readable by their owner only.
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lock = `${path}.lock`;
    makeEmpty(lock);
    const db = new DatabaseSync(lock);
    try {
      db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (error) {
      db.close();
      const failure = describeFailure(error);
      if (failure.resultCode !== SQLITE_BUSY) throw error;
      throw new StorageLockedError(path, readHolder(path), { cause: failure.message });
    }
    writeHolder(path);
    return new FileLock(path, db);
  }

  release(): void {
    rmSync(holderPath(this.#path), { force: true });
    this.#db.close();
  }
}

function makeEmpty(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    // Who opens an existing one and closes it again would release its lock.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Who holds the lock, for the message of the one who does not get it. */
function holderPath(path: string): string {
  return `${path}.pid`;
}

function readHolder(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(holderPath(path), "utf8"), 10);
    return Number.isSafeInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The lock holds without this file, so failing to write it fails nothing. */
function writeHolder(path: string): void {
  try {
    writeFileSync(holderPath(path), `${process.pid}\n`, { mode: 0o600 });
  } catch {
    rmSync(holderPath(path), { force: true });
  }
}
