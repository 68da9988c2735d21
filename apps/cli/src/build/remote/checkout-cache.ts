import { createHash, randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
} from "node:fs/promises";
import { join } from "node:path";
import { type Clock, joinTreePath } from "@weir/core";
import { type CheckoutKey, formatIndex, KeptCheckout, type KeptEntry } from "./kept-checkout.ts";

/** What the kept checkouts may take. */
export interface CheckoutCacheBudgets {
  /** Bytes of all together; 1 GiB by default. */
  readonly bytes?: number;
  /** How many there are; 200 by default. */
  readonly checkouts?: number;
  /** Bytes of one; a larger checkout is not kept. 256 MiB by default. */
  readonly checkoutBytes?: number;
  /** Files, folders and links of one; 50,000 by default. */
  readonly checkoutEntries?: number;
}

const MIB = 1024 * 1024;
const DEFAULTS: Required<CheckoutCacheBudgets> = {
  bytes: 1024 * MIB,
  checkouts: 200,
  checkoutBytes: 256 * MIB,
  checkoutEntries: 50_000,
};

const KEPT = ".checkout";
const UNFINISHED = ".new";
/** After a day, what a process did not finish writing is left over. */
const LEFT_OVER_MS = 24 * 60 * 60 * 1000;

/**
 * Checkouts of remote bases that are kept from run to run, each by its repository and commit.
 *
 * Processes share the folder without a lock: what is kept appears at once and whole, and what goes stays readable where it
 * is open. Those that were not used for longest go first. Nothing here fails a build: what cannot be kept is fetched again.
 */
export class CheckoutCache {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #budgets: Required<CheckoutCacheBudgets>;

  constructor(folder: string, clock: Clock, budgets: CheckoutCacheBudgets = {}) {
    this.#folder = folder;
    this.#clock = clock;
    this.#budgets = { ...DEFAULTS, ...budgets };
  }

  /** Opens a checkout that is kept; `damaged` is called when it turns out to be another than it was. */
  async find(key: CheckoutKey, damaged: () => void): Promise<KeptCheckout | undefined> {
    const path = this.#pathOf(key);
    const found = KeptCheckout.open(path, key, damaged);
    if (found !== undefined) await this.#noteUse(path).catch(() => {});
    return found;
  }

  /** Keeps what lies in a folder, without what git keeps for itself; whether it could. */
  async keep(key: CheckoutKey, directory: string): Promise<boolean> {
    const path = this.#pathOf(key);
    const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const file = await open(unfinished, "wx", 0o600);
      let isWhole: boolean;
      try {
        isWhole = await new CheckoutWriter(file, this.#budgets).write(key, directory);
      } finally {
        await file.close();
      }
      if (isWhole) {
        await this.#noteUse(unfinished);
        await rename(unfinished, path);
      }
      await this.#tidy();
      return isWhole;
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    } finally {
      await rm(unfinished, { force: true }).catch(() => {});
    }
  }

  /** Takes a checkout away. */
  async drop(key: CheckoutKey): Promise<void> {
    await rm(this.#pathOf(key), { force: true }).catch(() => {});
  }

  #noteUse(path: string): Promise<void> {
    const now = this.#clock.now() / 1000;
    return utimes(path, now, now);
  }

  #pathOf({ url, commit, hasSubmodules }: CheckoutKey): string {
    const name = createHash("sha256").update(`${url}\n${commit}\n${hasSubmodules}`).digest("hex");
    return join(this.#folder, `${name}${KEPT}`);
  }

  /** Keeps to the budgets; another process may do the same at the same time. */
  async #tidy(): Promise<void> {
    const files = await this.#files();
    const kept = files
      .filter(({ path }) => path.endsWith(KEPT))
      .sort((left, right) => right.usedAt - left.usedAt);
    let bytes = 0;
    for (const [at, { path, size }] of kept.entries()) {
      bytes += size;
      if (at >= this.#budgets.checkouts || bytes > this.#budgets.bytes) await rm(path, { force: true });
    }
    const leftOver = this.#clock.now() - LEFT_OVER_MS;
    for (const { path, usedAt } of files) {
      if (path.endsWith(UNFINISHED) && usedAt < leftOver) await rm(path, { force: true });
    }
  }

  async #files(): Promise<
    readonly { readonly path: string; readonly size: number; readonly usedAt: number }[]
  > {
    const names = await readdir(this.#folder);
    const found = names.map(async (name) => {
      const path = join(this.#folder, name);
      // It may have gone in the meantime.
      const stats = await stat(path).catch(() => undefined);
      return stats === undefined ? [] : [{ path, size: stats.size, usedAt: stats.mtimeMs }];
    });
    return (await Promise.all(found)).flat();
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === "string";
}

/** Writes a checkout as it is kept. */
class CheckoutWriter {
  readonly #file: FileHandle;
  readonly #budgets: Required<CheckoutCacheBudgets>;
  readonly #entries = new Map<string, KeptEntry>();
  #size = 0;

  constructor(file: FileHandle, budgets: Required<CheckoutCacheBudgets>) {
    this.#file = file;
    this.#budgets = budgets;
  }

  /** Whether it was within the budgets, and of files, folders and links only. */
  async write(key: CheckoutKey, directory: string): Promise<boolean> {
    if (!(await this.#writeFolder(directory, ""))) return false;
    await this.#file.writeFile(formatIndex(key, this.#entries));
    return true;
  }

  async #writeFolder(directory: string, folder: string): Promise<boolean> {
    const found = await readdir(join(directory, folder), { withFileTypes: true });
    for (const entry of found) {
      if (folder === "" && entry.name === ".git") continue;
      if (this.#entries.size >= this.#budgets.checkoutEntries) return false;
      if (!(await this.#writeEntry(directory, joinTreePath(folder, entry.name), entry))) return false;
    }
    return true;
  }

  async #writeEntry(directory: string, path: string, entry: Dirent): Promise<boolean> {
    if (entry.isDirectory()) {
      this.#entries.set(path, { kind: "directory" });
      return this.#writeFolder(directory, path);
    }
    if (entry.isSymbolicLink()) {
      this.#entries.set(path, { kind: "link", target: await readlink(join(directory, path)) });
      return true;
    }
    return entry.isFile() && this.#writeFile(directory, path);
  }

  async #writeFile(directory: string, path: string): Promise<boolean> {
    const { size } = await stat(join(directory, path));
    if (this.#size + size > this.#budgets.checkoutBytes) return false;
    const bytes = await readFile(join(directory, path));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.#entries.set(path, { kind: "file", offset: this.#size, size: bytes.length, sha256 });
    await this.#file.writeFile(bytes);
    this.#size += bytes.length;
    return true;
  }
}
