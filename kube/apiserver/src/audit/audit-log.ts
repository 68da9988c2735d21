import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { type Clock, describeError, type Logger, silentLogger, systemClock } from "@weir/core";
import { AuditLogError } from "./audit-error.ts";
import type { AuditSink } from "./audit-record.ts";

/** Options of an audit log. */
export interface AuditLogOptions {
  readonly path: string;
  /** When the file is put aside and a new one begun: 100 MiB by default. */
  readonly maxBytes?: number;
  /** How many files that were put aside are kept; all by default. */
  readonly maxBackups?: number;
  /** How much may wait for the disk before events are dropped: 64 MiB by default. */
  readonly bufferBytes?: number;
  readonly clock?: Clock;
  /** Told when events were dropped, and how many. */
  readonly logger?: Logger;
}

/** An audit log in a file. Disposing it writes what waits, and closes the file. */
export interface AuditLog extends AuditSink, AsyncDisposable {
  /** How many events found no room. */
  readonly dropped: number;
  /** Resolves when everything that was taken so far is in the file. */
  flush(): Promise<void>;
}

const DEFAULT_MAX_BYTES = 100 * 1024 * 1024;
const DEFAULT_BUFFER = 64 * 1024 * 1024;
/** One write to the file. */
const LARGEST_WRITE = 1024 * 1024;
/** A disk that fails is asked again after this long. */
const RETRY_MS = 1_000;

/**
 * Opens a file that audit events are appended to, one line of JSON each. Requests never wait for it: lines are buffered, and
 * dropped and counted where the buffer is full. Files are put aside as `NAME-TIME.EXT`, as kube-apiserver does.
 *
 * Rejects with `AuditLogError`.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  try {
    await mkdir(dirname(options.path), { recursive: true });
    return new FileAuditLog(options, await openFile(options.path));
  } catch (cause) {
    throw new AuditLogError(options.path, { cause });
  }
}

interface OpenLog {
  readonly file: FileHandle;
  size: number;
}

async function openFile(path: string): Promise<OpenLog> {
  const file = await open(path, "a", 0o600);
  return { file, size: (await file.stat()).size };
}

class FileAuditLog implements AuditLog {
  readonly #options: AuditLogOptions;
  readonly #maxBytes: number;
  readonly #bufferBytes: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #open: OpenLog;
  #lines: string[] = [];
  /** Characters that wait; most are one byte. */
  #waiting = 0;
  #dropped = 0;
  #reported = 0;
  #flushing: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: AuditLogOptions, opened: OpenLog) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#bufferBytes = options.bufferBytes ?? DEFAULT_BUFFER;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#open = opened;
  }

  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): boolean {
    if (this.#waiting + line.length > this.#bufferBytes || this.#closing.signal.aborted) {
      this.#dropped += 1;
      if (this.#reported === 0 && this.#dropped === 1) this.#reportDropped();
      return false;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    this.#flushing ??= this.#drain();
    return true;
  }

  async flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.flush();
    await this.#open.file.close();
  }

  async #drain(): Promise<void> {
    try {
      // Events of the same turn of the event loop are written together.
      await Promise.resolve();
      while (this.#lines.length > 0) {
        const isWritten = await this.#writeSome();
        if (isWritten) continue;
        if (this.#closing.signal.aborted) return;
        await this.#clock.sleep(RETRY_MS, this.#closing.signal).catch(() => undefined);
      }
      if (this.#dropped > this.#reported) this.#reportDropped();
    } finally {
      this.#flushing = undefined;
    }
  }

  /** Writes what fits one write; false where the disk refuses. */
  async #writeSome(): Promise<boolean> {
    let count = 0;
    let length = 0;
    while (
      count < this.#lines.length &&
      (count === 0 || length + (this.#lines[count]?.length ?? 0) <= LARGEST_WRITE)
    ) {
      length += this.#lines[count]?.length ?? 0;
      count += 1;
    }
    const bytes = Buffer.from(this.#lines.slice(0, count).join(""), "utf8");
    try {
      if (this.#open.size > 0 && this.#open.size + bytes.length > this.#maxBytes) await this.#rotate();
      await this.#open.file.appendFile(bytes);
    } catch (error) {
      this.#logger.error("cannot write the audit log", {
        path: this.#options.path,
        error: describeError(error),
      });
      return false;
    }
    this.#open.size += bytes.length;
    this.#lines.splice(0, count);
    this.#waiting -= length;
    return true;
  }

  async #rotate(): Promise<void> {
    const { path, maxBackups } = this.#options;
    const aside = await freeName(path, this.#clock.now());
    await rename(path, aside);
    const before = this.#open.file;
    this.#open = await openFile(path);
    await before.close();
    if (maxBackups !== undefined) await removeOldest(path, maxBackups);
  }

  #reportDropped(): void {
    this.#reported = this.#dropped;
    this.#logger.warn("audit events were dropped, as the disk is too slow", {
      path: this.#options.path,
      dropped: this.#dropped,
    });
  }
}

/** `audit-2026-01-02T03-04-05.678.log`, and a later time where that is taken. */
async function freeName(path: string, nowMs: number): Promise<string> {
  for (let ms = nowMs; ; ms += 1) {
    const time = new Date(ms).toISOString().slice(0, -1).replaceAll(":", "-");
    const name = `${stemOf(path)}-${time}${extname(path)}`;
    const isTaken = await stat(name).then(
      () => true,
      () => false,
    );
    if (!isTaken) return name;
  }
}

function stemOf(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

async function removeOldest(path: string, maxBackups: number): Promise<void> {
  const start = `${basename(stemOf(path))}-`;
  const isBackup = (name: string): boolean =>
    name.startsWith(start) &&
    name.endsWith(extname(path)) &&
    /-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}(\.|$)/.test(name);
  const folder = dirname(path);
  const backups = (await readdir(folder)).filter(isBackup).sort();
  for (const name of backups.slice(0, Math.max(0, backups.length - maxBackups)))
    await rm(join(folder, name), { force: true });
}
