import { createHash } from "node:crypto";
import { WeirError } from "./error.ts";
import { cleanTreePath, joinTreePath } from "./tree-path.ts";
import { compareUtf8 } from "./utf8-order.ts";

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

/** A file map cannot be a tree: a path leaves it, names its root, or is a file and a directory at once. */
export class TreePathError extends WeirError {
  override readonly name = "TreePathError";
  readonly reason = "InvalidPath";
  readonly retry = "never";
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`path ${JSON.stringify(path)} ${problem}`);
    this.path = path;
  }
}

/**
 * A tree of files held in memory; the directories are those that the paths name.
 *
 * Paths are cleaned; of two that clean to the same, the later one counts. `emptyDirectories` adds directories that no
 * file names. Throws `TreePathError`. The bytes are not copied: whoever hands them in does not change them any more.
 */
export function memoryTree(
  files: ReadonlyMap<string, Uint8Array>,
  emptyDirectories: Iterable<string> = [],
): Tree {
  const clean = new Map<string, Uint8Array>();
  const directories = new Map<string, TreeEntry[]>([["", []]]);
  for (const [path, bytes] of files) {
    const at = cleanTreePath(path);
    if (at === undefined) throw new TreePathError(path, "leaves the tree");
    if (directories.has(at)) throw new TreePathError(path, "is a directory");
    if (!clean.has(at)) addEntry(directories, clean, at);
    clean.set(at, bytes);
  }
  for (const path of emptyDirectories) addDirectory(directories, clean, path);
  for (const entries of directories.values())
    entries.sort((left, right) => compareUtf8(left.name, right.name));
  return withDigest({
    read: (path) => clean.get(path) ?? lookUp(clean, path),
    list: (path) => directories.get(path) ?? lookUp(directories, path),
  });
}

/** Adds a file to its directory, and each directory that is new to the one above. */
function addEntry(
  directories: Map<string, TreeEntry[]>,
  files: ReadonlyMap<string, Uint8Array>,
  at: string,
  leaf: TreeEntry["kind"] = "file",
): void {
  let kind = leaf;
  for (let path = at; ; kind = "directory") {
    const slash = path.lastIndexOf("/");
    const parent = slash === -1 ? "" : path.slice(0, slash);
    const entry = { name: path.slice(slash + 1), kind };
    const siblings = directories.get(parent);
    if (siblings !== undefined) {
      siblings.push(entry);
      return;
    }
    if (files.has(parent)) throw new TreePathError(at, `is below the file ${JSON.stringify(parent)}`);
    directories.set(parent, [entry]);
    path = parent;
  }
}

function addDirectory(
  directories: Map<string, TreeEntry[]>,
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
): void {
  const at = cleanTreePath(path);
  if (at === undefined) throw new TreePathError(path, "leaves the tree");
  if (directories.has(at)) return;
  if (files.has(at)) throw new TreePathError(path, "is a file");
  addEntry(directories, files, at, "directory");
  directories.set(at, []);
}

function lookUp<Value>(table: ReadonlyMap<string, Value>, path: string): Value | undefined {
  const clean = cleanTreePath(path);
  return clean === undefined ? undefined : table.get(clean);
}

/** The part of a tree below a directory, as a tree of its own that cannot see the rest; empty where there is none. */
export function subTree(tree: Tree, directory: string): Tree {
  const root = cleanTreePath(directory);
  if (root === "") return tree;
  return withDigest({
    read: (path) => within(root, path, (at) => tree.read(at)),
    list: (path) =>
      within(root, path, (at) => tree.list(at)) ?? (cleanTreePath(path) === "" ? [] : undefined),
  });
}

/** A tree seen at a directory of an otherwise empty tree; the counterpart of `subTree`. */
export function mountTree(tree: Tree, directory: string): Tree {
  const root = cleanTreePath(directory);
  if (root === undefined) throw new TreePathError(directory, "leaves the tree");
  if (root === "") return tree;
  return withDigest({
    read: (path) => below(root, path, (rest) => tree.read(rest)),
    list: (path) => below(root, path, (rest) => tree.list(rest)) ?? towards(root, path),
  });
}

