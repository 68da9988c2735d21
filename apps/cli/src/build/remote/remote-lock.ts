import { readFile } from "node:fs/promises";
import type { JsonObject, JsonValue } from "@weir/core";
import { emitYaml, loadYaml } from "@weir/yaml";
import { writeWhole } from "../write-output.ts";
import { RemoteLockError } from "./remote-error.ts";

/**
 * How a lock is used: `extend` pins what it has and adds what is new, `update` takes everything anew, `strict` fails on
 * what it has not got, `off` neither reads nor writes.
 */
export type LockMode = "extend" | "update" | "strict" | "off";

/** The file beside the kustomization that is built; no `.yaml`, as Flux takes such files of a folder as manifests. */
export const LOCK_FILE_NAME = "kustomization.lock";

interface LockedRepository {
  readonly url: string;
  readonly ref: string;
  readonly commit: string;
}

interface LockedFile {
  readonly url: string;
  readonly sha256: string;
}

const VERSION = 1;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** The commits and contents that remote bases are pinned to. */
export class RemoteLock {
  readonly path: string;
  readonly mode: LockMode;
  readonly #repositories = new Map<string, LockedRepository>();
  readonly #files = new Map<string, LockedFile>();
  #isChanged = false;

  private constructor(path: string, mode: LockMode) {
    this.path = path;
    this.mode = mode;
  }

  /** Reads a lock file; none is an empty lock. Throws `RemoteLockError`. */
  static async open(path: string, mode: LockMode): Promise<RemoteLock> {
    const lock = new RemoteLock(path, mode);
    if (mode === "off" || mode === "update") return lock;
    let content: Uint8Array;
    try {
      content = await readFile(path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return lock;
      throw new RemoteLockError(`cannot read the lock file ${path}`, path, { cause });
    }
    lock.#read(content);
    return lock;
  }

  /** The commit that a reference of a repository is pinned to. */
  commitOf(url: string, ref: string): string | undefined {
    const commit = this.#repositories.get(keyOf(url, ref))?.commit;
    return commit ?? this.#missing(ref === "" ? url : `${url}?ref=${ref}`);
  }

  /** The digest that a file is pinned to. */
  sha256Of(url: string): string | undefined {
    return this.#files.get(withoutUserInfo(url))?.sha256 ?? this.#missing(url);
  }

  /** Whether a URL is known to be a repository and no file: kustomize itself has to ask the server. */
  hasRepository(url: string, ref: string): boolean {
    return this.#repositories.has(keyOf(url, ref));
  }

  hasFile(url: string): boolean {
    return this.#files.has(withoutUserInfo(url));
  }

  noteRepository(url: string, ref: string, commit: string): void {
    const entry = { url: withoutUserInfo(url), ref, commit };
    if (this.#repositories.get(keyOf(url, ref))?.commit === commit) return;
    this.#repositories.set(keyOf(url, ref), entry);
    this.#isChanged = true;
  }

  noteFile(url: string, sha256: string): void {
    const entry = { url: withoutUserInfo(url), sha256 };
    if (this.#files.get(entry.url)?.sha256 === sha256) return;
    this.#files.set(entry.url, entry);
    this.#isChanged = true;
  }

  /** Writes the file if it would say something new; whether it did. */
  async save(): Promise<boolean> {
    if (!this.#isChanged || this.mode === "off" || this.mode === "strict") return false;
    const text = emitYaml({
      version: VERSION,
      repositories: sorted(this.#repositories),
      files: sorted(this.#files),
    });
    await writeWhole([[this.path, `${HEADER}${text}`]], this.path);
    this.#isChanged = false;
    return true;
  }

  #missing(url: string): undefined {
    if (this.mode !== "strict") return undefined;
    throw new RemoteLockError(
      `${withoutUserInfo(url)} is not in the lock file ${this.path}, and --locked takes nothing else`,
      this.path,
    );
  }

  #read(content: Uint8Array): void {
    let value: JsonValue;
    try {
      value = loadYaml(content);
    } catch (cause) {
      throw new RemoteLockError(`the lock file ${this.path} is not YAML`, this.path, { cause });
    }
    const root = asObject(value);
    if (root?.["version"] !== VERSION) {
      throw new RemoteLockError(`the lock file ${this.path} is not of version ${VERSION}`, this.path);
    }
    for (const entry of this.#entries(root, "repositories")) {
      const url = this.#text(entry, "url");
      const ref = entry["ref"] === undefined ? "" : this.#text(entry, "ref");
      const commit = this.#text(entry, "commit", COMMIT);
      this.#repositories.set(keyOf(url, ref), { url, ref, commit });
    }
    for (const entry of this.#entries(root, "files")) {
      const url = this.#text(entry, "url");
      this.#files.set(url, { url, sha256: this.#text(entry, "sha256", SHA256) });
    }
  }

  #entries(root: JsonObject, field: string): readonly JsonObject[] {
    const value = root[field] ?? [];
    const entries = Array.isArray(value) ? value.map((each: JsonValue) => asObject(each)) : [undefined];
    return entries.map((entry) => entry ?? this.#fail(`${field} is no list of entries`));
  }

  #text(entry: JsonObject, field: string, pattern = /./): string {
    const value = entry[field];
    if (typeof value === "string" && (field === "ref" || pattern.test(value))) return value;
    return this.#fail(`an entry has no valid ${field}`);
  }

  #fail(problem: string): never {
    throw new RemoteLockError(`the lock file ${this.path} cannot be used: ${problem}`, this.path);
  }
}

const HEADER =
  "# Written by `weir build kustomization --remote-bases`; --update-lock takes everything anew.\n";

function keyOf(url: string, ref: string): string {
  return `${withoutUserInfo(url)}\n${ref}`;
}

function sorted<Entry extends object>(entries: ReadonlyMap<string, Entry>): JsonObject[] {
  return [...entries]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, entry]) => ({ ...entry }) as JsonObject);
}

function asObject(value: JsonValue | undefined): JsonObject | undefined {
  const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
  return isObject ? (value as JsonObject) : undefined;
}

/** A lock is shared and committed: it holds no credentials. */
function withoutUserInfo(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/i, "$1");
}
