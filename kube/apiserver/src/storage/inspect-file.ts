import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { APPLICATION_ID } from "./log-schema.ts";
import { readWal, type WalContent } from "./wal-frames.ts";

/** What a storage's files look like before SQLite touches them. */
export type FileInspection =
  | { readonly kind: "absent" }
  /** `identity` is 0 for a file of version 1, which has none. */
  | { readonly kind: "usable"; readonly identity: number; readonly wal: WalInspection }
  | { readonly kind: "damaged"; readonly damage: string; readonly isWalForeign?: true };

/** The write-ahead log beside a file. A `broken` one has no readable header, so that SQLite would ignore it. */
export type WalInspection = "absent" | "broken" | "readable" | "lost-transaction";

const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const AT_IDENTITY = 60;
const AT_APPLICATION = 68;

/** SQLite's log beside a database, whose last writes may be nowhere else. */
export function walPath(path: string): string {
  return `${path}-wal`;
}

/**
 * Looks at the files themselves, to be called by the holder of the lock and before SQLite has them open: closing a file
 * by hand would release the locks that SQLite has on it. What is found here SQLite does not see, or sees and overwrites:
 * it replays the log of another database, ignores a damaged one, and makes a new database of an empty file.
 */
export function inspectFile(path: string): FileInspection {
  const header = readHeader(path);
  const walBytes = readWhole(walPath(path));
  if (header === undefined) {
    if (walBytes === undefined || walBytes.length === 0) return { kind: "absent" };
    return { kind: "damaged", damage: `the file is gone, but ${walPath(path)} is there` };
  }
  const damage = headerDamage(header);
  if (damage !== undefined) return { kind: "damaged", damage };
  const wal = walBytes === undefined ? undefined : readWal(walBytes);
  const identity = header.readUInt32BE(AT_IDENTITY);
  const state = walState(walBytes, wal);
  if (header.readUInt32BE(AT_APPLICATION) === APPLICATION_ID && identity !== 0) {
    if (walBytes !== undefined && wal !== undefined && isForeign(wal, walBytes, identity)) {
      return { kind: "damaged", damage: `${walPath(path)} belongs to another file`, isWalForeign: true };
    }
    return { kind: "usable", identity, wal: state };
  }
  return isFirstVersion(header, walBytes, wal)
    ? { kind: "usable", identity: 0, wal: state }
    : { kind: "damaged", damage: "the database belongs to another program" };
}

function headerDamage(header: Buffer): string | undefined {
  if (header.length === 0) return "the file is empty";
  if (header.every((byte) => byte === 0)) return "the header is zeroed";
  if (header.length < HEADER_BYTES) return "the file is cut off in its header";
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) return "the file is no database";
  return undefined;
}

function walState(bytes: Buffer | undefined, wal: WalContent | undefined): WalInspection {
  if (bytes === undefined || bytes.length === 0) return "absent";
  if (wal === undefined) return "broken";
  return wal.lostTransaction ? "lost-transaction" : "readable";
}

/** The first transaction of every round of the log writes the page with the identity. */
function isForeign(wal: WalContent, bytes: Buffer, identity: number): boolean {
  for (const { page, offset, isCommit } of wal.frames) {
    if (page === 1) return bytes.readUInt32BE(offset + AT_IDENTITY) !== identity;
    if (isCommit) return true;
  }
  return false;
}

/** A file of version 1 that was never closed may have its application id in the write-ahead log only. */
function isFirstVersion(header: Buffer, bytes: Buffer | undefined, wal: WalContent | undefined): boolean {
  if (header.readUInt32BE(AT_APPLICATION) === APPLICATION_ID) return true;
  const first = wal?.frames.findLast(({ page }) => page === 1);
  return (
    first !== undefined &&
    bytes !== undefined &&
    bytes.readUInt32BE(first.offset + AT_APPLICATION) === APPLICATION_ID
  );
}

function readHeader(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const header = Buffer.alloc(Math.min(HEADER_BYTES, fstatSync(fd).size));
    readSync(fd, header, 0, header.length, 0);
    return header;
  } finally {
    closeSync(fd);
  }
}

function readWhole(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
