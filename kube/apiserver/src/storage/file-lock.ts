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
  /**
   * Whether the system has run without a break since the last owner opened the file: what that one wrote is there, then,
   * whether or not it was flushed.
   */
  readonly isSameBoot: boolean;

  private constructor(path: string, db: DatabaseSync, lastBoot: string) {
    this.#path = path;
    this.#db = db;
    this.isSameBoot = lastBoot !== UNKNOWN_BOOT && lastBoot === bootId();
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
      throw new StorageLockedError(path, readHolder(path).pid, { cause: failure.message });
    }
    // Which run of the system it was is kept until the file is open: whatever follows from it may be cut short.
    const { boot } = readHolder(path);
    writeHolder(path, boot);
    return new FileLock(path, db, boot);
  }

  /** To be called when the file is open: from here on this run of the system counts. */
  opened(): void {
    writeHolder(this.#path, bootId());
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

interface Holder {
  readonly pid: number | undefined;
  readonly boot: string;
}

const UNKNOWN_BOOT = "-";

function readHolder(path: string): Holder {
  try {
    const [pidText = "", boot = ""] = readFileSync(holderPath(path), "utf8").split("\n");
    const pid = Number.parseInt(pidText, 10);
    return { pid: Number.isSafeInteger(pid) ? pid : undefined, boot: boot === "" ? UNKNOWN_BOOT : boot };
  } catch {
    return { pid: undefined, boot: UNKNOWN_BOOT };
  }
}

/** The lock holds without this file, so failing to write it fails nothing. */
function writeHolder(path: string, boot: string): void {
  try {
    writeFileSync(holderPath(path), `${process.pid}\n${boot}\n`, { mode: 0o600 });
  } catch {
    rmSync(holderPath(path), { force: true });
  }
}

/** Names this run of the system, where that can be told. */
function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return UNKNOWN_BOOT;
  }
}
