import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Clock, Tree } from "@weir/core";
import { folderSource, type PackedArchive, packSource, treeSource } from "../archive/pack.ts";
import { ArtifactStorageError } from "../artifact-error.ts";
import { parseDigest } from "../digest.ts";
import type { IgnorePattern } from "../ignore/ignore-pattern.ts";
import type { Artifact, ArtifactOwner } from "./artifact.ts";
import { KeyedLocks } from "./keyed-locks.ts";

/** Options of a store. */
export interface ArtifactStorageOptions {
  /** The folder that holds all artifacts. */
  readonly root: string;
  /** What artifact URLs begin with, without a slash at the end; asked anew for each artifact. */
  readonly baseUrl: () => string;
  readonly clock: Clock;
  /** How many artifacts of an owner are kept at most; 2 by default, as Flux. */
  readonly retentionRecords?: number;
  /** How long an artifact is kept that is not the current one; one minute by default, as Flux. */
  readonly retentionMs?: number;
}

/** A lock on the artifacts of one owner; proof that its holder may write them. */
export interface ArtifactLock extends Disposable {
  readonly owner: ArtifactOwner;
}

/** What an artifact is described by, besides its bytes. */
export interface ArtifactInput {
  readonly revision: string;
  /** The file's name, such as `<commit>.tar.gz`. */
  readonly fileName: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What an archive is made of: a folder, or a tree in memory. */
export interface ArchiveInput extends ArtifactInput {
  readonly directory: string | Tree;
  readonly patterns: readonly IgnorePattern[];
}

/** Bytes that are an artifact as they are. */
export interface StoreInput extends ArtifactInput {
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * The folder of artifacts, laid out as Flux's: `<kind>/<namespace>/<name>/<file>`.
 *
 * An archive appears whole or not at all (a temporary file, then a rename); what a kill left behind is swept by the next
 * garbage collection. A failed write leaves the artifacts that were there.
 */
export class ArtifactStorage {
  readonly #options: ArtifactStorageOptions;
  readonly #locks = new KeyedLocks();

  constructor(options: ArtifactStorageOptions) {
    this.#options = options;
  }

  /** The folder that holds all artifacts. */
  get root(): string {
    return this.#options.root;
  }

  /** Waits for the owner's artifacts to be free and takes them. */
  async lock(owner: ArtifactOwner): Promise<ArtifactLock> {
    const release = await this.#locks.acquire(folderOf(owner));
    return { owner, [Symbol.dispose]: release };
  }

  /** Packs a folder or a tree as the owner's artifact and returns it; repeats give the same bytes and digest. */
  archive(lock: ArtifactLock, input: ArchiveInput): Promise<Artifact> {
    const { directory, patterns, signal } = input;
    const source = typeof directory === "string" ? folderSource(directory) : treeSource(directory);
    const options = { patterns, ...(signal === undefined ? {} : { signal }) };
    const failed = `unable to archive artifact to storage: ${input.fileName}`;
    return this.#write(lock, input, failed, (temporary) =>
      packSource(source, createWriteStream(temporary, { mode: 0o600 }), options),
    );
  }

  /** Stores bytes as the owner's artifact and returns it. */
  store(lock: ArtifactLock, input: StoreInput): Promise<Artifact> {
    const { bytes, signal } = input;
    const failed = `unable to copy artifact to storage: ${input.fileName}`;
    return this.#write(lock, input, failed, (temporary) => writeBytes(bytes, temporary, signal));
  }

