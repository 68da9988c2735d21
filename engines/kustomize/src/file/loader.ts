import type { Tree } from "@weir/core";
import { KustomizeError } from "../error.ts";
import { cleanPath } from "../resource/origin.ts";
import { quoteGo } from "@weir/text";
import {
  RemoteFileError,
  RemoteNeededError,
  type RemoteRepository,
  type RemoteSources,
  type ResolvedPath,
  type ResolveLinks,
  TOO_MANY_LINKS,
} from "./remote-sources.ts";
import { isRemoteFile, parseRepoSpec, type RepoSpec } from "./repo-spec.ts";

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
    if (path === "." || path === "") return root === "" ? "/" : root;
    return path.startsWith("/") ? path : `${root}/${path}`;
  };
}

type Missing = Extract<ResolvedPath, { readonly kind: "missing" }>;

/** What a path is in a tree without links. */
function lookUp(tree: Tree, path: string): ResolvedPath {
  if (path === ".") return { kind: "directory", path };
  if (path.startsWith("/") || path.startsWith("..")) return missingAbsolute(path);
  if (tree.list(path) !== undefined) return { kind: "directory", path };
  if (tree.read(path) !== undefined) return { kind: "file", path };
  const parts = path.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const part = parts.slice(0, count).join("/");
    if (tree.list(part) !== undefined) continue;
    if (tree.read(part) !== undefined) return { kind: "missing", at: "", why: "not a directory" };
    return { kind: "missing", at: part, why: whyMissing(parts[count - 1] ?? "") };
  }
  return { kind: "file", path };
}

/** The longest name that a file of Linux has, in bytes. */
const LONGEST_NAME = 255;

/** A patch that is no YAML is looked for as a file, and such a name may be one that no file can have. */
function whyMissing(name: string): "no such file or directory" | "file name too long" {
  return Buffer.byteLength(name) > LONGEST_NAME ? "file name too long" : "no such file or directory";
}

