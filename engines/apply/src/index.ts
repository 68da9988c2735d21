export { ObjectRefusedError } from "./apply/apply-error.ts";
export {
  type ApplyDeps,
  applyObjects,
  type ApplyOptions,
  type ApplyResult,
  kindOf,
} from "./apply/apply-objects.ts";
export { AppliedStates } from "./apply/applied-states.ts";
export { type Change, type ChangeAction, describeChanges, isWrite } from "./apply/change-set.ts";
export { hasDrifted } from "./apply/drift.ts";
export { normalizeForApply, type OnDroppedFields } from "./apply/normalize.ts";
export { compareForApply, type Stage, stageOf, stagesOf } from "./apply/order.ts";
export { type ApplyPolicy, applyPolicyOf, isForced, isKeptFromPruning } from "./apply/policy.ts";
export {
  describeHealth,
  type HealthStatus,
  type HealthTarget,
  healthOf,
  type JudgeHealth,
} from "./health/health-status.ts";
export {
  HealthCheckError,
  type HealthDeps,
  type HealthOptions,
  waitForHealth,
} from "./health/wait-for-health.ts";
export {
  type InventoryEntry,
  inventoryEntryOf,
  type InventoryReference,
  parseInventoryEntry,
  placeholderOf,
  staleEntries,
} from "./inventory/inventory.ts";
export { isMarked, markOf, subjectOf } from "./object-name.ts";
export { ClusterAccessError, ClusterProviderError } from "./target/cluster-access-error.ts";
export { type BearerToken, ClusterTokens, type ClusterTokensOptions } from "./target/cluster-tokens.ts";
export { type ApplyTarget, openTarget, type OpenTarget } from "./target/open-target.ts";
export {
  clusterConfigOf,
  type ClusterReference,
  readClusterConfigMap,
} from "./target/read-cluster-config-map.ts";
export {
  type KubeconfigReference,
  KubeconfigSecretError,
  readKubeconfigSecret,
} from "./target/read-kubeconfig.ts";
export { type AccountKey, requestAccountToken, requestOwnToken } from "./target/request-token.ts";
export {
  deleteObjects,
  type DeleteObjectsOptions,
  type DeleteResult,
  PruneError,
} from "./prune/delete-objects.ts";
