export { consumerDefaults, type ConsumerOptions } from "./consumer-options.ts";
export { ConfigMap, Secret, ServiceAccount } from "./core-kinds.ts";
export { dependencyKeysOf, dependencyText, type Dependent } from "./dependencies/dependency-keys.ts";
export { Dependents } from "./dependencies/dependents.ts";
export { findCycle, type ReadDependency } from "./dependencies/find-cycle.ts";
export {
  type DependencyRules,
  findUnreadyDependency,
  isReady,
  ReadyExpressionError,
} from "./dependencies/find-unready-dependency.ts";
export {
  type HealthCheckExpression,
  HealthExpressionError,
  judgeByExpressions,
} from "./health/health-expressions.ts";
export { type ArtifactTree, ArtifactTrees, type ArtifactTreesDeps } from "./source/artifact-trees.ts";
export { originRevisionOf, type Source, sourceIndexValue } from "./source/source.ts";
export {
  type Actor,
  canImpersonate,
  type OpenTargetContext,
  openTargetOf,
  type TargetRules,
} from "./target/open-target.ts";
export { durationText, jitteredMs, retryText } from "./timing.ts";