  async #write(
    { owner }: ArtifactLock,
    input: ArtifactInput,
    failed: string,
    fill: (temporary: string) => Promise<PackedArchive>,
  ): Promise<Artifact> {
    const path = `${folderOf(owner)}/${input.fileName}`;
    const target = join(this.#options.root, path);
    const temporary = `${target}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      const packed = await fill(temporary);
      await rename(temporary, target);
      return this.#describe(path, input, packed);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      input.signal?.throwIfAborted();
      throw new ArtifactStorageError("ArchiveOperationFailed", failed, { cause: error });
    }
  }

  /**
   * Makes a name of the owner's, such as `latest.tar.gz`, stand for an artifact, and returns its URL. Where the disk has
   * no links, nothing is done and there is no URL.
   */
  async link(
    { owner }: ArtifactLock,
    artifact: Pick<Artifact, "path">,
    name: string,
  ): Promise<string | undefined> {
    const path = `${folderOf(owner)}/${name}`;
    const target = join(this.#options.root, path);
    const temporary = `${target}.${randomUUID()}.tmp`;
    try {
      await symlink(basename(artifact.path), temporary);
      await rename(temporary, target);
      return this.urlOf({ path });
    } catch {
      await rm(temporary, { force: true }).catch(() => {});
      return undefined;
    }
  }

  #describe(path: string, input: ArtifactInput, packed: PackedArchive): Artifact {
    return {
      digest: packed.digest,
      lastUpdateTime: rfc3339Seconds(this.#options.clock.now()),
      path,
      revision: input.revision,
      size: packed.size,
      url: `${this.#options.baseUrl()}/${path}`,
      ...(input.metadata === undefined ? {} : { metadata: input.metadata }),
    };
  }

  /** Whether the artifact's file is there with the digest that the artifact names. */
  async verify(artifact: Artifact): Promise<"intact" | "missing" | "changed"> {
    const digest = parseDigest(artifact.digest);
    const file = this.#resolve(artifact.path);
    if (file === undefined || digest === undefined) return "missing";
    try {
      const hash = createHash(digest.algorithm);
      await pipeline(createReadStream(file), hash);
      return hash.digest("hex") === digest.hex ? "intact" : "changed";
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
      throw new ArtifactStorageError("ReadOperationFailed", `unable to read artifact ${artifact.path}`, {
        cause: error,
      });
    }
  }

  /** The URL under which an artifact is served now: the address may change from one start to the next. */
  urlOf(artifact: Pick<Artifact, "path">): string {
    return `${this.#options.baseUrl()}/${artifact.path}`;
  }

  /**
   * Removes what is too old of the owner's artifacts, and then the oldest until no more than `retentionRecords` are left;
   * never the current one. Returns what was removed.
   */
  async collectGarbage(lock: ArtifactLock, current: Pick<Artifact, "path">): Promise<readonly string[]> {
    const { retentionRecords = 2, retentionMs = 60_000, clock } = this.#options;
    const files = await this.#filesOf(folderOf(lock.owner));
    const oldest = clock.now() - retentionMs;
    const archives = files
      .filter((file) => !isLeftover(file.path))
      .sort((a, b) => a.modifiedMs - b.modifiedMs);
    const others = archives.filter((file) => file.path !== current.path);
    const surplus = archives.length - retentionRecords;
    const garbage = others.filter((file, index) => file.modifiedMs < oldest || index < surplus);
    const removed = garbage.map((file) => file.path);
    const leftovers = files.filter((file) => isLeftover(file.path)).map((file) => file.path);
    for (const path of [...removed, ...leftovers]) await rm(join(this.#options.root, path), { force: true });
    return removed;
  }

  /** Removes all artifacts of an owner; one that has none is fine. Returns whether there were any. */
  async remove(lock: ArtifactLock): Promise<boolean> {
    const folder = folderOf(lock.owner);
    const had = (await this.#filesOf(folder)).length > 0;
    await rm(join(this.#options.root, folder), { recursive: true, force: true });
    return had;
  }

  /** Files in the making are among them; the links to artifacts are not. */
  async #filesOf(folder: string): Promise<readonly { readonly path: string; readonly modifiedMs: number }[]> {
    const entries = await readdir(join(this.#options.root, folder)).catch(() => []);
    const files = await Promise.all(
      entries.map(async (name) => {
        const found = await lstat(join(this.#options.root, folder, name));
        const isLink = found.isSymbolicLink() && !isLeftover(name);
        return isLink ? [] : [{ path: `${folder}/${name}`, modifiedMs: found.mtimeMs }];
      }),
    );
    return files.flat();
  }

  /** The file of an artifact's path; `undefined` when the path is not one of ours. */
  #resolve(path: string): string | undefined {
    return isArtifactPath(path) ? join(this.#options.root, path) : undefined;
  }
}

/** What a kill left of an archive in the making. */
function isLeftover(path: string): boolean {
  return path.endsWith(".tmp");
}

/** Whether a path has the form of an artifact's: four plain segments. */
export function isArtifactPath(path: string): boolean {
  const segments = path.split("/");
  return segments.length === 4 && segments.every((segment) => /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/.test(segment));
}

async function writeBytes(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  file: string,
  signal: AbortSignal | undefined,
): Promise<PackedArchive> {
  const hash = createHash("sha256");
  let size = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  };
  const held = signal === undefined ? {} : { signal };
  await pipeline(counted, createWriteStream(file, { mode: 0o600 }), held);
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

function folderOf(owner: ArtifactOwner): string {
  return `${owner.kind}/${owner.namespace}/${owner.name}`;
}

function rfc3339Seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