/** Both trees as one: a file of `upper` hides what `base` has at or below its path, a directory is merged. */
export function overlayTree(base: Tree, upper: Tree): Tree {
  return withDigest({
    read: (path) => {
      const at = cleanTreePath(path);
      if (at === undefined) return undefined;
      const bytes = upper.read(at);
      if (bytes !== undefined || upper.list(at) !== undefined) return bytes;
      return hasFileAbove(upper, at) ? undefined : base.read(at);
    },
    list: (path) => {
      const at = cleanTreePath(path);
      if (at === undefined || upper.read(at) !== undefined) return undefined;
      const added = upper.list(at);
      const kept = hasFileAbove(upper, at) ? undefined : base.list(at);
      return added === undefined || kept === undefined ? (added ?? kept) : mergeEntries(kept, added);
    },
  });
}

function mergeEntries(base: readonly TreeEntry[], upper: readonly TreeEntry[]): readonly TreeEntry[] {
  const byName = new Map([...base, ...upper].map((entry) => [entry.name, entry]));
  return [...byName.values()].sort((left, right) => compareUtf8(left.name, right.name));
}

function hasFileAbove(tree: Tree, path: string): boolean {
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    const parent = path.slice(0, slash);
    if (tree.list(parent) === undefined) return tree.read(parent) !== undefined;
  }
  return false;
}

function within<Value>(
  root: string | undefined,
  path: string,
  look: (at: string) => Value | undefined,
): Value | undefined {
  const clean = cleanTreePath(path);
  return root === undefined || clean === undefined ? undefined : look(joinTreePath(root, clean));
}

function below<Value>(
  root: string,
  path: string,
  look: (rest: string) => Value | undefined,
): Value | undefined {
  const clean = cleanTreePath(path);
  if (clean === root) return look("");
  return clean?.startsWith(`${root}/`) ? look(clean.slice(root.length + 1)) : undefined;
}

/** The one entry of a directory on the way down to a mounted tree. */
function towards(root: string, path: string): readonly TreeEntry[] | undefined {
  const clean = cleanTreePath(path);
  if (clean === undefined || (clean !== "" && !root.startsWith(`${clean}/`))) return undefined;
  const rest = clean === "" ? root : root.slice(clean.length + 1);
  return [{ name: rest.split("/", 1)[0] ?? rest, kind: "directory" }];
}

function withDigest(view: Pick<Tree, "read" | "list">): Tree {
  let digest: string | undefined;
  return {
    ...view,
    get digest() {
      digest ??= digestTree(view);
      return digest;
    },
  };
}

/** Lengths stand before paths and contents, so that no two trees feed the hash the same bytes. Empty directories do not count. */
function digestTree(tree: Pick<Tree, "read" | "list">): string {
  const hash = createHash("sha256");
  for (const [path, bytes] of filesBelow(tree, "")) {
    hash.update(`${Buffer.byteLength(path)}:${path}${bytes.length}:`);
    hash.update(bytes);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** Each file at or below a directory with its path from the root, directories in the order of `list`. */
export function walkTree(
  tree: Pick<Tree, "read" | "list">,
  directory: string,
): Generator<readonly [string, Uint8Array]> {
  return filesBelow(tree, cleanTreePath(directory) ?? "..");
}

function* filesBelow(
  tree: Pick<Tree, "read" | "list">,
  directory: string,
): Generator<readonly [string, Uint8Array]> {
  const waiting: (TreeEntry & { readonly path: string })[] = [];
  const push = (path: string): void => {
    const entries = tree.list(path) ?? [];
    for (const entry of entries.toReversed())
      waiting.push({ ...entry, path: joinTreePath(path, entry.name) });
  };
  push(directory);
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (entry.kind === "directory") push(entry.path);
    const bytes = entry.kind === "file" ? tree.read(entry.path) : undefined;
    if (bytes !== undefined) yield [entry.path, bytes];
  }
}
