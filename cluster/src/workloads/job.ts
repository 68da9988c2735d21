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
  const isOver = job.spec?.suspend === true || failureOf({ job, pods }, nowMs) !== undefined;
  if (isOver) return { kind: "run", create: [], remove: active };
  const missing = missingPods({ job, pods });
  const room = Math.max(0, (job.spec?.parallelism ?? 1) - active.length);
  return { kind: "run", create: missing.slice(0, room), remove: [] };
}

/**
 * Until when the next pod waits after one has failed: `delayMs` after the first failure, twice as long after each that follows,
 * up to ten minutes, as kube-controller-manager does with ten seconds.
 */
export function retryAt(pods: readonly Pod[], delayMs: number): number {
  const ends = pods.filter((pod) => pod.status?.phase === "Failed").map(endOf);
  if (ends.length === 0) return 0;
  return Math.max(...ends) + Math.min(LONGEST_RETRY_MS, delayMs * 2 ** (ends.length - 1));
}

/** When a Job has been active for as long as it may be. */
export function deadlineOf({ spec, status }: Job): number | undefined {
  const startMs = millisecondsOf(status?.startTime);
  const seconds = spec?.activeDeadlineSeconds;
  return startMs === undefined || seconds === undefined ? undefined : startMs + seconds * 1000;
}

/** Counts a Job's pods and says whether it is over. */
export function jobStatus({ job, pods }: JobObservation, nowMs: number): JobStatus {
  const previous = job.status ?? {};
  if (finishOf(previous) !== undefined) return previous;
  const now = timestamp(nowMs);
  const counts = countPods(pods);
  const isSuspended = job.spec?.suspend === true;
  const end = counts.active === 0 ? endingOf({ job, pods }, nowMs) : undefined;
  const conditions = suspension(previous.conditions ?? [], isSuspended, nowMs);
  return {
    ...conditionsField(end === undefined ? conditions : [...conditions, ...ending(end, now)]),
    ...(isSuspended ? {} : { startTime: previous.startTime ?? now }),
    ...(end === DONE ? { completionTime: now } : {}),
    ...countField("active", counts.active),
    ...countField("succeeded", counts.succeeded),
    ...countField("failed", counts.failed),
    terminating: counts.terminating,
    uncountedTerminatedPods: {},
    ready: counts.ready,
  };
}

/** Why a Job has ended. */
export interface JobEnding {
  readonly reason: string;
  readonly message: string;
}

/** All pods that were wanted have done their work. */
export const DONE: JobEnding = {
  reason: "CompletionsReached",
  message: "Reached expected number of succeeded pods",
};

/** Too many pods have failed. */
export const BACKOFF_EXCEEDED: JobEnding = {
  reason: "BackoffLimitExceeded",
  message: "Job has reached the specified backoff limit",
};

const DEADLINE_EXCEEDED: JobEnding = {
  reason: "DeadlineExceeded",
  message: "Job was active longer than specified deadline",
};

const LONGEST_RETRY_MS = 600_000;
const DEFAULT_BACKOFF_LIMIT = 6;

/** Why a Job whose pods have all ended is over. */
function endingOf({ job, pods }: JobObservation, nowMs: number): JobEnding | undefined {
  const succeeded = pods.filter((pod) => pod.status?.phase === "Succeeded").length;
  return succeeded >= completionsOf(job) ? DONE : failureOf({ job, pods }, nowMs);
}

/** Why a Job has failed. A pod that is restarted in its place does in one what others do one after the other. */
function failureOf({ job, pods }: JobObservation, nowMs: number): JobEnding | undefined {
  const failed = pods.filter((pod) => pod.status?.phase === "Failed").length;
  const isRestarted = job.spec?.template?.spec?.restartPolicy === "OnFailure";
  const limit = isRestarted ? 0 : (job.spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT);
  if (failed > limit) return BACKOFF_EXCEEDED;
  const deadlineMs = deadlineOf(job);
  return deadlineMs !== undefined && deadlineMs <= nowMs ? DEADLINE_EXCEEDED : undefined;
}

function endOf({ status, metadata }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(
    ({ state }) => millisecondsOf(state?.terminated?.finishedAt) ?? 0,
  );
  return Math.max(0, ...ends) || (millisecondsOf(metadata.creationTimestamp) ?? 0);
}

/** How a Job that has run to its end says so, both conditions in Kubernetes' order. */
export function ending(because: JobEnding, now: string): readonly JobCondition[] {
  const times = { lastProbeTime: now, lastTransitionTime: now };
  const types = because === DONE ? ["SuccessCriteriaMet", "Complete"] : ["FailureTarget", "Failed"];
  return types.map((type) => ({
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

function isRunning(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}
