import type {
  DaemonSet,
  DaemonSetStatus,
  Deployment,
  DeploymentStatus,
  StatefulSet,
  StatefulSetStatus,
} from "@weir/builtin/apps-v1";
import type { Job, JobStatus } from "@weir/builtin/batch-v1";
import type { Pod, PodStatus } from "@weir/builtin/core-v1";
import { countField, observedGeneration } from "./count-field.ts";
import { isPodFinished, podStatus } from "./pod-status.ts";
import { templateHash } from "./pod-template.ts";
import type { SimulatedStatus } from "./simulated-status.ts";
import { timestamp } from "./timestamp.ts";

/**
 * The statuses of workloads that have neither ReplicaSets nor Pods behind them, for recordings and tests that look at
 * nothing else. `undefined` leaves the status as it is.
 */

/** What a Deployment has at the end of a rollout; without times, because nothing went over to anything. */
export function directDeploymentStatus(deployment: Deployment, wanted: SimulatedStatus): DeploymentStatus {
  const replicas = deployment.spec?.replicas ?? 1;
  const ready = wanted === "ready" ? replicas : 0;
  return {
    ...observedGeneration(deployment.metadata),
    ...countField("replicas", replicas),
    ...countField("updatedReplicas", replicas),
    ...countField("readyReplicas", ready),
    ...countField("availableReplicas", ready),
    ...countField("unavailableReplicas", replicas - ready),
    conditions: [
      wanted === "ready"
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
          },
      { type: "Progressing", ...DIRECT_PROGRESS[wanted] },
    ],
  };
}

const DIRECT_PROGRESS = {
  ready: {
    status: "True",
    reason: "NewReplicaSetAvailable",
    message: "ReplicaSet has successfully progressed.",
  },
  failed: {
    status: "False",
    reason: "ProgressDeadlineExceeded",
    message: "ReplicaSet has timed out progressing.",
  },
  pending: { status: "True", reason: "ReplicaSetUpdated", message: "ReplicaSet is progressing." },
} as const satisfies Record<SimulatedStatus, object>;

/** A StatefulSet has no word for failing: one that fails never becomes ready. */
export function directStatefulSetStatus(
  statefulSet: StatefulSet,
  wanted: SimulatedStatus,
): StatefulSetStatus {
  const replicas = statefulSet.spec?.replicas ?? 1;
  const ready = wanted === "ready" ? replicas : 0;
  const revision = `${statefulSet.metadata.name}-${templateHash(statefulSet.spec?.template)}`;
  return {
    ...observedGeneration(statefulSet.metadata),
    replicas,
    ...countField("readyReplicas", ready),
    ...countField("currentReplicas", replicas),
    ...countField("updatedReplicas", replicas),
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
    availableReplicas: ready,
  };
}

/** A DaemonSet of one node; it, too, has no word for failing. */
export function directDaemonSetStatus(daemonSet: DaemonSet, wanted: SimulatedStatus): DaemonSetStatus {
  const ready = wanted === "ready" ? 1 : 0;
  return {
    currentNumberScheduled: 1,
    numberMisscheduled: 0,
    desiredNumberScheduled: 1,
    numberReady: ready,
    ...observedGeneration(daemonSet.metadata),
    updatedNumberScheduled: 1,
    ...countField("numberAvailable", ready),
    ...countField("numberUnavailable", 1 - ready),
  };
}

/** A Job ends in one step; one that is pending, or suspended, has no status. */
export function directJobStatus(job: Job, wanted: SimulatedStatus, nowMs: number): JobStatus | undefined {
  const isOver = job.status?.conditions?.some(({ status }) => status === "True") === true;
  if (wanted === "pending" || job.spec?.suspend === true || isOver) return undefined;
  const now = timestamp(nowMs);
  const end = { status: "True", lastTransitionTime: now };
  if (wanted === "failed") {
    const reason = { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
    return {
      startTime: now,
      failed: 1,
      uncountedTerminatedPods: {},
      conditions: [
        { type: "FailureTarget", ...end, ...reason },
        { type: "Failed", ...end, ...reason },
      ],
    };
  }
  return {
    startTime: now,
    completionTime: now,
    succeeded: job.spec?.completions ?? 1,
    uncountedTerminatedPods: {},
    conditions: [
      { type: "SuccessCriteriaMet", ...end, reason: "CompletionsReached" },
      { type: "Complete", ...end, reason: "CompletionsReached" },
    ],
  };
}

/** A Pod runs to its end in one step; one that is pending has the status it was made with. */
export function directPodStatus(pod: Pod, wanted: SimulatedStatus, nowMs: number): PodStatus | undefined {
  if (wanted === "pending" || isPodFinished(pod)) return undefined;
  const ending: Pod = { ...pod, spec: { containers: [], ...pod.spec, restartPolicy: "Never" } };
  const {
    hostIP: _,
    hostIPs: __,
    podIP: ___,
    podIPs: ____,
    ...status
  } = podStatus(ending, wanted, { hostIP: "", podIP: "" }, nowMs);
  return status;
}
