export {
  DISABLED,
  ENABLED,
  EVENT_ANNOTATION_PREFIX,
  HelmAnnotation,
  KustomizeAnnotation,
  ReconcileAnnotation,
  ServerSideApplyMode,
  SHARD_LABEL,
  WATCH_ENABLED,
  WATCH_LABEL,
} from "./annotations.ts";
export { type Artifact } from "./artifact.ts";
export { ConditionType } from "./condition-type.ts";
export { FINALIZER } from "./finalizer.ts";
export { fluxResources } from "./flux-resources.ts";
export { HelmRelease, type HelmReleaseSnapshot } from "./helm/helm-release.ts";
export { Kustomization, type KustomizationHistoryEntry } from "./kustomize/kustomization.ts";
export { type OwnerLabelKeys, ownerLabelKeys, ownerLabels } from "./owner-labels.ts";
export { HelmReleaseReason, Reason, SourceReason } from "./reason.ts";
export { Bucket } from "./source/bucket.ts";
export { ExternalArtifact } from "./source/external-artifact.ts";
export { GitRepository } from "./source/git-repository.ts";
export { HelmChart } from "./source/helm-chart.ts";
export { HelmRepository } from "./source/helm-repository.ts";
export { OCIRepository } from "./source/oci-repository.ts";
