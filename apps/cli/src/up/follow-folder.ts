import { type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@weir/core";

/** What is followed below a folder, and who is told. */
export interface FolderWatch {
  /** Whether a path, relative to the folder and with `/`, counts; directories that do not are not entered. */
  readonly counts: (path: string) => boolean;
  readonly onChange: () => void;
  readonly onProblem: (message: string) => void;
}

/** More would use up what the system lends to all programs of a person. */
const MOST_DIRECTORIES = 8_192;

/**
 * Tells of changes in a folder and all below it, until the signal aborts.
 *
 * Each directory has a watch of its own: Node's recursive watch loses sight of a file on Linux once it is replaced by a
 * rename, which is how editors and git save.
 */
export function followFolder(folder: string, options: FolderWatch, signal: AbortSignal): Promise<void> {
  const follower = new FolderFollower(folder, options, signal);
  return follower.enter("");
}

class FolderFollower {
  readonly #folder: string;
  readonly #options: FolderWatch;
  readonly #signal: AbortSignal;
  readonly #watchers = new Map<string, FSWatcher>();
  #isFull = false;

  constructor(folder: string, options: FolderWatch, signal: AbortSignal) {
    this.#folder = folder;
    this.#options = options;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#leaveAll(), { once: true });
  }

  /** Watches a directory and, below it, all that counts; one that is watched already, or gone, is passed over. */
  async enter(path: string): Promise<void> {
    if (this.#signal.aborted || this.#watchers.has(path) || !this.#hasRoom()) return;
    try {
      const watcher = watch(join(this.#folder, path));
      this.#watchers.set(path, watcher);
      watcher.on("change", (_event, name) => this.#onEvent(path, name === null ? undefined : String(name)));
      watcher.on("error", () => this.#leave(path));
      const entries = await readdir(join(this.#folder, path), { withFileTypes: true });
      const below = entries.filter((entry) => entry.isDirectory()).map((entry) => joinPath(path, entry.name));
      await Promise.all(
        below.filter((child) => this.#options.counts(child)).map((child) => this.enter(child)),
      );
    } catch (error) {
      this.#leave(path);
      if (path === "") this.#options.onProblem(`cannot watch ${this.#folder}: ${describeError(error)}`);
    }
  }

  #onEvent(directory: string, name: string | undefined): void {
    if (name === undefined) return this.#options.onChange();
    const path = joinPath(directory, name);
    if (!this.#options.counts(path)) return;
    this.#options.onChange();
    // A directory that was removed and made anew is another one: its old watch says nothing any more.
    this.#leave(path);
    void this.enter(path).catch(() => {});
  }

  #hasRoom(): boolean {
    if (this.#watchers.size < MOST_DIRECTORIES) return true;
    if (!this.#isFull) {
      this.#isFull = true;
      this.#options.onProblem(
        `${this.#folder} has more than ${MOST_DIRECTORIES} folders: changes in the others are not seen`,
      );
    }
    return false;
  }

  #leave(path: string): void {
    for (const [watched, watcher] of this.#watchers) {
      if (watched !== path && !watched.startsWith(`${path}/`)) continue;
      if (path === "" && watched !== "") continue;
      watcher.close();
      this.#watchers.delete(watched);
    }
  }

  #leaveAll(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }
}

function joinPath(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}
