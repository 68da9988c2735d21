/** The types of the conditions that Flux objects have. */
export const ConditionType = {
  /** Whether the last generation is in effect. */
  Ready: "Ready",
  /** Present while a controller works on the object. */
  Reconciling: "Reconciling",
  /** Present where only a change of the object can help. */
  Stalled: "Stalled",
  /** Whether what a Kustomization applied is healthy. */
  Healthy: "Healthy",
  /** Whether the artifact of the last revision is stored. */
  ArtifactInStorage: "ArtifactInStorage",
  /** Present while the stored artifact is not of the last revision. */
  ArtifactOutdated: "ArtifactOutdated",
  /** Whether the signature of the last revision is valid. */
  SourceVerified: "SourceVerified",
  /** Present when the upstream cannot be fetched. */
  FetchFailed: "FetchFailed",
  /** Present when a chart cannot be built. */
  BuildFailed: "BuildFailed",
  /** Present when an artifact cannot be stored. */
  StorageOperationFailed: "StorageOperationFailed",
  /** Present when an artifact to include is not there. */
  IncludeUnavailable: "IncludeUnavailable",
  /** Whether the last release was made. */
  Released: "Released",
  /** Whether the tests of the last release passed. */
  TestSuccess: "TestSuccess",
  /** Whether the last failure was undone. */
  Remediated: "Remediated",
  /** Whether others changed the objects of a release. */
  Drifted: "Drifted",
} as const;

/** The type of a condition. */
export type ConditionType = (typeof ConditionType)[keyof typeof ConditionType];
