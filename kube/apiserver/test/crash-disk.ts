import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FRAME_HEADER_BYTES, WAL_HEADER_BYTES } from "../src/storage/wal-frames.ts";

/** The files of a folder by name. */
export type Files = ReadonlyMap<string, Buffer>;

export interface ScratchFolder extends Disposable {
  readonly folder: string;
  readonly path: string;
}

export const DB = "state.db";
export const WAL = "state.db-wal";
const SECTOR = 512;
const FRAME = FRAME_HEADER_BYTES + 4096;

/** In memory where the system has such a folder: what is flushed is modelled, and thousands of real flushes take long. */
export function scratchFolder(): ScratchFolder {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "weir-crash-"));
  return {
    folder,
    path: join(folder, DB),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What lies in a folder now, but for what belongs to running processes only. */
export function takeFiles(folder: string): Files {
  const names = readdirSync(folder).filter((name) => !/-shm$|\.lock$|\.pid$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

export function putFiles(folder: string, files: Files): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
}

export function sameFiles(left: Files, right: Files): boolean {
  if (left.size !== right.size) return false;
  for (const [name, bytes] of left) {
    const other = right.get(name);
    if (other === undefined || !bytes.equals(other)) return false;
  }
  return true;
}

/** The files when a process is killed between two moments: everything that was written by then, the last write in part. */
export function* killedBetween(before: Files, after: Files): Generator<Files> {
  yield after;
  yield* killedInWal(before, after);
  yield* killedInDatabase(before, after);
}

function* killedInWal(before: Files, after: Files): Generator<Files> {
  const [from, to] = [bytesOf(before, WAL), bytesOf(after, WAL)];
  if (to.length === 0 || from.equals(to)) return;
  for (const end of cuts(to.length)) {
    // What the log held behind the cut is still there: it is written again from its start after a checkpoint.
    const torn = Buffer.from(from.length > end ? from : Buffer.alloc(end));
    to.copy(torn, 0, 0, end);
    if (end < firstDifference(from, to)) continue;
    yield new Map(before).set(WAL, torn);
  }
}

/** The end of each frame, and places within: SQLite writes a frame's header and its page one after the other. */
function* cuts(length: number): Generator<number> {
  yield WAL_HEADER_BYTES;
  for (let frame = WAL_HEADER_BYTES; frame < length; frame += FRAME) {
    for (const part of [12, FRAME_HEADER_BYTES, 1000, FRAME]) yield Math.min(length, frame + part);
  }
}

function* killedInDatabase(before: Files, after: Files): Generator<Files> {
  const [from, to] = [bytesOf(before, DB), bytesOf(after, DB)];
  if (from.length === 0 || from.equals(to)) return;
  const wal = bytesOf(before, WAL);
  for (let end = 0; end < to.length; end += 4096) {
    for (const part of [0, 2048]) {
      const torn = Buffer.alloc(Math.max(from.length, end + part));
      from.copy(torn);
      to.copy(torn, 0, 0, end + part);
      yield new Map(after).set(DB, torn).set(WAL, wal);
    }
  }
}

/**
 * The files when the power fails: of what was written since the last flush, any sectors may have reached the disk, in any
 * order.
 */
export function* cutOffBetween(
  flushed: Files,
  { before, after }: { readonly before: Files; readonly after: Files },
  random: (bound: number) => number,
): Generator<Files> {
  if (!flushed.has(DB)) {
    // A new file gets its name when all of it is flushed.
    yield flushed;
    yield after;
    return;
  }
  const [walBefore, walAfter] = [bytesOf(flushed, WAL), bytesOf(after, WAL)];
  const [dbBefore, dbAfter] = [bytesOf(flushed, DB), bytesOf(after, DB)];
  if (!dbBefore.equals(dbAfter)) {
    // A checkpoint flushes the log before it writes pages, and the log goes only when these are flushed.
    const wal = bytesOf(before, WAL);
    for (const db of someSectors(dbBefore, dbAfter, random)) yield new Map(after).set(DB, db).set(WAL, wal);
    yield after;
    return;
  }
  if (walBefore.equals(walAfter)) return;
  yield flushed;
  // A log that begins again is flushed with its new header before anything else is written to it.
  const isNewRound = walBefore.length > 0 && !walBefore.subarray(0, 32).equals(walAfter.subarray(0, 32));
  const base = isNewRound ? Buffer.concat([walAfter.subarray(0, 32), walBefore.subarray(32)]) : walBefore;
  for (const wal of someSectors(base, walAfter, random)) yield new Map(flushed).set(WAL, wal);
}

function* someSectors(from: Buffer, to: Buffer, random: (bound: number) => number): Generator<Buffer> {
  const changed: number[] = [];
  for (let at = 0; at < to.length; at += SECTOR) {
    if (!from.subarray(at, at + SECTOR).equals(to.subarray(at, at + SECTOR))) changed.push(at);
  }
  const mix = (isWritten: (index: number) => boolean): Buffer => {
    const mixed = Buffer.alloc(Math.max(from.length, to.length));
    from.copy(mixed);
    changed.forEach((at, index) => {
      if (isWritten(index)) to.copy(mixed, at, at, Math.min(to.length, at + SECTOR));
    });
    return mixed;
  };
  const step = Math.max(1, Math.floor(changed.length / 8));
  for (let index = 0; index < changed.length; index += step) {
    yield mix((each) => each !== index);
    yield mix((each) => each < index);
  }
  for (let round = 0; round < 4; round++) yield mix(() => random(2) === 0);
}

function firstDifference(left: Buffer, right: Buffer): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) if (left[at] !== right[at]) return at;
  return length;
}

function bytesOf(files: Files, name: string): Buffer {
  return files.get(name) ?? Buffer.alloc(0);
}
