export {
  ConnectionDroppedError,
  type Fault,
  type FaultedRequest,
  type FaultPlan,
  type FaultTarget,
} from "@weir/apiserver";
export {
  checkConditions,
  type ConditionRulesOptions,
  type ConditionViolation,
} from "./conditions/condition-rules.ts";
export { ConditionRulesError, type SeenViolation } from "./conditions/condition-watcher.ts";
export { faultyTransport } from "./faults/faulty-transport.ts";
export { randomFaults, type RandomFaultsOptions } from "./faults/random-faults.ts";
export { CrdNotEstablishedError } from "./install-crds.ts";
export { startTestEnv, type TestEnv, type TestEnvOptions } from "./start-test-env.ts";
export { ClusterDownError, RestartableCluster } from "./restartable-cluster.ts";
export { type EmbeddedTestCluster, type ExistingTestCluster, type TestCluster } from "./test-cluster.ts";
export { ControllersCrashedError, TestEnvStateError } from "./test-env-error.ts";
export { NotInTimeError, type UntilOptions } from "./until.ts";
