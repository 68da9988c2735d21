import { createHash } from "node:crypto";
import { joinTreePath, type JsonObject, type Tree } from "@weir/core";

/** A built set of objects. */
export interface BuiltManifests {
  /** In the order of the build. */
  readonly objects: readonly JsonObject[];
  /** `sha256:…` over the objects as YAML documents, as Flux's history has it. */
  readonly digest: string;
  /** Length of those documents. */
  readonly size: number;
  /** The files of the artifact that were read, sorted. */
  readonly filesRead: readonly string[];
}

/** Where a build looked: what of a tree decides it, besides the spec. */
export interface BuildPlace {
  readonly tree: Tree;
  readonly path: string;
  /** Paths below `path` whose being there or not decides, too. */
  readonly optionalPaths: readonly string[];
}

interface Entry {
  treeDigest: string;
  readonly fingerprint: string;
  readonly built: BuiltManifests;
}

const KEPT_SIZE = 64 * 1024 * 1024;

/**
 * Keeps the last build for each key, and finds it again in another artifact as long as what it read there is the same: a
 * commit elsewhere in a large repository builds nothing anew. What was used longest ago goes first.
 */
export class BuildCache {
  readonly #entries = new Map<string, Entry>();
  #size = 0;

  get(key: string, place: BuildPlace): BuiltManifests | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { digest } = place.tree;
    if (entry.treeDigest !== digest) {
      if (fingerprintOf(place, entry.built.filesRead) !== entry.fingerprint) return undefined;
      entry.treeDigest = digest;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.built;
  }

  set(key: string, place: BuildPlace, built: BuiltManifests): void {
    this.#drop(key);
    if (built.size > KEPT_SIZE / 4) return;
    const fingerprint = fingerprintOf(place, built.filesRead);
    this.#entries.set(key, { treeDigest: place.tree.digest, fingerprint, built });
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

/**
 * Digest of all that a build can depend on: the content of what it read, the names beside it (one that is added may be
 * read in its stead), all names below its path (a generated kustomization lists them), and what is optional.
 */
function fingerprintOf({ tree, path, optionalPaths }: BuildPlace, filesRead: readonly string[]): string {
  const hash = createHash("sha256");
  const say = (...words: readonly string[]): void => void hash.update(`${JSON.stringify(words)}\n`);
  const directories = new Set<string>();
  for (const file of filesRead) {
    const content = tree.read(file);
    say("file", file, String(content?.byteLength ?? -1));
    if (content !== undefined) hash.update(content);
    directories.add(file.slice(0, Math.max(0, file.lastIndexOf("/"))));
  }
  for (const directory of directories) say("names", directory, ...namesIn(tree, directory));
  sayNamesBelow(tree, path, say);
  for (const optional of optionalPaths) {
    const at = joinTreePath(path, optional);
    say("optional", optional, String(tree.list(at) !== undefined || tree.read(at) !== undefined));
  }
  return hash.digest("base64");
}

function sayNamesBelow(tree: Tree, path: string, say: (...words: readonly string[]) => void): void {
  say("names", path, ...namesIn(tree, path));
  for (const { name, kind } of tree.list(path) ?? []) {
    if (kind === "directory") sayNamesBelow(tree, joinTreePath(path, name), say);
  }
}

function namesIn(tree: Tree, directory: string): readonly string[] {
  return (tree.list(directory) ?? []).map(({ name, kind }) => `${kind} ${name}`);
}
