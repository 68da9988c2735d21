import type { Tree } from "@weir/core";
import { KustomizeError } from "../error.ts";
import { cleanPath } from "../resource/origin.ts";

/** Whether files may lie outside the directory of the kustomization that names them. */
export type LoadRestrictor = "rootOnly" | "none";

/** What a build may cost, against kustomizations that never end. */
export interface BuildBudgets {
  /** Directories nested in each other by `resources` and `components`. Default 100. */
  readonly depth?: number;
  /** Directories loaded in all. Default 10,000. */
  readonly bases?: number;
  /** Bytes read in all. Default 512 MiB. */
  readonly bytes?: number;
  /** Resources at any time. Default 200,000. */
  readonly resources?: number;
}

/** The state that all loaders of one build share. */
export class Reads {
  readonly files = new Set<string>();
  readonly budgets: Required<BuildBudgets>;
  bytes = 0;
  bases = 0;

  constructor(budgets: BuildBudgets | undefined) {
    this.budgets = {
      depth: budgets?.depth ?? 100,
      bases: budgets?.bases ?? 10_000,
      bytes: budgets?.bytes ?? 512 * 1024 * 1024,
      resources: budgets?.resources ?? 200_000,
    };
  }
}

/** Joins a path to a directory of the tree; `..` in front is kept, because it leaves the tree. */
function join(directory: string, path: string): string {
  return cleanPath(directory === "" ? path : `${directory}/${path}`);
}

/** A path as messages show it: under the name that the root of the tree goes by. */
type Shown = (path: string) => string;

function shownUnder(root: string): Shown {
  return (path) => {
    if (path === "." || path === "") return root;
    return path.startsWith("/") ? path : `${root}/${path}`;
  };
}

type Found =
  | { readonly kind: "file" | "directory" }
  | { readonly kind: "missing"; readonly at: string; readonly why: string };

const DIRECTORY: Found = { kind: "directory" };
const FILE: Found = { kind: "file" };

function lookUp(tree: Tree, path: string): Found {
  if (path === ".") return DIRECTORY;
  if (path.startsWith("/") || path.startsWith("..")) return missingAbsolute(path);
  if (tree.list(path) !== undefined) return DIRECTORY;
  if (tree.read(path) !== undefined) return FILE;
  const parts = path.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const part = parts.slice(0, count).join("/");
    if (tree.list(part) !== undefined) continue;
    if (tree.read(part) !== undefined) return { kind: "missing", at: part, why: "not a directory" };
    return { kind: "missing", at: part, why: "no such file or directory" };
  }
  return FILE;
}

/** Nothing outside the tree exists: not even the first directory of an absolute path. */
function missingAbsolute(path: string): Found {
  const first = path.startsWith("/") ? `/${path.split("/")[1] ?? ""}` : path;
  return { kind: "missing", at: first, why: "no such file or directory" };
}

/** What all loaders of one build have in common. */
export interface LoaderOrigin {
  readonly tree: Tree;
  readonly reads: Reads;
  readonly restrictor: LoadRestrictor;
  /** What messages call the root of the tree. */
  readonly root: string;
}

/** Reads the files that one kustomization names, relative to its directory, within the tree. */
export class Loader {
  readonly #from: LoaderOrigin;
  readonly #shown: Shown;
  readonly #parent: Loader | undefined;
  readonly #depth: number;
  /** The directory, relative to the root of the tree; `.` for the root. */
  readonly directory: string;

  private constructor(from: LoaderOrigin, directory: string, parent?: Loader) {
    this.#from = from;
    this.#shown = shownUnder(from.root);
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.directory = directory;
  }

  /** The loader of the directory that a build was asked for. */
  static at(from: LoaderOrigin, path: string): Loader {
    const directory = cleanPath(path === "" ? "." : path);
    const loader = new Loader(from, directory);
    loader.#confirmDirectory(directory, path);
    return loader;
  }

  /** The directory as messages show it. */
  get root(): string {
    return this.#shown(this.directory);
  }

  get budgets(): Required<BuildBudgets> {
    return this.#from.reads.budgets;
  }

