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
import { cleanTreePath, type Tree, type TreeEntry } from "@weir/core";
import { KustomizeError, type ResolvedPath, type ResolveLinks, TOO_MANY_LINKS } from "@weir/kustomize";

/** A folder of the disk, and where its links lead. */
export interface DiskTree extends Tree {
  readonly resolveLinks: ResolveLinks;
}

/** How a folder of the disk is read. */
export interface DiskTreeOptions {
  /** Names that are not shown at the top of the folder. */
  readonly hidden?: readonly string[];
}

/** As many links as Go follows for one path. */
const MOST_LINKS = 255;
/** Larger files belong in no kustomization. */
const MOST_FILE_BYTES = 512 * 1024 * 1024;

/**
 * A folder of the disk as a tree, read as it is asked for; a path is looked at once. Links are followed as long as they
 * end below the folder; what leaves it names nothing. It is for a build by hand; controllers see artifacts only.
 */
export function diskTree(root: string, { hidden = [] }: DiskTreeOptions = {}): DiskTree {
  const links = new LinkResolver(root === "/" ? root : realpathSync(root), hidden);
  return {
    read: (path) => {
      const found = links.resolve(path);
      return found?.kind === "file" ? readFile(links.onDisk(found.path)) : undefined;
    },
    list: (path) => {
      const found = links.resolve(path);
      return found?.kind === "directory" ? listFolder(links.onDisk(found.path)) : undefined;
    },
    resolveLinks: (path) => links.resolve(path) ?? { kind: "outside", path },
    digest: `disk:${links.root}`,
  };
}

type Entry = "file" | "directory" | "other" | { readonly target: string } | undefined;

/** A path on its way: what is left of it, last part first, and what it led to. */
interface Walk {
  readonly left: string[];
  readonly done: string[];
  links: number;
}

/** Follows links as `filepath.EvalSymlinks` does, and remembers what each path is. */
class LinkResolver {
  readonly root: string;
  readonly #hidden: readonly string[];
  readonly #entries = new Map<string, Entry>();

  constructor(root: string, hidden: readonly string[]) {
    this.root = root;
    this.#hidden = hidden;
  }

  /** Both are clean already, and builds ask often. */
  onDisk(path: string): string {
    return this.root === "/" ? `/${path}` : `${this.root}/${path}`;
  }

  /** `undefined` for a path that leaves the folder before any link. */
  resolve(path: string): ResolvedPath | undefined {
    const clean = cleanTreePath(path);
    if (clean === undefined) return undefined;
    const walk: Walk = { left: clean === "" ? [] : clean.split("/").reverse(), done: [], links: 0 };
    while (walk.left.length > 0) {
      const ended = this.#step(walk);
      if (ended !== undefined) return ended;
    }
    const resolved = walk.done.join("/");
    if (resolved === "") return { kind: "directory", path: "." };
    return { kind: this.#entry(resolved) === "directory" ? "directory" : "file", path: resolved };
  }

  /** Takes the next part of a path; gives the end of the walk where it cannot go on. */
  #step(walk: Walk): ResolvedPath | undefined {
    const { left, done } = walk;
    const part = left.pop() ?? "";
    if (part === "..") {
      if (done.pop() !== undefined || this.root === "/") return undefined;
      return { kind: "outside", path: this.root };
    }
    const at = [...done, part].join("/");
    const entry = this.#entry(at);
    if (entry === undefined) return { kind: "missing", at, why: "no such file or directory" };
    if (typeof entry === "object") return this.#follow(entry.target, walk);
    if (entry !== "directory" && left.length > 0) return { kind: "missing", at: "", why: "not a directory" };
    done.push(part);
    return undefined;
  }

  #follow(target: string, walk: Walk): ResolvedPath | undefined {
    walk.links += 1;
    if (walk.links > MOST_LINKS) return { kind: "missing", at: "", why: TOO_MANY_LINKS };
    const below = this.#below(target);
    if (below === undefined) return { kind: "outside", path: target };
    if (target.startsWith("/")) walk.done.length = 0;
    walk.left.push(...below.split("/").filter(isStep).reverse());
    return undefined;
  }

  /** The target of a link as a path below the folder; a relative one stays as it is. */
  #below(target: string): string | undefined {
    if (!target.startsWith("/") || this.root === "/") return target;
    if (target === this.root) return "";
    return target.startsWith(`${this.root}/`) ? target.slice(this.root.length + 1) : undefined;
  }

  #entry(at: string): Entry {
    if (this.#hidden.includes(at)) return undefined;
    if (this.#entries.has(at)) return this.#entries.get(at);
    const entry = entryAt(this.onDisk(at));
    this.#entries.set(at, entry);
    return entry;
  }
}

function isStep(part: string): boolean {
  return part !== "" && part !== ".";
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

function readFile(path: string): Uint8Array | undefined {
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