/** Nothing outside the tree exists: not even the first directory of an absolute path. */
function missingAbsolute(path: string): ResolvedPath {
  const first = path.startsWith("/") ? `/${path.split("/")[1] ?? ""}` : path;
  return { kind: "missing", at: first, why: whyMissing(first.replace(/^\//, "")) };
}

/** What all loaders of one build have in common. */
export interface LoaderOrigin {
  readonly tree: Tree;
  readonly reads: Reads;
  readonly restrictor: LoadRestrictor;
  /** What messages call the root of the tree. */
  readonly root: string;
  /** Where the tree has symbolic links. */
  readonly resolveLinks?: ResolveLinks | undefined;
  /** What was fetched for remote bases and files; they are refused where it is absent. */
  readonly remotes?: RemoteSources | undefined;
}

/** Reads the files that one kustomization names, relative to its directory, within the tree. */
export class Loader {
  readonly #from: LoaderOrigin;
  readonly #shown: Shown;
  readonly #parent: Loader | undefined;
  /** The repository whose checkout this loader was made for; loaders below it have none. */
  readonly #repository: RepoSpec | undefined;
  readonly #depth: number;
  /** The directory, relative to the root of the tree; `.` for the root. */
  readonly directory: string;

  private constructor(from: LoaderOrigin, directory: string, parent?: Loader, repository?: RepoSpec) {
    this.#from = from;
    this.#shown = shownUnder(from.root);
    this.#parent = parent;
    this.#repository = repository;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.directory = directory;
  }

  /** The loader of the directory that a build was asked for. */
  static at(from: LoaderOrigin, path: string): Loader {
    const isRepository = parseRepoSpec(path) !== undefined;
    const directory = cleanPath(path === "" || isRepository ? "." : path);
    const start = new Loader(from, directory);
    if (isRepository) return start.enter(path);
    return new Loader(from, start.#confirmDirectory(directory, path));
  }

  /** The directory as messages show it. */
  get root(): string {
    return this.#shown(this.directory);
  }

  /** A file that the kustomization names, as errors tell it: relative to the root of the tree, or a URL. */
  fileOf(path: string): string {
    if (isRemoteFile(path)) return path;
    const full = path.startsWith("/") ? this.#fromAbsolute(path) : join(this.directory, path);
    const isHome = !this.#chain().some(({ repository }) => repository !== undefined);
    return isHome ? full : this.#shown(full);
  }

  get budgets(): Required<BuildBudgets> {
    return this.#from.reads.budgets;
  }

  /**
   * The loader of another directory, or of a repository that was fetched; an absolute one or one that contains this
   * one is an error. Throws `RemoteNeededError` for a repository that is still to be fetched.
   */
  enter(path: string): Loader {
    if (path === "") throw new KustomizeError("new root cannot be empty");
    const repository = parseRepoSpec(path);
    if (this.#from.remotes === undefined && (repository !== undefined || isRemoteFile(path))) {
      throw new KustomizeError(`remote base '${path}' is not allowed`, { field: "resources", remote: path });
    }
    if (repository !== undefined) return this.#enterRepository(repository);
    if (path.startsWith("/")) throw new KustomizeError(`new root '${path}' cannot be absolute`);
    const joined = join(this.directory, path);
    const directory = this.#confirmDirectory(joined, this.#shown(joined));
    this.#refuseCycle(directory);
    this.#count();
    return new Loader(this.#from, directory, this);
  }

  #count(): void {
    const { depth, bases } = this.budgets;
    this.#from.reads.bases += 1;
    if (this.#depth >= depth) throw new KustomizeError(`bases are nested more than ${depth} deep`);
    if (this.#from.reads.bases > bases) throw new KustomizeError(`more than ${bases} bases`);
  }

  #enterRepository(spec: RepoSpec): Loader {
    const { remotes } = this.#from;
    this.#refuseRepositoryCycle(spec);
    const found = remotes?.repositories.get(spec.raw);
    if (found === undefined) throw new RemoteNeededError({ kind: "repository", url: spec.raw });
    if (found.kind === "failed") throw new KustomizeError(found.message, { remote: spec.raw });
    this.#count();
    const { reads } = this.#from;
    // Nothing in a checkout may read outside of it, whatever is allowed at home.
    const from: LoaderOrigin = { ...repositoryOrigin(found), reads, restrictor: "rootOnly", remotes };
    const start = new Loader(from, cleanPath(spec.path));
    const directory = start.#repositoryDirectory();
    this.#refuseSameDirectory(from, directory);
    return new Loader(from, directory, this, spec);
  }

  #repositoryDirectory(): string {
    const shown = this.root;
    const found = this.#resolve(this.directory);
    switch (found.kind) {
      case "directory":
        return found.path;
      case "file":
        throw new KustomizeError(`'${shown}' refers to file '${baseName(found.path)}'; expecting directory`);
      case "missing":
        throw this.#evalSymlinkFailure(shown, found);
      case "outside": {
        const quoted = `${quoteGo(shown)} refers to directory outside of repo ${quoteGo(this.#from.root)}`;
        throw new KustomizeError(quoted);
      }
    }
  }

  /** Upstream compares the URLs as they are written. */
  #refuseRepositoryCycle(spec: RepoSpec): void {
    for (const { repository } of this.#chain()) {
      if (repository?.raw.startsWith(spec.raw) !== true) continue;
      throw new KustomizeError(
        `cycle detected: URI '${spec.raw}' referenced by previous URI '${repository.raw}'`,
        { remote: spec.raw },
      );
    }
  }

  /** Other words for the URL of a repository that is being built: upstream would clone it again and again. */
  #refuseSameDirectory(from: LoaderOrigin, directory: string): void {
    for (const { loader } of this.#chain()) {
      if (loader.#from.tree !== from.tree || loader.directory !== directory) continue;
      throw new KustomizeError(
        `cycle detected: candidate root '${loader.root}' contains visited root '${loader.root}'`,
      );
    }
  }

  *#chain(): Generator<{ readonly loader: Loader; readonly repository: RepoSpec | undefined }> {
    // oxlint-disable-next-line unicorn/no-this-assignment, typescript/no-this-alias -- walks up the chain of loaders
    let loader: Loader | undefined = this;
    for (; loader !== undefined; loader = loader.#parent) yield { loader, repository: loader.#repository };
  }

  #refuseCycle(candidate: string): void {
    for (const { loader } of this.#chain()) {
      if (loader.#from.tree === this.#from.tree && isWithin(loader.directory, candidate)) {
        throw new KustomizeError(
          `cycle detected: candidate root '${this.#shown(candidate)}' contains visited root '${loader.root}'`,
        );
      }
    }
  }

  /**
   * The bytes of a file named by the kustomization. Throws `RemoteNeededError` for a file of a server that is still to
   * be fetched.
   */
  load(path: string): Uint8Array {
    if (isRemoteFile(path)) return this.#loadRemote(path);
    const full = path.startsWith("/") ? this.#fromAbsolute(path) : join(this.directory, path);
    return this.#from.restrictor === "none" ? this.#readUnrestricted(full) : this.#readRestricted(full);
  }

  /** All files of a directory and of those below it, with paths relative to it; `undefined` where there is none. */
  folder(path: string): readonly { readonly path: string; readonly data: Uint8Array }[] | undefined {
    const full = path.startsWith("/") ? this.#fromAbsolute(path) : join(this.directory, path);
    const found = this.#leavesRepository(full) ? undefined : this.#resolve(full);
    if (found?.kind !== "directory") return undefined;
    const { tree } = this.#from;
    const files: { readonly path: string; readonly data: Uint8Array }[] = [];
    const gather = (directory: string, depth: number): void => {
      if (depth > this.budgets.depth)
        throw new KustomizeError(`directories nest more than ${this.budgets.depth} deep`);
      for (const { name, kind } of tree.list(directory) ?? []) {
        const below = `${directory}/${name}`;
        if (kind === "directory") gather(below, depth + 1);
        else files.push({ path: below.slice(found.path.length + 1), data: this.#read(below) });
      }
    };
    gather(found.path, 0);
    return files;
  }

  /** A tree that is a whole disk has a place for absolute paths, too. */
  #fromAbsolute(path: string): string {
    const clean = cleanPath(path);
    return this.#from.root === "" ? cleanPath(clean.slice(1)) : clean;
  }

  #loadRemote(url: string): Uint8Array {
    const { remotes } = this.#from;
    if (remotes === undefined) {
      throw new KustomizeError(`remote file '${url}' is not allowed`, { remote: url });
    }
    const found = remotes.files.get(url);
    if (found === undefined) throw new RemoteNeededError({ kind: "file", url });
    if (found.kind === "file") return this.#counted(found.content);
    const cause = found.isFinal === true ? new RemoteFileError(found.message) : undefined;
    throw new KustomizeError(found.message, { remote: url, cause });
  }

  #readRestricted(full: string): Uint8Array {
    const shown = this.#shown(full);
    const found = this.#resolve(full);
    if (found.kind === "missing") throw this.#evalSymlinkFailure(shown, found);
    if (found.kind === "directory") throw new KustomizeError(`'${shown}' must resolve to a file`);
    if (found.kind === "outside" || !isWithin(found.path, this.directory)) {
      throw new KustomizeError(`security; file '${shown}' is not in or below '${this.root}'`, { file: full });
    }
    return this.#read(found.path);
  }

  #readUnrestricted(full: string): Uint8Array {
    const shown = this.#shown(full);
    const found = this.#resolve(full);
    if (found.kind === "missing") {
      const why = found.why === TOO_MANY_LINKS ? "too many levels of symbolic links" : found.why;
      throw new KustomizeError(`open ${shown}: ${why}`, { file: full });
    }
    if (found.kind === "directory") throw new KustomizeError(`read ${shown}: is a directory`);
    if (found.kind === "outside") throw new KustomizeError(`open ${shown}: no such file or directory`);
    return this.#read(found.path);
  }

  #read(full: string): Uint8Array {
    const bytes = this.#from.tree.read(full);
    if (bytes === undefined) throw new KustomizeError(`open ${this.#shown(full)}: no such file or directory`);
    return this.#counted(bytes);
  }

  #counted(bytes: Uint8Array): Uint8Array {
    this.#from.reads.bytes += bytes.length;
    const limit = this.budgets.bytes;
    if (this.#from.reads.bytes > limit) throw new KustomizeError(`more than ${limit} bytes were read`);
    return bytes;
  }

  #resolve(path: string): ResolvedPath {
    const { tree, resolveLinks } = this.#from;
    const found = resolveLinks?.(path);
    // A tree may hold more than its disk: a kustomization that was generated.
    if (found === undefined || (found.kind === "missing" && tree.read(path) !== undefined)) {
      return lookUp(tree, path);
    }
    return found;
  }

  #evalSymlinkFailure(shown: string, { at, why }: Missing): KustomizeError {
    const problem = at === "" ? why : `lstat ${this.#shown(at)}: ${why}`;
    return new KustomizeError(`evalsymlink failure on '${shown}' : ${problem}`);
  }

  #confirmDirectory(directory: string, shown: string): string {
    const found = this.#leavesRepository(directory) ? undefined : this.#resolve(directory);
    if (found === undefined || found.kind === "outside") {
      throw new KustomizeError(
        "security; bases in kustomizations found in cloned git repos must be within the repo, " +
          `but base '${shown}' is outside '${this.#from.root}'`,
      );
    }
    const prefix = "must build at directory";
    if (found.kind === "missing") {
      const failure = this.#evalSymlinkFailure(shown, found);
      throw new KustomizeError(`${prefix}: not a valid directory: ${failure.message}`);
    }
    if (found.kind === "file") throw new KustomizeError(`${prefix}: '${shown}': file is not directory`);
    return found.path;
  }

  #leavesRepository(directory: string): boolean {
    if (directory !== ".." && !directory.startsWith("../")) return false;
    for (const { repository } of this.#chain()) if (repository !== undefined) return true;
    return false;
  }
}

function repositoryOrigin({
  tree,
  root,
  resolveLinks,
}: RemoteRepository): Pick<LoaderOrigin, "tree" | "root" | "resolveLinks"> {
  return { tree, root, resolveLinks };
}

function isWithin(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
