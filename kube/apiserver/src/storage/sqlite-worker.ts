import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import {
  type Failure,
  type LogRow,
  type OpenFile,
  type PackedRows,
  packRows,
  type Refusal,
  transferOf,
  unpackRows,
  type WorkerReply,
  type WorkerRequest,
} from "./sqlite-protocol.ts";

/** Version of the tables below; a change of them takes the next number and a step that upgrades. */
const SCHEMA_VERSION = 1;

/** Marks the file as ours ("weir"), so that no other program's database is written to. */
const APPLICATION_ID = 0x77656972;

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;

const PAGE_BYTES = 4096;
const ROWS_PER_MESSAGE = 2000;
const BYTES_PER_MESSAGE = 4 * 1024 * 1024;

const TABLES = `
CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
CREATE TABLE bounds (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL,
  compacted INTEGER NOT NULL
) STRICT;
CREATE TABLE log (
  revision INTEGER PRIMARY KEY,
  create_revision INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  key TEXT NOT NULL,
  value BLOB
) STRICT;
`;

/** The log of revisions in a file: rows up to `compacted` are the state there, the others are what came after. */
class LogFile {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #newest: StatementSync;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#insert = db.prepare(
      "INSERT INTO log (revision, create_revision, at_ms, key, value) VALUES (?, ?, ?, ?, ?)",
    );
    this.#newest = db.prepare("SELECT max(revision) AS revision FROM log");
  }

  /** Sends all rows, oldest first; values in messages of bounded size. */
  load(port: MessagePort): void {
    let rows: LogRow[] = [];
    let bytes = 0;
    const send = (): void => {
      const packed = packRows(rows);
      post(port, { kind: "rows", rows: packed }, transferOf(packed));
      rows = [];
      bytes = 0;
    };
    const select = this.#db.prepare(
      "SELECT revision, create_revision, at_ms, key, value FROM log ORDER BY revision",
    );
    for (const row of select.iterate()) {
      const value = row["value"] instanceof Uint8Array ? row["value"] : undefined;
      rows.push({
        revision: Number(row["revision"]),
        createRevision: Number(row["create_revision"]),
        atMs: Number(row["at_ms"]),
        key: String(row["key"]),
        value,
      });
      bytes += value?.length ?? 0;
      if (rows.length >= ROWS_PER_MESSAGE || bytes >= BYTES_PER_MESSAGE) send();
    }
    send();
    const bounds = this.#db.prepare("SELECT revision, compacted FROM bounds").get();
    post(port, {
      kind: "opened",
      revision: Math.max(Number(bounds?.["revision"] ?? 0), this.#newestRow()),
      compacted: Number(bounds?.["compacted"] ?? 0),
    });
  }

  commit(packed: PackedRows): void {
    let last = 0;
    this.#transact(
      () => {
        for (const row of unpackRows(packed)) {
          this.#insert.run(row.revision, row.createRevision, row.atMs, row.key, row.value ?? null);
          last = row.revision;
        }
      },
      () => this.#newestRow() === last,
    );
  }

  compact(revision: number, compacted: number, unreachable: readonly number[]): void {
    const remove = this.#db.prepare("DELETE FROM log WHERE revision = ?");
    this.#transact(
      () => {
        for (const each of unreachable) remove.run(each);
        this.#db.prepare("UPDATE bounds SET revision = ?, compacted = ?").run(revision, compacted);
      },
      () => false,
    );
  }

  close(): void {
    this.#db.close();
    rmSync(holderPath(this.#path), { force: true });
  }

  /** A failed COMMIT may still have become durable; then it is no failure. */
  #transact(change: () => void, isDurable: () => boolean): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      change();
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      if (!isDurable()) throw error;
    }
  }

  #newestRow(): number {
    return Number(this.#newest.get()?.["revision"] ?? 0);
  }
}

