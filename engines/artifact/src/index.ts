export {
  folderSource,
  packDirectory,
  type PackedArchive,
  type PackEntry,
  type PackFile,
  type PackOptions,
  packSource,
  type PackSource,
} from "./archive/pack.ts";
export { unpackArchive, type UnpackBudget } from "./archive/unpack.ts";
export {
  ArtifactDigestError,
  ArtifactFetchError,
  ArtifactStorageError,
  type UnsafeArchiveCause,
  UnsafeArchiveError,
} from "./artifact-error.ts";
export { type Digest, digestOf, parseDigest } from "./digest.ts";
export {
  downloadArtifact,
  fetchArtifact,
  type FetchArtifactDeps,
  type FetchArtifactOptions,
} from "./fetch-artifact.ts";
export { defaultPatterns, versionControlPatterns } from "./ignore/default-patterns.ts";
export { type IgnorePattern, isIgnored, parseIgnore } from "./ignore/ignore-pattern.ts";
export { readIgnorePatterns } from "./ignore/read-ignore-files.ts";
export { type ArtifactServer, artifactRoutes, serveArtifacts } from "./serve.ts";
export { type Artifact, type ArtifactOwner } from "./storage/artifact.ts";
export {
  type ArchiveInput,
  type ArtifactInput,
  type ArtifactLock,
  ArtifactStorage,
  type ArtifactStorageOptions,
  type StoreInput,
} from "./storage/artifact-storage.ts";
