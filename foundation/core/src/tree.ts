/** What one entry of a directory is. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
}

/**
 * A read-only file tree: what the rendering engines see instead of a disk.
 *
 * Paths are relative to the root, with `/`, already cleaned (`""` or `"."` is the root); a path that leaves the tree
 * names nothing. Synchronous and immutable: the same path always gives the same bytes.
 */
export interface Tree {
  /** The bytes of a file; `undefined` where there is none (a directory, too). Callers do not change them. */
  read(path: string): Uint8Array | undefined;
  /** The entries of a directory sorted by name; `undefined` where there is none. */
  list(path: string): readonly TreeEntry[] | undefined;
  /** `sha256:…` over paths and contents: equal trees have equal digests. Computed at first use. */
  readonly digest: string;
}