/** Opens a file that is ours alone and whole; gives the reason where it is not. */
function open(db: DatabaseSync, file: OpenFile): Refusal | undefined {
  const refusal = lock(db, file) ?? check(db);
  if (refusal !== undefined || file.maxBytes === undefined) return refusal;
  db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(file.maxBytes / PAGE_BYTES))}`);
  return undefined;
}

/** The lock is the operating system's, on the database file: it goes with the process, however that ends. */
function lock(db: DatabaseSync, { path, fsync }: OpenFile): Refusal | undefined {
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec(`PRAGMA synchronous = ${fsync ? "FULL" : "OFF"}`);
    db.exec("BEGIN IMMEDIATE; COMMIT");
  } catch (error) {
    const failure = describeFailure(error);
    if (failure.resultCode !== SQLITE_BUSY) throw error;
    return { kind: "locked", pid: readHolder(path), failure };
  }
  writeHolder(path);
  return undefined;
}

function check(db: DatabaseSync): Refusal | undefined {
  const result = db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (result !== "ok") return damaged(String(result));
  const tables = db.prepare("SELECT count(*) AS count FROM sqlite_schema").get();
  if (Number(tables?.["count"]) === 0) createTables(db);
  const id = db.prepare("PRAGMA application_id").get()?.["application_id"];
  if (id !== APPLICATION_ID) return damaged("the database belongs to another program");
  const found = Number(db.prepare("SELECT version FROM schema_version").get()?.["version"]);
  if (found === SCHEMA_VERSION) return undefined;
  return found > SCHEMA_VERSION
    ? { kind: "version", found, supported: SCHEMA_VERSION }
    : damaged("the schema version is missing");
}

function createTables(db: DatabaseSync): void {
  db.exec("BEGIN IMMEDIATE");
  db.exec(TABLES);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.prepare("INSERT INTO schema_version (version) VALUES (?)").run(SCHEMA_VERSION);
  db.exec("INSERT INTO bounds (id, revision, compacted) VALUES (1, 1, 0)");
  db.exec("COMMIT");
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

function damaged(message: string): Refusal {
  return { kind: "failure", failure: { message, resultCode: SQLITE_CORRUPT, code: undefined } };
}

function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), resultCode: undefined, code: undefined };
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown };
  return {
    message: error.message,
    // The primary result code is the low byte of an extended one.
    resultCode: typeof errcode === "number" ? errcode & 0xff : undefined,
    code: typeof code === "string" ? code : undefined,
  };
}

function post(port: MessagePort, reply: WorkerReply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer);
}

function handle(log: LogFile, request: WorkerRequest): void {
  switch (request.kind) {
    case "commit":
      return log.commit(request.rows);
    case "compact":
      return log.compact(request.revision, request.compacted, request.unreachable);
    case "close":
      return log.close();
  }
}

/** Objects hold secrets: the file, and SQLite's beside it, are readable by their owner only. */
function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  return new DatabaseSync(path);
}

function start(port: MessagePort, file: OpenFile): LogFile | Refusal {
  let db: DatabaseSync | undefined;
  let refusal: Refusal | undefined;
  try {
    db = openDatabase(file.path);
    refusal = open(db, file);
    if (refusal === undefined) {
      const log = new LogFile(file.path, db);
      log.load(port);
      return log;
    }
  } catch (error) {
    refusal = { kind: "failure", failure: describeFailure(error) };
  }
  db?.close();
  return refusal;
}

function serve(port: MessagePort, file: OpenFile): void {
  const log = start(port, file);
  if (!(log instanceof LogFile)) {
    post(port, { kind: "refused", refusal: log });
    return;
  }
  port.on("message", (request: WorkerRequest) => {
    try {
      handle(log, request);
      post(port, { kind: "done", id: request.id });
    } catch (error) {
      post(port, { kind: "failed", id: request.id, failure: describeFailure(error) });
    }
    if (request.kind === "close") port.close();
  });
}

if (parentPort !== null) serve(parentPort, workerData as OpenFile);
