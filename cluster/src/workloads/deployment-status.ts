import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "@weir/builtin/apps-v1";
import { type DeploymentObservation, deploymentBounds, replicaSetRoles } from "./deployment.ts";
import { setCondition } from "./set-condition.ts";
import type { SimulatedStatus } from "./simulated-status.ts";
import { millisecondsOf, timestamp } from "./timestamp.ts";
import { countField, observedGeneration } from "./count-field.ts";

/** The deadline that means none. */
const NO_DEADLINE_SECONDS = 2 ** 31 - 1;

/** What a Deployment's status is made from. */
export interface DeploymentFacts extends DeploymentObservation {
  readonly wanted: SimulatedStatus;
  readonly nowMs: number;
}

/** A status, and when it has to be looked at again because a deadline passes. */
export interface DeploymentReport {
  readonly status: DeploymentStatus;
  readonly deadlineMs: number | undefined;
}

/**
 * Counts the pods of all ReplicaSets and says how the rollout goes, in the words of Kubernetes' deployment controller.
 *
 * A Deployment that is wanted to fail is past its deadline at once.
 */
export function deploymentStatus(facts: DeploymentFacts): DeploymentReport {
  const { deployment, nowMs } = facts;
  const counts = countReplicas(facts);
  const wanted = availableCondition(deployment, counts.availableReplicas ?? 0);
  const available = setCondition(
    deployment.status?.conditions ?? [],
    { ...wanted, lastUpdateTime: timestamp(nowMs) },
    nowMs,
  );
  const progress = progressCondition(facts, counts);
  const conditions = progress === undefined ? available : setProgress(available, progress, nowMs);
  const status: DeploymentStatus = {
    ...(deployment.status?.collisionCount === undefined
      ? {}
      : { collisionCount: deployment.status.collisionCount }),
    ...counts,
    conditions,
  };
  return { status, deadlineMs: deadlineOf(deployment, conditions) };
}

function countReplicas(facts: DeploymentFacts): DeploymentStatus {
  const { deployment, replicaSets } = facts;
  const { current } = replicaSetRoles(facts);
  const total = (count: (each: ReplicaSet) => number | undefined): number =>
    replicaSets.reduce((sum, each) => sum + (count(each) ?? 0), 0);
  const available = total((each) => each.status?.availableReplicas);
  const unavailable = Math.max(0, total((each) => each.spec?.replicas) - available);
  return {
    ...observedGeneration(deployment.metadata),
    ...countField(
      "replicas",
      total((each) => each.status?.replicas),
    ),
    ...countField("updatedReplicas", current?.status?.replicas ?? 0),
    ...countField(
      "readyReplicas",
      total((each) => each.status?.readyReplicas),
    ),
    ...countField("availableReplicas", available),
    ...countField("unavailableReplicas", unavailable),
  };
}

function availableCondition(deployment: Deployment, available: number): DeploymentCondition {
  const needed = (deployment.spec?.replicas ?? 1) - deploymentBounds(deployment).maxUnavailable;
  return available >= needed
    ? {
        type: "Available",
        status: "True",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
}

/** `undefined` where the present condition stays as it is. */
function progressCondition(
  facts: DeploymentFacts,
  counts: DeploymentStatus,
): DeploymentCondition | undefined {
  const { deployment, wanted } = facts;
  const name = rolloutName(facts);
  if (deployment.spec?.paused === true) {
    return progressing("Unknown", "DeploymentPaused", "Deployment is paused");
  }
  if (wanted === "failed") return timedOut(name);
  if (isComplete(deployment, counts)) {
    return progressing("True", "NewReplicaSetAvailable", `${name} has successfully progressed.`);
  }
  return midwayCondition(facts, counts, name);
}

/** What the condition says when a rollout begins. */
const BEFORE_ROLLOUT: ReadonlySet<string> = new Set(["", "NewReplicaSetAvailable", "DeploymentPaused"]);

function midwayCondition(
  facts: DeploymentFacts,
  counts: DeploymentStatus,
  name: string,
): DeploymentCondition | undefined {
  const { deployment, nowMs } = facts;
  const conditions = deployment.status?.conditions ?? [];
  const reason = findProgress(conditions)?.reason ?? "";
  const isOneReplicaSet = counts.replicas === counts.updatedReplicas;
  // A pod that is lost after the rollout does not begin it anew.
  if (reason === "NewReplicaSetAvailable" && isOneReplicaSet) return undefined;
  if (BEFORE_ROLLOUT.has(reason)) return beginning(facts);
  if (hasProgressed(deployment.status ?? {}, counts)) {
    return progressing("True", "ReplicaSetUpdated", `${name} is progressing.`);
  }
  const deadlineMs = deadlineOf(deployment, conditions) ?? Number.POSITIVE_INFINITY;
  return nowMs < deadlineMs ? undefined : timedOut(name);
}

function beginning(facts: DeploymentFacts): DeploymentCondition | undefined {
  const { current } = replicaSetRoles(facts);
  if (current === undefined) return undefined;
  return progressing("True", "NewReplicaSetCreated", `Created new replica set "${current.metadata.name}"`);
}

function rolloutName(facts: DeploymentFacts): string {
  const { current } = replicaSetRoles(facts);
  if (current === undefined) return `Deployment "${facts.deployment.metadata.name}"`;
  return `ReplicaSet "${current.metadata.name}"`;
}

function timedOut(name: string): DeploymentCondition {
  return progressing("False", "ProgressDeadlineExceeded", `${name} has timed out progressing.`);
}

function progressing(status: string, reason: string, message: string): DeploymentCondition {
  return { type: "Progressing", status, reason, message };
}

function isComplete(deployment: Deployment, counts: DeploymentStatus): boolean {
  const wanted = deployment.spec?.replicas ?? 1;
  return [counts.updatedReplicas, counts.replicas, counts.availableReplicas].every(
    (count) => (count ?? 0) === wanted,
  );
}

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const oldReplicas = (status: DeploymentStatus): number =>
    (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0) ||
    oldReplicas(now) < oldReplicas(before)
  );
}

/** Progress made again moves the time from which the deadline counts, and nothing else. */
function setProgress(
  conditions: readonly DeploymentCondition[],
  wanted: DeploymentCondition,
  nowMs: number,
): readonly DeploymentCondition[] {
  const previous = findProgress(conditions);
  const isSame = previous?.reason === wanted.reason && previous?.message === wanted.message;
  if (isSame && wanted.reason !== "ReplicaSetUpdated") return conditions;
  const updated = { ...wanted, lastUpdateTime: timestamp(nowMs) };
  if (!isSame) return setCondition(conditions, updated, nowMs);
  return conditions.map((condition) =>
    condition === previous ? { ...condition, lastUpdateTime: updated.lastUpdateTime } : condition,
  );
}

/** When the rollout will have taken too long; `undefined` where it is over, one way or the other. */
function deadlineOf(deployment: Deployment, conditions: readonly DeploymentCondition[]): number | undefined {
  const seconds = deployment.spec?.progressDeadlineSeconds ?? 600;
  const progress = findProgress(conditions);
  if (
    seconds === NO_DEADLINE_SECONDS ||
    progress?.status !== "True" ||
    progress.reason === "NewReplicaSetAvailable"
  ) {
    return undefined;
  }
  const sinceMs = millisecondsOf(progress.lastUpdateTime);
  return sinceMs === undefined ? undefined : sinceMs + seconds * 1000;
}

function findProgress(conditions: readonly DeploymentCondition[]): DeploymentCondition | undefined {
  return conditions.find(({ type }) => type === "Progressing");
}
