import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasDigest, parseOciDigest } from "../digest.ts";

/** Ends the name of what is not whole yet. */
const UNFINISHED = ".tmp";

/** Writes a file so that it is there whole or not at all, whenever the process or the machine ends. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${randomUUID()}${UNFINISHED}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Reads a file; `undefined` where there is none. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The paths of all files below a folder, from it on. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * A folder of bytes by their digests. What is read is held against its digest: a file that was damaged counts as none, and
 * is written anew by the next who brings it.
 */
export class BlobFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async read(digest: string): Promise<Uint8Array | undefined> {
    const file = this.#fileOf(digest);
    const bytes = file === undefined ? undefined : await readIfThere(file);
    return bytes !== undefined && hasDigest(bytes, digest) ? bytes : undefined;
  }

  /** Keeps bytes whose digest was checked; does nothing where they are kept. */
  async write(digest: string, bytes: Uint8Array): Promise<void> {
    const file = this.#fileOf(digest);
    if (file === undefined || (await this.read(digest)) !== undefined) return;
    await writeWhole(file, bytes);
  }

  /** Removes all but the digests that are used, and what a kill left unfinished. */
  async keepOnly(used: ReadonlySet<string>): Promise<void> {
    const kept = new Set([...used].map((digest) => this.#fileOf(digest)));
    for (const file of await filesBelow(this.#root)) {
      if (!kept.has(file)) await rm(file, { force: true });
    }
  }

  #fileOf(digest: string): string | undefined {
    const parsed = parseOciDigest(digest);
    if (parsed === undefined) return undefined;
    return join(this.#root, parsed.algorithm, parsed.hex.slice(0, 2), parsed.hex);
  }
}

/** Whether a file is one that a kill left unfinished. */
export function isUnfinished(file: string): boolean {
  return file.endsWith(UNFINISHED);
}
