import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { join } from "node:path";
import type { Tree, TreeEntry } from "@weir/core";
import { KustomizeError, type ResolveLinks } from "@weir/kustomize";
import { type Entry, LinkResolver } from "./link-resolver.ts";

/** A folder of the disk, and where its links lead. */
export interface DiskTree extends Tree {
  readonly resolveLinks: ResolveLinks;
}

/** How a folder of the disk is read. */
export interface DiskTreeOptions {
  /** Names that are not shown at the top of the folder. */
  readonly hidden?: readonly string[];
}

/** Larger files belong in no kustomization. */
const MOST_FILE_BYTES = 512 * 1024 * 1024;

/**
 * A folder of the disk as a tree, read as it is asked for; a path is looked at once. Links are followed as long as they
 * end below the folder; what leaves it names nothing. It is for a build by hand; controllers see artifacts only.
 */
export function diskTree(root: string, { hidden = [] }: DiskTreeOptions = {}): DiskTree {
  const top = root === "/" ? root : realpathSync(root);
  // Both are clean already, and builds ask often.
  const onDisk = (path: string): string => (top === "/" ? `/${path}` : `${top}/${path}`);
  const links = new LinkResolver(top, (at) => (hidden.includes(at) ? undefined : entryAt(onDisk(at))));
  return {
    read: (path) => {
      const found = links.resolve(path);
      return found?.kind === "file" ? readFile(onDisk(found.path)) : undefined;
    },
    list: (path) => {
      const found = links.resolve(path);
      return found?.kind === "directory" ? listFolder(onDisk(found.path)) : undefined;
    },
    resolveLinks: (path) => links.resolve(path) ?? { kind: "outside", path },
    digest: `disk:${top}`,
  };
}

function entryAt(path: string): Entry {
  let found: Stats | undefined;
  try {
    found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) return { target: readlinkSync(path) };
  } catch (error) {
    throw accessProblem("lstat", path, error);
  }
  if (found === undefined) return undefined;
  if (found.isDirectory()) return "directory";
  return found.isFile() ? "file" : "other";
}

/** The bytes of a file; `undefined` for what is no file. Throws a `KustomizeError` where it cannot be read. */
export function readFile(path: string): Uint8Array | undefined {
  try {
    const found = statSync(path);
    // Reading a pipe or a device could wait for ever.
    if (!found.isFile()) return undefined;
    if (found.size > MOST_FILE_BYTES) {
      throw new KustomizeError(`read ${path}: the file has more than ${MOST_FILE_BYTES} bytes`, {
        file: path,
      });
    }
    return readFileSync(path);
  } catch (error) {
    throw accessProblem("open", path, error);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENAMETOOLONG: "file name too long",
  EIO: "input/output error",
};

/** What the system refuses, in the words of Go. */
function accessProblem(action: string, path: string, error: unknown): KustomizeError {
  if (error instanceof KustomizeError) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  return new KustomizeError(`${action} ${path}: ${WORDS[code] ?? code}`, { file: path, cause: error });
}

function listFolder(path: string): readonly TreeEntry[] {
  return readdirSync(path)
    .sort()
    .flatMap((name): readonly TreeEntry[] => {
      const found = statSync(join(path, name), { throwIfNoEntry: false });
      if (found?.isDirectory() === true) return [{ name, kind: "directory" }];
      return found?.isFile() === true ? [{ name, kind: "file" }] : [];
    });
}
