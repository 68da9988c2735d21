import { createHash } from "node:crypto";
import type { Tree } from "@weir/core";
import { cleanPath } from "./resource/origin.ts";

/** All of a tree that decided a build: in another tree where it is the same, the build gives the same. */
export interface ReadSet {
  /**
   * The files that were read and those that were looked for and not found, relative to the root of the tree, sorted:
   * one that comes, goes or changes may change the result.
   */
  readonly filesRead: readonly string[];
  /** The directories whose entries were searched, sorted; only a generated kustomization searches. */
  readonly foldersListed: readonly string[];
}

/** Notes what is asked of a tree, whoever asks. */
export class ReadTracker {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();
  /** The tree for who reads files, and looks whether a directory is there. */
  readonly tree: Tree;
  /** The tree for who searches directories: all their entries count. */
  readonly searchedTree: Tree;

  constructor(tree: Tree) {
    const read = (path: string): Uint8Array | undefined => {
      this.#files.add(path);
      return tree.read(path);
    };
    this.tree = {
      read,
      list: (path) => tree.list(path),
      get digest() {
        return tree.digest;
      },
    };
    this.searchedTree = {
      read,
      list: (path) => {
        this.#folders.add(path);
        return tree.list(path);
      },
      get digest() {
        return tree.digest;
      },
    };
  }

  readSet(): ReadSet {
    return { filesRead: sorted(this.#files), foldersListed: sorted(this.#folders) };
  }
}

function sorted(paths: ReadonlySet<string>): readonly string[] {
  return [...new Set([...paths].map(cleanPath))].sort();
}

/**
 * A digest of what a read set covers in a tree; equal digests mean that a build with this read set gives the same in
 * both trees. Takes time with the bytes that are covered, and reads nothing else.
 */
export function digestOfReads(tree: Tree, { filesRead, foldersListed }: ReadSet): string {
  const hash = createHash("sha256");
  const say = (...words: readonly string[]): void => void hash.update(`${JSON.stringify(words)}\n`);
  for (const path of filesRead) {
    const content = tree.read(path);
    if (content === undefined) say(tree.list(path) === undefined ? "nothing" : "folder", path);
    else {
      say("file", path, String(content.byteLength));
      hash.update(content);
    }
  }
  for (const path of foldersListed) {
    const entries = tree.list(path)?.map(({ name, kind }) => `${kind} ${name}`);
    say("entries", path, ...(entries ?? ["nothing"]));
  }
  return `sha256:${hash.digest("hex")}`;
}
