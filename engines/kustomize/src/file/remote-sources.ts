import { type RetryPolicy, type Tree, WeirError } from "@weir/core";

/** Where a path of a tree leads to after its symbolic links, as `filepath.EvalSymlinks` finds it. */
export type ResolvedPath =
  | { readonly kind: "file" | "directory"; readonly path: string }
  /** `at` is the first part that is not there; empty where that is not what is wrong. */
  | { readonly kind: "missing"; readonly at: string; readonly why: string }
  /** It leaves the tree; `path` is absolute. */
  | { readonly kind: "outside"; readonly path: string };

/** Why a path is missing whose links lead in circles. */
export const TOO_MANY_LINKS = "EvalSymlinks: too many links";

/** Follows the links of a path that is relative to the root of a tree. */
export type ResolveLinks = (path: string) => ResolvedPath;

/** A checkout of a repository. */
export interface RemoteRepository {
  readonly kind: "repository";
  readonly tree: Tree;
  /** What messages call its root, such as its URL with the commit. */
  readonly root: string;
  /** Where the tree has symbolic links. */
  readonly resolveLinks?: ResolveLinks;
}

/** A file of a server. */
export interface RemoteFile {
  readonly kind: "file";
  readonly content: Uint8Array;
}

/** A fetch that failed: the build fails with this message where it comes to it. */
export interface RemoteFailure {
  readonly kind: "failed";
  readonly message: string;
  /** The server said that there is no such file, and the URL cannot be a repository. */
  readonly isFinal?: boolean;
}

/** What was fetched before a build, by the URL as a kustomization writes it. */
export interface RemoteSources {
  readonly repositories: ReadonlyMap<string, RemoteRepository | RemoteFailure>;
  readonly files: ReadonlyMap<string, RemoteFile | RemoteFailure>;
}

/** Something that a build needs and has not got. */
export interface RemoteReference {
  readonly kind: "repository" | "file";
  readonly url: string;
}

/** A build came to a remote reference that is not among its sources: fetch it and build again. */
export class RemoteNeededError extends WeirError {
  override readonly name = "RemoteNeededError";
  readonly reason = "RemoteNeeded";
  readonly retry: RetryPolicy = "never";
  readonly reference: RemoteReference;

  constructor(reference: RemoteReference) {
    super(`the ${reference.kind} '${reference.url}' has not been fetched`);
    this.reference = reference;
  }
}

/** A remote file cannot be had, and nothing else can be meant by its URL. */
export class RemoteFileError extends WeirError {
  override readonly name = "RemoteFileError";
  readonly reason = "RemoteFileFailed";
  readonly retry: RetryPolicy = "next-interval";
}

/** The first error of a class in a chain of causes. */
export function causeOf<Found extends WeirError>(
  error: unknown,
  kind: new (...args: never[]) => Found,
): Found | undefined {
  let cause = error;
  while (cause instanceof Error) {
    if (cause instanceof kind) return cause;
    cause = cause.cause;
  }
  return undefined;
}

/** The remote reference for which a build stopped; `undefined` where it failed for another reason. */
export function neededRemote(error: unknown): RemoteReference | undefined {
  return causeOf(error, RemoteNeededError)?.reference;
}
