import type { Artifact, GitRepository } from "@weir/api";
import type { VerifiedSource } from "./verify-source.ts";

/** The condition that a failure is reported under, besides Ready. */
export type FailureCondition =
  | "FetchFailed"
  | "StorageOperationFailed"
  | "IncludeUnavailable"
  | "SourceVerified";

/** What shaped an artifact besides the revision. */
export interface ArtifactShape {
  readonly ignore: string | undefined;
  readonly include: NonNullable<GitRepository["spec"]["include"]>;
  readonly recurseSubmodules: boolean;
  readonly sparseCheckout: readonly string[];
}

/** What a run found out about a GitRepository; the report makes the status of it. */
export interface GitRepositoryFacts {
  /** What the run was at last, in Flux's words. */
  readonly progress: string;
  /** Something is going to change: Ready is not known until it is done. */
  readonly isChanging: boolean;
  /** Why the stored artifact is no longer that of the last revision. */
  readonly outdated: { readonly reason: "NewRevision" | "IncludeChange"; readonly message: string };
  /** The stored artifact is gone, so the status must not name it any more. */
  readonly isArtifactGone: boolean;
  /** The artifact that is stored now. */
  readonly artifact: Artifact;
  readonly includedArtifacts: readonly Artifact[];
  readonly shape: ArtifactShape;
  /** Nothing is fetched any more that failed before. */
  readonly isFetched: boolean;
  /** Signatures that were asked for, and are good. */
  readonly verified: VerifiedSource;
  readonly failure: FailureCondition;
}