  /** The loader of another directory; a remote one, an absolute one or one that contains this one is an error. */
  enter(path: string): Loader {
    if (path === "") throw new KustomizeError("new root cannot be empty");
    if (isRemote(path)) {
      throw new KustomizeError(`remote base '${path}' is not allowed`, { field: "resources" });
    }
    if (path.startsWith("/")) throw new KustomizeError(`new root '${path}' cannot be absolute`);
    const directory = join(this.directory, path);
    this.#confirmDirectory(directory, this.#shown(directory));
    this.#refuseCycle(directory);
    const { depth, bases } = this.budgets;
    this.#from.reads.bases += 1;
    if (this.#depth >= depth) throw new KustomizeError(`bases are nested more than ${depth} deep`);
    if (this.#from.reads.bases > bases) throw new KustomizeError(`more than ${bases} bases`);
    return new Loader(this.#from, directory, this);
  }

  #refuseCycle(candidate: string): void {
    // oxlint-disable-next-line unicorn/no-this-assignment, typescript/no-this-alias -- walks up the chain of loaders
    let loader: Loader | undefined = this;
    for (; loader !== undefined; loader = loader.#parent) {
      if (isWithin(loader.directory, candidate)) {
        throw new KustomizeError(
          `cycle detected: candidate root '${this.#shown(candidate)}' contains visited root '${loader.root}'`,
        );
      }
    }
  }

  /** The bytes of a file named by the kustomization. */
  load(path: string): Uint8Array {
    if (/^https?:\/\//.test(path)) throw new KustomizeError(`remote file '${path}' is not allowed`);
    const full = path.startsWith("/") ? cleanPath(path) : join(this.directory, path);
    const shown = this.#shown(full);
    const found = lookUp(this.#from.tree, full);
    if (this.#from.restrictor === "none") return this.#readUnrestricted(full, found);
    if (found.kind === "missing") throw this.#evalSymlinkFailure(shown, found);
    if (found.kind === "directory") throw new KustomizeError(`'${shown}' must resolve to a file`);
    if (!isWithin(full, this.directory)) {
      throw new KustomizeError(`security; file '${shown}' is not in or below '${this.root}'`, { file: full });
    }
    return this.#read(full);
  }

  #readUnrestricted(full: string, found: Found): Uint8Array {
    const shown = this.#shown(full);
    if (found.kind === "missing") throw new KustomizeError(`open ${shown}: ${found.why}`, { file: full });
    if (found.kind === "directory") throw new KustomizeError(`read ${shown}: is a directory`);
    return this.#read(full);
  }

  #read(full: string): Uint8Array {
    const bytes = this.#from.tree.read(full);
    if (bytes === undefined) throw new KustomizeError(`open ${this.#shown(full)}: no such file or directory`);
    this.#from.reads.files.add(full);
    this.#from.reads.bytes += bytes.length;
    const limit = this.budgets.bytes;
    if (this.#from.reads.bytes > limit) throw new KustomizeError(`more than ${limit} bytes were read`);
    return bytes;
  }

  #evalSymlinkFailure(shown: string, missing: { at: string; why: string }): KustomizeError {
    return new KustomizeError(
      `evalsymlink failure on '${shown}' : lstat ${this.#shown(missing.at)}: ${missing.why}`,
    );
  }

  #confirmDirectory(directory: string, shown: string): void {
    const found = lookUp(this.#from.tree, directory);
    const prefix = "must build at directory";
    if (found.kind === "missing") {
      const failure = this.#evalSymlinkFailure(shown, found);
      throw new KustomizeError(`${prefix}: not a valid directory: ${failure.message}`);
    }
    if (found.kind === "file") throw new KustomizeError(`${prefix}: '${shown}': file is not directory`);
  }
}

function isWithin(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
}

const REMOTE =
  /^(?:git::)?(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:|github\.com[:/])|^gh:|^[\w.-]+\.[\w.-]+\/.*(?:\.git\b|\/\/)|[?&]ref=/i;

/** Whether a path names a repository or URL rather than a directory of the tree. */
export function isRemote(path: string): boolean {
  return REMOTE.test(path);
}
