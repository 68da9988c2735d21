import type { Artifact } from "@weir/api";
import { fetchArtifact, type FetchArtifactDeps } from "@weir/artifact";
import { openSharedTree, type SharedTree, shareTree, type Tree } from "@weir/core";

/** An unpacked artifact: to look into here, and to hand to workers without copying it. */
export interface ArtifactTree {
  readonly tree: Tree;
  readonly shared: SharedTree;
}

/** What fetching artifacts needs. */
export interface ArtifactTreesDeps extends FetchArtifactDeps {
  /** How often a failed download is tried again; 9 by default. */
  readonly retries?: number;
}

/** Bytes of all trees that are kept although nothing uses them just now. */
const KEPT_BYTES = 256 * 1024 * 1024;

/**
 * The unpacked artifacts, each fetched and unpacked once, by digest, for all Kustomizations that are built from it.
 *
 * What was used longest ago is let go first once more is kept than fits; the last one is always kept.
 */
export class ArtifactTrees {
  readonly #deps: ArtifactTreesDeps;
  readonly #trees = new Map<string, Promise<ArtifactTree>>();
  readonly #sizes = new Map<string, number>();

  constructor(deps: ArtifactTreesDeps) {
    this.#deps = deps;
  }

  /** The tree of an artifact; fails as `fetchArtifact` does, and then the next call tries again. */
  async open(artifact: Artifact, signal: AbortSignal): Promise<ArtifactTree> {
    for (;;) {
      signal.throwIfAborted();
      const known = this.#trees.get(artifact.digest);
      const opening = known ?? this.#fetch(artifact, signal);
      try {
        const opened = await opening;
        this.#touch(artifact.digest, opening);
        return opened;
      } catch (error) {
        signal.throwIfAborted();
        // A fetch that another run began ends with that run; this one begins its own.
        if (known === undefined) throw error;
      }
    }
  }

  #fetch(artifact: Artifact, signal: AbortSignal): Promise<ArtifactTree> {
    const { digest } = artifact;
    const { retries = 9 } = this.#deps;
    const opening = fetchArtifact(artifact, this.#deps, { signal, retries }).then((unpacked) => {
      const shared = shareTree(unpacked, digest);
      this.#sizes.set(digest, shared.bytes.byteLength);
      // A view of the shared bytes, so that they are held once.
      return { tree: openSharedTree(shared), shared };
    });
    this.#trees.set(digest, opening);
    opening.catch(() => {
      if (this.#trees.get(digest) === opening) this.#trees.delete(digest);
    });
    return opening;
  }

  #touch(digest: string, opened: Promise<ArtifactTree>): void {
    this.#trees.delete(digest);
    this.#trees.set(digest, opened);
    let kept = [...this.#trees.keys()].reduce((sum, key) => sum + (this.#sizes.get(key) ?? 0), 0);
    for (const key of this.#trees.keys()) {
      if (kept <= KEPT_BYTES || key === digest) return;
      kept -= this.#sizes.get(key) ?? 0;
      this.#trees.delete(key);
      this.#sizes.delete(key);
    }
  }
}
