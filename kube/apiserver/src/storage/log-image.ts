import { randomInt } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { emptyImage } from "./log-schema.ts";

/** Called before each thing that changes a file, with a name for it; tests end the world there. */
export type OnStep = (step: string) => void;

/** What is added to the name of a file while it is made, and SQLite's own beside it. */
const UNFINISHED = /^\.\d+\.new(?:-wal|-shm|-journal)?$/;

/** Makes a file that holds no rows yet, whole or not at all; what is there already stays. */
export function createFile(path: string, onStep: OnStep | undefined): void {
  removeUnfinished(path);
  const unfinished = unfinishedPath(path);
  writeImage(unfinished, onStep);
  onStep?.("create: link");
  giveName(unfinished, path);
  onStep?.("create: sync folder");
  syncFolder(path);
  onStep?.("create: unlink");
  rmSync(unfinished, { force: true });
}

/** Gives a file a second name, which nobody may have yet; on file systems that know no such thing, that name alone. */
export function giveName(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!isLinkUnknown(error)) throw error;
    renameSync(from, to);
  }
}

/** An image under a name of its own, to be filled and then put in the place of a file. */
export function writeImage(path: string, onStep: OnStep | undefined): void {
  onStep?.("create: write");
  rmSync(path, { force: true });
  const fd = openSync(path, "wx", 0o600);
  try {
    writeSync(fd, emptyImage(randomInt(1, 2 ** 31)));
    onStep?.("create: sync");
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function unfinishedPath(path: string): string {
  return `${path}.${process.pid}.new`;
}

/** What a crash has left of files that were being made. */
function removeUnfinished(path: string): void {
  const name = basename(path);
  for (const each of readdirSync(dirname(path))) {
    const isOurs = each.startsWith(name) && UNFINISHED.test(each.slice(name.length));
    if (isOurs) rmSync(join(dirname(path), each), { force: true });
  }
}

/** A new name is durable only once its folder is. */
export function syncFolder(path: string): void {
  let fd: number;
  try {
    fd = openSync(dirname(path), "r");
  } catch {
    // Folders cannot be opened on Windows, which makes names durable by itself.
    return;
  }
  try {
    fsyncSync(fd);
  } catch {
    // Some file systems refuse to sync a folder; nothing can be done there.
  } finally {
    closeSync(fd);
  }
}

/** File systems without hard links say so in several ways. */
function isLinkUnknown(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code === "EPERM" || code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "ENOSYS" || code === "EACCES"
  );
}
