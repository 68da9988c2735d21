import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "@weir/api";
import { type ArtifactStorage, unpackArchive } from "@weir/artifact";
import type { Tree } from "@weir/core";

/** Artifacts that are kept unpacked: charts of one source are built soon after each other. */
const MOST_KEPT = 2;

/** The trees of the sources that were built from last; each is unpacked once. */
export class SourceTrees {
  readonly #storage: Pick<ArtifactStorage, "root">;
  readonly #trees = new Map<string, Promise<Tree>>();

  constructor(storage: Pick<ArtifactStorage, "root">) {
    this.#storage = storage;
  }

  /** The tree of an artifact that is stored. Throws `UnsafeArchiveError`. */
  open(artifact: Artifact): Promise<Tree> {
    const key = artifact.digest;
    const tree = this.#trees.get(key) ?? this.#unpack(artifact);
    this.#trees.delete(key);
    this.#trees.set(key, tree);
    tree.catch(() => this.#trees.delete(key));
    for (const oldest of this.#trees.keys()) {
      if (this.#trees.size <= MOST_KEPT) break;
      this.#trees.delete(oldest);
    }
    return tree;
  }

  async #unpack({ path }: Artifact): Promise<Tree> {
    return unpackArchive(await readFile(join(this.#storage.root, path)));
  }
}
