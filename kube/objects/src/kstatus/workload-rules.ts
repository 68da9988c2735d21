import { current, failed, inProgress, type KstatusResult } from "./kstatus-result.ts";
import type { BasicCondition, ObjectFields } from "./object-fields.ts";

/** What a rule of one kind sees. */
export interface RuleInput {
  readonly fields: ObjectFields;
  readonly kind: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Judges the objects of one kind. */
export type KindRule = (input: RuleInput) => KstatusResult;

/** The controller's own word for a deadline that is not set. */
const noDeadline = 2 ** 31 - 1;

interface DeploymentReplicas {
  readonly spec: number;
  readonly status: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

/** Deployments: replicas in the order in which a rollout brings them, then the controller's conditions. */
export function judgeDeployment({ fields }: RuleInput): KstatusResult {
  const conditions = fields.conditions();
  const exceeded = conditions.find(
    ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
  );
  if (exceeded !== undefined) {
    return failed(exceeded.reason, "Progress deadline exceeded", exceeded.message);
  }
  const replicas: DeploymentReplicas = {
    spec: fields.integer("spec.replicas", 1),
    status: fields.integer("status.replicas", 0),
    updated: fields.integer("status.updatedReplicas", 0),
    ready: fields.integer("status.readyReplicas", 0),
    available: fields.integer("status.availableReplicas", 0),
  };
  const lacking = lackingOfDeployment(replicas);
  if (lacking !== undefined) return lacking;
  // Without a deadline the controller sets no Progressing condition.
  const hasDeadline = fields.integer("spec.progressDeadlineSeconds", noDeadline) !== noDeadline;
  const isProgressing = conditions.some(
    (each) => isTrue(each, "Progressing") && each.reason === "NewReplicaSetAvailable",
  );
  if (hasDeadline && !isProgressing) return inProgress("ReplicaSetNotAvailable", "ReplicaSet not Available");
  if (!conditions.some((each) => isTrue(each, "Available"))) {
    return inProgress("DeploymentNotAvailable", "Deployment not Available");
  }
  return current(`Deployment is available. Replicas: ${replicas.status}`);
}

function lackingOfDeployment(replicas: DeploymentReplicas): KstatusResult | undefined {
  const { spec, status, updated, ready, available } = replicas;
  if (spec > status) return inProgress("LessReplicas", `Replicas: ${status}/${spec}`);
  if (spec > updated) return inProgress("LessUpdated", `Updated: ${updated}/${spec}`);
  if (status > spec) return inProgress("ExtraPods", `Pending termination: ${status - spec}`);
  if (updated > available) return inProgress("LessAvailable", `Available: ${available}/${updated}`);
  if (spec > ready) return inProgress("LessReady", `Ready: ${ready}/${spec}`);
  return undefined;
}

/** ReplicaSets: a failure to make pods, then their numbers. */
export function judgeReplicaSet({ fields }: RuleInput): KstatusResult {
  if (fields.conditions().some((condition) => isTrue(condition, "ReplicaFailure"))) {
    return inProgress("ReplicaFailure", "Replica Failure condition. Check Pods");
  }
  const spec = fields.integer("spec.replicas", 1);
  const status = fields.integer("status.replicas", 0);
  const ready = fields.integer("status.readyReplicas", 0);
  const available = fields.integer("status.availableReplicas", 0);
  const labelled = fields.integer("status.fullyLabeledReplicas", 0);
  if (spec > labelled) return inProgress("LessLabelled", `Labelled: ${labelled}/${spec}`);
  if (spec > available) return inProgress("LessAvailable", `Available: ${available}/${spec}`);
  if (spec > ready) return inProgress("LessReady", `Ready: ${ready}/${spec}`);
  if (status > spec) return inProgress("ExtraPods", `Pending termination: ${status - spec}`);
  return current(`ReplicaSet is available. Replicas: ${status}`);
}

/** StatefulSets: their controller sets no conditions, so only numbers and revisions tell. */
export function judgeStatefulSet({ fields }: RuleInput): KstatusResult {
  if (fields.text("spec.updateStrategy.type", "") === "OnDelete") {
    return current("StatefulSet is using the ondelete update strategy");
  }
  const spec = fields.integer("spec.replicas", 1);
  const status = fields.integer("status.replicas", 0);
  const ready = fields.integer("status.readyReplicas", 0);
  if (spec > status) return inProgress("LessReplicas", `Replicas: ${status}/${spec}`);
  if (spec > ready) return inProgress("LessReady", `Ready: ${ready}/${spec}`);
  if (status > spec) return inProgress("ExtraPods", `Pending termination: ${status - spec}`);
  const partition = fields.integer("spec.updateStrategy.rollingUpdate.partition", -1);
  if (partition !== -1) return judgePartition(fields, spec - partition);
  const currentReplicas = fields.integer("status.currentReplicas", 0);
  if (spec > currentReplicas) return inProgress("LessCurrent", `current: ${currentReplicas}/${spec}`);
  if (fields.text("status.currentRevision", "") !== fields.text("status.updateRevision", "")) {
    return inProgress("RevisionMismatch", "Waiting for updated revision to match current");
  }
  return current(`All replicas scheduled as expected. Replicas: ${status}`);
}

function judgePartition(fields: ObjectFields, due: number): KstatusResult {
  const updated = fields.integer("status.updatedReplicas", 0);
  if (updated < due) return inProgress("PartitionRollout", `updated: ${updated}/${due}`);
  return current(`Partition rollout complete. updated: ${updated}`);
}

/** DaemonSets: the controller has to have seen the object, for all numbers are zero before. */
export function judgeDaemonSet({ fields, kind }: RuleInput): KstatusResult {
  const unseen = unseenByController(fields, kind);
  if (unseen !== undefined) return unseen;
  const desired = fields.integer("status.desiredNumberScheduled", -1);
  const scheduled = fields.integer("status.currentNumberScheduled", 0);
  const updated = fields.integer("status.updatedNumberScheduled", 0);
  const available = fields.integer("status.numberAvailable", 0);
  const ready = fields.integer("status.numberReady", 0);
  if (desired === -1) return inProgress("NoDesiredNumber", "Missing .status.desiredNumberScheduled");
  if (desired > scheduled) return inProgress("LessCurrent", `Current: ${scheduled}/${desired}`);
  if (desired > updated) return inProgress("LessUpdated", `Updated: ${updated}/${desired}`);
  if (desired > available) return inProgress("LessAvailable", `Available: ${available}/${desired}`);
  if (desired > ready) return inProgress("LessReady", `Ready: ${ready}/${desired}`);
  return current(`All replicas scheduled as expected. Replicas: ${desired}`);
}

function unseenByController(fields: ObjectFields, kind: string): KstatusResult | undefined {
  if (fields.strictInteger("metadata.generation") === undefined) {
    return inProgress("NoGeneration", `${kind} metadata.generation not found`);
  }
  if (fields.strictInteger("status.observedGeneration") === undefined) {
    return inProgress("NoObservedGeneration", `${kind} status.observedGeneration not found`);
  }
  return undefined;
}

/** Jobs: current from the moment they run, failed only by their own word. */
export function judgeJob({ fields }: RuleInput): KstatusResult {
  const completions = fields.integer("spec.completions", fields.integer("spec.parallelism", 1));
  const succeeded = fields.integer("status.succeeded", 0);
  const failures = fields.integer("status.failed", 0);
  const end = fields.conditions().find((each) => isTrue(each, "Complete") || isTrue(each, "Failed"));
  if (end?.type === "Complete") return current(`Job Completed. succeeded: ${succeeded}/${completions}`);
  if (end?.type === "Failed") return failed("JobFailed", `Job Failed. failed: ${failures}/${completions}`);
  if (fields.text("status.startTime", "") === "") return inProgress("JobNotStarted", "Job not started");
  const active = fields.integer("status.active", 0);
  return current(`Job in progress. success:${succeeded}, active: ${active}, failed: ${failures}`);
}

/** Tells whether a condition of this type is True. */
export function isTrue(condition: BasicCondition, type: string): boolean {
  return condition.type === type && condition.status === "True";
}

/** Tells whether a condition of this type is False. */
export function isFalse(condition: BasicCondition, type: string): boolean {
  return condition.type === type && condition.status === "False";
}
