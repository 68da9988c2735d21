import type { CronJob, Job } from "@weir/builtin/batch-v1";
import { describe, expect, test } from "vitest";
import { cronJobStatus, decideCronJob, scheduledJob } from "./cron-job.ts";

const CREATED = "2026-01-01T00:00:30Z";
const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`);

function aCronJob(spec: object = {}, status: object = {}): CronJob {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly", namespace: "apps", uid: "u", creationTimestamp: CREATED },
    spec: {
      schedule: "*/10 * * * *",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels: { a: "b" }, annotations: { c: "d" } }, spec: { backoffLimit: 2 } },
      ...spec,
    },
    status,
  } as unknown as CronJob;
}

function aRun(minute: number, ended?: "Complete" | "Failed"): Job {
  const time = `2026-01-01T00:${String(minute).padStart(2, "0")}:00Z`;
  return {
    metadata: { name: `nightly-${Date.parse(time) / 60_000}`, namespace: "apps", uid: `job-${minute}` },
    status: {
      startTime: time,
      ...(ended === undefined ? {} : { completionTime: time, conditions: [{ type: ended, status: "True" }] }),
    },
  } as unknown as Job;
}

describe("decideCronJob", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly cronJob?: CronJob;
    readonly jobs?: readonly Job[];
    readonly now: string;
    readonly want: {
      readonly start?: string;
      readonly next?: string;
      readonly nextDay?: string;
      readonly replace?: number;
      readonly forget?: number;
    };
  }> = [
    { name: "waits for the first time", now: "00:05:00", want: { next: "00:10:00.100" } },
    { name: "starts when it is due", now: "00:10:00", want: { start: "00:10:00", next: "00:20:00.100" } },
    {
      name: "makes up for the latest run alone",
      now: "02:05:00",
      want: { start: "02:00:00", next: "02:10:00.100" },
    },
    {
      name: "starts no run twice",
      cronJob: aCronJob({}, { lastScheduleTime: "2026-01-01T00:10:00Z" }),
      now: "00:11:00",
      want: { next: "00:20:00.100" },
    },
    {
      name: "starts no run whose Job is there",
      jobs: [aRun(10)],
      now: "00:11:00",
      want: { next: "00:20:00.100" },
    },
    { name: "rests while it is suspended", cronJob: aCronJob({ suspend: true }), now: "00:11:00", want: {} },
    {
      name: "rests where its schedule means nothing",
      cronJob: aCronJob({ schedule: "x" }),
      now: "00:11:00",
      want: {},
    },
    {
      name: "rests in a zone that is not there",
      cronJob: aCronJob({ timeZone: "No/Where" }),
      now: "00:11:00",
      want: {},
    },
    {
      name: "reckons in its own zone",
      cronJob: aCronJob({ schedule: "40 5 * * *", timeZone: "Asia/Kolkata" }),
      now: "00:10:00",
      want: { start: "00:10:00", nextDay: "00:10:00.100" },
    },
    {
      name: "leaves out what is beyond its deadline",
      cronJob: aCronJob({ startingDeadlineSeconds: 60 }),
      now: "00:12:00",
      want: { next: "00:20:00.100" },
    },
    {
      name: "lets runs overlap",
      jobs: [aRun(10)],
      now: "00:20:00",
      want: { start: "00:20:00", next: "00:30:00.100" },
    },
    {
      name: "leaves a run out while another one is not over, where they must not overlap",
      cronJob: aCronJob({ concurrencyPolicy: "Forbid" }),
      jobs: [aRun(10)],
      now: "00:20:00",
      want: { next: "00:30:00.100" },
    },
    {
      name: "ends the last run where the next one replaces it",
      cronJob: aCronJob({ concurrencyPolicy: "Replace" }),
      jobs: [aRun(10), aRun(0, "Complete")],
      now: "00:20:00",
      want: { start: "00:20:00", next: "00:30:00.100", replace: 1 },
    },
    {
      name: "forgets the oldest of those that ended well, and of those that failed",
      jobs: [
        aRun(1, "Complete"),
        aRun(2, "Complete"),
        aRun(3, "Complete"),
        aRun(4, "Complete"),
        aRun(5, "Failed"),
        aRun(6, "Failed"),
      ],
      now: "00:05:00",
      want: { next: "00:10:00.100", forget: 2 },
    },
  ];
  test.each(cases)("$name", ({ cronJob = aCronJob(), jobs = [], now, want }) => {
    const plan = decideCronJob({ cronJob, jobs }, at(now));
    expect(plan.startMs).toBe(want.start === undefined ? undefined : at(want.start));
    const nextDay = want.nextDay === undefined ? undefined : at(want.nextDay) + 24 * 3_600_000;
    expect(plan.nextMs).toBe(want.next === undefined ? nextDay : at(want.next));
    expect(plan.replace).toHaveLength(want.replace ?? 0);
    expect(plan.forget).toHaveLength(want.forget ?? 0);
  });

  test("forgets the oldest first", () => {
    const jobs = [aRun(2, "Failed"), aRun(1, "Failed")];
    expect(decideCronJob({ cronJob: aCronJob(), jobs }, at("00:05:00")).forget).toEqual([jobs[1]]);
  });
});

describe("a run", () => {
  test("is named by its minute and says its time in the zone", () => {
    const cronJob = aCronJob({ timeZone: "Asia/Kolkata" });
    expect(scheduledJob(cronJob, at("00:10:00"))).toMatchObject({
      metadata: {
        name: `nightly-${at("00:10:00") / 60_000}`,
        namespace: "apps",
        labels: { a: "b" },
        annotations: {
          c: "d",
          "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T05:40:00+05:30",
        },
        ownerReferences: [{ kind: "CronJob", name: "nightly", uid: "u", controller: true }],
      },
      spec: { backoffLimit: 2 },
    });
  });

  test("shows in the status while it lasts, and as the last success after", () => {
    const cronJob = aCronJob({}, { lastScheduleTime: "2026-01-01T00:00:00Z" });
    expect(cronJobStatus({ cronJob, jobs: [aRun(10)] }, at("00:10:00"))).toEqual({
      active: [
        {
          kind: "Job",
          apiVersion: "batch/v1",
          namespace: "apps",
          name: `nightly-${at("00:10:00") / 60_000}`,
          uid: "job-10",
          resourceVersion: "",
        },
      ],
      lastScheduleTime: "2026-01-01T00:10:00Z",
    });
    expect(cronJobStatus({ cronJob, jobs: [aRun(10, "Complete"), aRun(5, "Complete")] }, undefined)).toEqual({
      lastScheduleTime: "2026-01-01T00:00:00Z",
      lastSuccessfulTime: "2026-01-01T00:10:00Z",
    });
  });
});
