import type { Job, JobCondition, JobStatus } from "@weir/builtin/batch-v1";
import type { Pod } from "@weir/builtin/core-v1";
import type { JsonObject } from "@weir/core";
import { isPodFinished, isPodReady } from "./pod-status.ts";
import { setCondition } from "./set-condition.ts";
import { millisecondsOf, timestamp } from "./timestamp.ts";
import { countField } from "./count-field.ts";
import { podFromTemplate } from "./pod-from-template.ts";

/** Names the index of a pod of an indexed Job, as a label and as an annotation. */
const INDEX_LABEL = "batch.kubernetes.io/job-completion-index";

/** A Job and its pods. */
export interface JobObservation {
  readonly job: Job;
  readonly pods: readonly Pod[];
}

/** What brings a Job on. */
export type JobPlan =
  | {
      readonly kind: "run";
      readonly create: readonly (number | undefined)[];
      readonly remove: readonly Pod[];
    }
  /** It has ended long enough ago to be removed. */
  | { readonly kind: "expire" }
  | { readonly kind: "rest"; readonly untilMs?: number };

/** Decides how many pods to start, and whether a finished Job's time to live is over. */
export function decideJob({ job, pods }: JobObservation, nowMs: number): JobPlan {
  if (job.metadata.deletionTimestamp !== undefined) return { kind: "rest" };
  const end = finishOf(job.status);
  if (end !== undefined) return decideExpiry(job, millisecondsOf(end.lastTransitionTime), nowMs);
  const active = pods.filter(isRunning);
  if (job.spec?.suspend === true) return { kind: "run", create: [], remove: active };
  if (isFailing(pods)) return { kind: "run", create: [], remove: active };
  const missing = missingPods({ job, pods });
  const room = Math.max(0, (job.spec?.parallelism ?? 1) - active.length);
  return { kind: "run", create: missing.slice(0, room), remove: [] };
}

/**
 * Counts a Job's pods and says whether it is over.
 *
 * One failed pod is the end of a simulated Job: the same would happen to the next ones, only later.
 */
export function jobStatus({ job, pods }: JobObservation, nowMs: number): JobStatus {
  const previous = job.status ?? {};
  if (finishOf(previous) !== undefined) return previous;
  const now = timestamp(nowMs);
  const counts = countPods(pods);
  const isSuspended = job.spec?.suspend === true;
  const isIdle = counts.active === 0;
  const isDone = isIdle && counts.succeeded >= completionsOf(job);
  const hasEnded = isDone || (isIdle && counts.failed > 0);
  const conditions = suspension(previous.conditions ?? [], isSuspended, nowMs);
  return {
    ...conditionsField(hasEnded ? [...conditions, ...ending(isDone, now)] : conditions),
    ...(isSuspended ? {} : { startTime: previous.startTime ?? now }),
    ...(isDone ? { completionTime: now } : {}),
    ...countField("active", counts.active),
    ...countField("succeeded", counts.succeeded),
    ...countField("failed", counts.failed),
    terminating: counts.terminating,
    uncountedTerminatedPods: {},
    ready: counts.ready,
  };
}

/** How a Job that has run to its end says so, both conditions in Kubernetes' order. */
export function ending(isDone: boolean, now: string): readonly JobCondition[] {
  const because = isDone
    ? { reason: "CompletionsReached", message: "Reached expected number of succeeded pods" }
    : { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  const times = { lastProbeTime: now, lastTransitionTime: now };
  return (isDone ? ["SuccessCriteriaMet", "Complete"] : ["FailureTarget", "Failed"]).map((type) => ({
    type,
    status: "True",
    ...times,
    ...because,
  }));
}

/** The pod of a Job; of an indexed one, that with an index. */
export function jobPod(job: Job, index: number | undefined): JsonObject {
  const { metadata, spec } = job;
  const owner = { apiVersion: "batch/v1", kind: "Job", metadata };
  const { template } = spec ?? {};
  if (index === undefined) return podFromTemplate({ owner, template, name: { prefix: `${metadata.name}-` } });
  const indexed = { [INDEX_LABEL]: String(index) };
  const name = { prefix: `${metadata.name}-${index}-` };
  return podFromTemplate({ owner, template, name, labels: indexed, annotations: indexed });
}

/** The condition that ended a Job. */
export function finishOf(status: JobStatus | undefined): JobCondition | undefined {
  return status?.conditions?.find(
    ({ type, status: holds }) => (type === "Complete" || type === "Failed") && holds === "True",
  );
}

function decideExpiry(job: Job, endedMs: number | undefined, nowMs: number): JobPlan {
  const ttlSeconds = job.spec?.ttlSecondsAfterFinished;
  if (ttlSeconds === undefined || endedMs === undefined) return { kind: "rest" };
  const untilMs = endedMs + ttlSeconds * 1000;
  return untilMs <= nowMs ? { kind: "expire" } : { kind: "rest", untilMs };
}

/** The pods that are still to be started: indexes of an indexed Job, nameless ones else. */
function missingPods({ job, pods }: JobObservation): readonly (number | undefined)[] {
  const counted = pods.filter((pod) => isRunning(pod) || pod.status?.phase === "Succeeded");
  const wanted = completionsOf(job);
  if (job.spec?.completionMode !== "Indexed") {
    return Array.from({ length: Math.max(0, wanted - counted.length) }, () => undefined);
  }
  const present = new Set(counted.map((pod) => pod.metadata.labels?.[INDEX_LABEL]));
  return Array.from({ length: wanted }, (_, index) => index).filter((index) => !present.has(String(index)));
}

/** A Job without a number of completions is done when its first set of pods is. */
function completionsOf(job: Job): number {
  return job.spec?.completions ?? job.spec?.parallelism ?? 1;
}

function suspension(
  conditions: readonly JobCondition[],
  isSuspended: boolean,
  nowMs: number,
): readonly JobCondition[] {
  const known = conditions.some(({ type }) => type === "Suspended");
  if (!isSuspended && !known) return conditions;
  const wanted = isSuspended
    ? { type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" }
    : { type: "Suspended", status: "False", reason: "JobResumed", message: "Job resumed" };
  return setCondition(conditions, wanted, nowMs);
}

function conditionsField(conditions: readonly JobCondition[]): Pick<JobStatus, "conditions"> {
  return conditions.length === 0 ? {} : { conditions };
}

function countPods(
  pods: readonly Pod[],
): Readonly<Record<"active" | "ready" | "succeeded" | "failed" | "terminating", number>> {
  const active = pods.filter(isRunning);
  return {
    active: active.length,
    ready: active.filter(isPodReady).length,
    succeeded: pods.filter((pod) => pod.status?.phase === "Succeeded").length,
    failed: pods.filter((pod) => pod.status?.phase === "Failed").length,
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isPodFinished(pod))
      .length,
  };
}

function isFailing(pods: readonly Pod[]): boolean {
  return pods.some((pod) => pod.status?.phase === "Failed");
}

function isRunning(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}
