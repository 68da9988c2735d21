import type { CronJob, CronJobStatus, Job } from "@weir/builtin/batch-v1";
import type { JsonObject } from "@weir/core";
import { controllerReference } from "../workloads/controller-reference.ts";
import { finishOf } from "../workloads/job.ts";
import { millisecondsOf, timestamp } from "../workloads/timestamp.ts";
import { CronScheduleError } from "./cron-error.ts";
import { type CronSchedule, parseCronSchedule } from "./cron-schedule.ts";
import { zoneOf } from "./zoned-time.ts";

/** A CronJob and the Jobs that it controls. */
export interface CronJobObservation {
  readonly cronJob: CronJob;
  readonly jobs: readonly Job[];
}

/** What is due for a CronJob. */
export interface CronJobPlan {
  /** Jobs that still run and make room for the next one. */
  readonly replace: readonly Job[];
  /** Finished Jobs beyond the limits of the history. */
  readonly forget: readonly Job[];
  /** The time of the run that is to be started. */
  readonly startMs: number | undefined;
  /** When to look again; absent where nothing will come. */
  readonly nextMs: number | undefined;
}

/** Kubernetes looks a little after the time, as clocks differ. */
const NEXT_DELTA_MS = 100;
const MOST_STEPS = 100_000;

/** Decides what is due, as kube-controller-manager does: at most the latest run that was missed is made up for. */
export function decideCronJob(observation: CronJobObservation, nowMs: number): CronJobPlan {
  const { cronJob } = observation;
  const forget = forgotten(observation);
  const rest: CronJobPlan = { replace: [], forget, startMs: undefined, nextMs: undefined };
  const schedule = isResting(cronJob) ? undefined : scheduleOf(cronJob);
  if (schedule === undefined) return rest;
  const waiting = { ...rest, nextMs: nextLook(cronJob, schedule, nowMs) };
  const startMs = latestMissed(cronJob, schedule, nowMs)?.atMs;
  if (startMs === undefined || isTooLate(cronJob, startMs, nowMs)) return waiting;
  const running = observation.jobs.filter((job) => finishOf(job.status) === undefined);
  if (isStarted(cronJob, running, startMs)) return waiting;
  switch (cronJob.spec?.concurrencyPolicy) {
    case "Forbid":
      return running.length > 0 ? waiting : { ...waiting, startMs };
    case "Replace":
      return { ...waiting, startMs, replace: running };
    default:
      return { ...waiting, startMs };
  }
}

function isResting({ metadata, spec }: CronJob): boolean {
  return metadata.deletionTimestamp !== undefined || spec?.suspend === true;
}

function isStarted(cronJob: CronJob, running: readonly Job[], startMs: number): boolean {
  if (millisecondsOf(cronJob.status?.lastScheduleTime) === startMs) return true;
  return running.some(({ metadata }) => metadata.name === jobName(cronJob, startMs));
}

/** What a CronJob says of its Jobs; `started` is the time of a run that has just begun. */
export function cronJobStatus(
  { cronJob, jobs }: CronJobObservation,
  startedMs: number | undefined,
): CronJobStatus {
  const active = jobs.filter((job) => finishOf(job.status) === undefined).toSorted(byName);
  const successes = jobs.flatMap(({ status }) =>
    finishOf(status)?.type === "Complete" && status?.completionTime ? [status.completionTime] : [],
  );
  const lastSuccess = [...successes, cronJob.status?.lastSuccessfulTime ?? ""].sort().at(-1) ?? "";
  const lastScheduleTime = startedMs === undefined ? cronJob.status?.lastScheduleTime : timestamp(startedMs);
  return {
    ...(active.length === 0 ? {} : { active: active.map(referenceTo) }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(lastSuccess === "" ? {} : { lastSuccessfulTime: lastSuccess }),
  };
}

/** The Job of one run. Its name tells the minute, so that no run is started twice. */
export function scheduledJob(cronJob: CronJob, startMs: number): JsonObject {
  const { metadata, spec } = cronJob;
  const template = spec?.jobTemplate;
  const annotations = {
    ...template?.metadata?.annotations,
    "batch.kubernetes.io/cronjob-scheduled-timestamp": zonedTimestamp(startMs, spec?.timeZone ?? ""),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: jobName(cronJob, startMs),
      namespace: metadata.namespace,
      ...(template?.metadata?.labels === undefined ? {} : { labels: template.metadata.labels }),
      annotations,
      ownerReferences: [controllerReference("batch/v1", "CronJob", metadata)],
    },
    spec: template?.spec ?? {},
  } as unknown as JsonObject;
}

