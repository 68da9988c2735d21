import type { Tree } from "@weir/core";

/** Where the charts that a chart depends on come from: everything that is not in its own folder is handed in. */
export interface DependencySources {
  /**
   * The folder that a `file://` repository names: a path relative to the chart's folder, or an absolute one. Undefined
   * where there is none, or where it may not be read.
   */
  readonly folder?: (path: string) => Tree | undefined;
  /** The content behind a URL of a repository: its index, or an archive. Limits and credentials are the caller's. */
  readonly fetch?: (url: string) => Promise<Uint8Array>;
  /** The tags of an OCI repository, `oci://host/path/name`. */
  readonly tags?: (repository: string) => Promise<readonly string[]>;
  /** The archive of a chart in a registry: the layer of `oci://host/path/name` at a version. */
  readonly pull?: (repository: string, version: string) => Promise<Uint8Array>;
  /** URLs of repositories by the names that `@name` and `alias:name` refer to. */
  readonly repositories?: ReadonlyMap<string, string>;
}

/** What kind of repository a dependency names. */
export type RepositoryKind = "local" | "folder" | "oci" | "http";

export function repositoryKind(repository: string): RepositoryKind {
  if (repository === "") return "local";
  if (repository.startsWith("file://")) return "folder";
  return repository.startsWith("oci://") ? "oci" : "http";
}
