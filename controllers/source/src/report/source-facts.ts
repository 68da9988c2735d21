import type { Artifact } from "@weir/api";

/** The condition that a failure is reported under, besides Ready. */
export type FailureCondition =
  | "FetchFailed"
  | "BuildFailed"
  | "StorageOperationFailed"
  | "IncludeUnavailable"
  | "SourceVerified";

/** What a condition or an event says. */
export interface Said {
  readonly reason: string;
  readonly message: string;
}

/** What a run found out about a source; the report makes the status of it. */
export interface SourceFacts {
  /** What the run was at last, in Flux's words. */
  readonly progress: string;
  /** Something is going to change: Ready is not known until it is done. */
  readonly isChanging: boolean;
  /** Why the stored artifact is no longer that of the last revision. */
  readonly outdated: Said;
  /** The stored artifact is gone, so the status must not name it any more. */
  readonly isArtifactGone: boolean;
  /** The artifact that is stored now. */
  readonly artifact: Artifact;
  /** Where the newest artifact is served under a name that stays, for the kinds whose status names it. */
  readonly url: string;
  /** Nothing is fetched any more that failed before. */
  readonly isFetched: boolean;
  /** Signatures that were asked for, and are good. */
  readonly verified: { readonly message: string };
  readonly failure: FailureCondition;
  /** Signatures that were asked for, and are not good, where that is not the failure by itself. */
  readonly unverified: Said;
}