function jobName({ metadata }: CronJob, startMs: number): string {
  return `${metadata.name}-${Math.floor(startMs / 60_000)}`;
}

/** A schedule or a time zone that means nothing starts nothing. */
function scheduleOf({ spec }: CronJob): CronSchedule | undefined {
  const zone = spec?.timeZone ?? "";
  const schedule = spec?.schedule ?? "";
  try {
    return parseCronSchedule(zone === "" ? schedule : `TZ=${zone} ${schedule}`);
  } catch (error) {
    if (error instanceof CronScheduleError) return undefined;
    throw error;
  }
}

/** The latest time between the last run and now, and when the one after the last was due. */
function latestMissed(
  cronJob: CronJob,
  schedule: CronSchedule,
  nowMs: number,
): { readonly atMs: number } | undefined {
  const deadline = cronJob.spec?.startingDeadlineSeconds;
  const sinceMs = Math.max(earliest(cronJob, nowMs), deadline === undefined ? 0 : nowMs - deadline * 1000);
  const first = schedule.next(sinceMs);
  if (first === undefined || first > nowMs) return undefined;
  const second = schedule.next(first);
  if (second === undefined || second > nowMs) return { atMs: first };
  return latestFrom(schedule, first, { second, nowMs });
}

/** Steps over what was missed by the distance of the first two, then run by run. */
function latestFrom(
  schedule: CronSchedule,
  first: number,
  { second, nowMs }: { readonly second: number; readonly nowMs: number },
): { readonly atMs: number } | undefined {
  const distance = second - first;
  const count = Math.floor((nowMs - first) / distance) + 1;
  let latest: number | undefined;
  let at = schedule.next(first + (count - 2) * distance);
  for (let step = 0; at !== undefined && at <= nowMs && step < MOST_STEPS; step += 1) {
    latest = at;
    at = schedule.next(at);
  }
  return latest === undefined ? undefined : { atMs: latest };
}

function earliest({ metadata, status }: CronJob, nowMs: number): number {
  return millisecondsOf(status?.lastScheduleTime) ?? millisecondsOf(metadata.creationTimestamp) ?? nowMs;
}

function nextLook(cronJob: CronJob, schedule: CronSchedule, nowMs: number): number | undefined {
  const first = schedule.next(earliest(cronJob, nowMs));
  if (first === undefined) return undefined;
  const next = first > nowMs ? first : schedule.next(nowMs);
  return next === undefined ? undefined : next + NEXT_DELTA_MS;
}

function isTooLate({ spec }: CronJob, startMs: number, nowMs: number): boolean {
  const deadline = spec?.startingDeadlineSeconds;
  return deadline !== undefined && startMs + deadline * 1000 < nowMs;
}

/** Of those that ended well and those that failed, the oldest beyond each limit. */
function forgotten({ cronJob, jobs }: CronJobObservation): readonly Job[] {
  const { successfulJobsHistoryLimit: successes, failedJobsHistoryLimit: failures } = cronJob.spec ?? {};
  return [...oldest(jobs, "Complete", successes), ...oldest(jobs, "Failed", failures)];
}

function oldest(jobs: readonly Job[], type: string, limit: number | undefined): readonly Job[] {
  if (limit === undefined) return [];
  const ended = jobs.filter(
    (job) => finishOf(job.status)?.type === type && job.metadata.deletionTimestamp === undefined,
  );
  return ended.toSorted(byStart).slice(0, Math.max(0, ended.length - limit));
}

function byStart(left: Job, right: Job): number {
  const [first, second] = [left.status?.startTime ?? "~", right.status?.startTime ?? "~"];
  return first === second ? byName(left, right) : first < second ? -1 : 1;
}

function byName(left: Job, right: Job): number {
  return (left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1;
}

function referenceTo({ metadata }: Job): NonNullable<CronJobStatus["active"]>[number] {
  const { name = "", namespace = "", uid = "", resourceVersion = "" } = metadata;
  return { kind: "Job", namespace, name, uid, apiVersion: "batch/v1", resourceVersion };
}

/** RFC 3339 with the offset of the zone, `Z` for UTC. */
function zonedTimestamp(ms: number, zoneName: string): string {
  const { year, month, day, hour, minute, second } = zoneOf(zoneName).wallTime(ms);
  const aheadMinutes = (Date.UTC(year, month - 1, day, hour, minute, second) - ms) / 60_000;
  const two = (value: number): string => String(value).padStart(2, "0");
  const [ahead, sign] = [Math.abs(aheadMinutes), aheadMinutes < 0 ? "-" : "+"];
  const offset = aheadMinutes === 0 ? "Z" : `${sign}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${offset}`;
}
