import type { JsonObject, Tree } from "@weir/core";
import { digestOfReads, type ReadSet } from "@weir/kustomize";

/** A built set of objects, with all of the artifact that decided it. */
export interface BuiltManifests extends ReadSet {
  /** In the order of the build. */
  readonly objects: readonly JsonObject[];
  /** `sha256:…` over the objects as YAML documents, as Flux's history has it. */
  readonly digest: string;
  /** Length of those documents. */
  readonly size: number;
}

interface Entry {
  treeDigest: string;
  readonly readsDigest: string;
  readonly built: BuiltManifests;
}

const KEPT_SIZE = 64 * 1024 * 1024;

/**
 * Keeps the last build for each key, and finds it again in another artifact as long as what it read there, and what it
 * looked for and did not find, is the same: a commit elsewhere in a large repository builds nothing anew. What was used
 * longest ago goes first.
 */
export class BuildCache {
  readonly #entries = new Map<string, Entry>();
  #size = 0;

  get(key: string, tree: Tree): BuiltManifests | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { digest } = tree;
    if (entry.treeDigest !== digest) {
      if (digestOfReads(tree, entry.built) !== entry.readsDigest) return undefined;
      entry.treeDigest = digest;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.built;
  }

  set(key: string, tree: Tree, built: BuiltManifests): void {
    this.#drop(key);
    if (built.size > KEPT_SIZE / 4) return;
    this.#entries.set(key, { treeDigest: tree.digest, readsDigest: digestOfReads(tree, built), built });
    this.#size += built.size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= KEPT_SIZE) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.built.size;
  }
}
