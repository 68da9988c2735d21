import { memoryTree, type Tree, walkTree } from "./tree.ts";

/** A tree as one block of shared memory: handing it to a worker thread copies nothing but the list of paths. */
export interface SharedTree {
  /** Names the content; workers keep what they opened by it. */
  readonly digest: string;
  readonly paths: readonly string[];
  /** Where each file ends in `bytes`; it begins where the one before ends. */
  readonly ends: Uint32Array;
  readonly bytes: SharedArrayBuffer;
  readonly emptyDirectories: readonly string[];
}

/** Copies a tree into shared memory once, so that any number of workers can read it. `digest` names the content. */
export function shareTree(tree: Tree, digest: string = tree.digest): SharedTree {
  const files = [...walkTree(tree, "")];
  const bytes = new SharedArrayBuffer(files.reduce((sum, [, content]) => sum + content.byteLength, 0));
  const view = new Uint8Array(bytes);
  const ends = new Uint32Array(files.length);
  let end = 0;
  for (const [index, [, content]] of files.entries()) {
    view.set(content, end);
    end += content.byteLength;
    ends[index] = end;
  }
  return {
    digest,
    paths: files.map(([path]) => path),
    ends,
    bytes,
    emptyDirectories: emptyDirectoriesOf(tree, ""),
  };
}

/** The tree behind shared memory; its files are views of it. */
export function openSharedTree(shared: SharedTree): Tree {
  const files = new Map<string, Uint8Array>();
  let start = 0;
  for (const [index, path] of shared.paths.entries()) {
    const end = shared.ends[index] ?? start;
    files.set(path, Buffer.from(shared.bytes, start, end - start));
    start = end;
  }
  const { read, list } = memoryTree(files, shared.emptyDirectories);
  return { read, list, digest: shared.digest };
}

function emptyDirectoriesOf(tree: Tree, directory: string): readonly string[] {
  const entries = tree.list(directory) ?? [];
  if (entries.length === 0) return directory === "" ? [] : [directory];
  return entries
    .filter((entry) => entry.kind === "directory")
    .flatMap((entry) =>
      emptyDirectoriesOf(tree, directory === "" ? entry.name : `${directory}/${entry.name}`),
    );
}
