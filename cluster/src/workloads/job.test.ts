import type { Pod } from "@weir/builtin/core-v1";
import { describe, expect, test } from "vitest";
import { aJob, aPod } from "../../test/builders.ts";
import { decideJob, type JobPlan, jobPod, jobStatus, retryAt } from "./job.ts";

const nowMs = Date.UTC(2026, 0, 1, 12);
const now = "2026-01-01T12:00:00Z";

function run(phase: string, index?: number): Pod {
  const labels = index === undefined ? {} : { "batch.kubernetes.io/job-completion-index": String(index) };
  return aPod({ name: `${phase}-${index}`, phase, labels });
}

const complete = {
  conditions: [{ type: "Complete", status: "True", lastTransitionTime: "2026-01-01T11:59:00Z" }],
};

describe("decideJob", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly job: ReturnType<typeof aJob>;
    readonly pods: readonly Pod[];
    readonly want: JobPlan | { readonly create: readonly (number | undefined)[]; readonly remove: number };
  }> = [
    { name: "starts one pod", job: aJob(), pods: [], want: { create: [undefined], remove: 0 } },
    {
      name: "waits for the running pod",
      job: aJob(),
      pods: [run("Running")],
      want: { create: [], remove: 0 },
    },
    {
      name: "starts as many at a time as it may",
      job: aJob({ spec: { completions: 5, parallelism: 2 } }),
      pods: [run("Succeeded"), run("Running")],
      want: { create: [undefined], remove: 0 },
    },
    {
      name: "starts the indexes that are missing",
      job: aJob({ spec: { completions: 3, parallelism: 3, completionMode: "Indexed" } }),
      pods: [run("Succeeded", 1)],
      want: { create: [0, 2], remove: 0 },
    },
    {
      name: "tries again after one has failed",
      job: aJob({ spec: { completions: 3, parallelism: 2 } }),
      pods: [run("Failed"), run("Running")],
      want: { create: [undefined], remove: 0 },
    },
    {
      name: "stops when more have failed than may",
      job: aJob({ spec: { completions: 3, parallelism: 2, backoffLimit: 1 } }),
      pods: [run("Failed"), run("Failed"), run("Running")],
      want: { create: [], remove: 1 },
    },
    {
      name: "stops when one that is restarted in its place has failed",
      job: aJob({ spec: { template: { spec: { containers: [], restartPolicy: "OnFailure" } } } }),
      pods: [run("Failed")],
      want: { create: [], remove: 0 },
    },
    {
      name: "stops when its time is over",
      job: aJob({ spec: { activeDeadlineSeconds: 60 }, status: { startTime: "2026-01-01T11:58:00Z" } }),
      pods: [run("Running")],
      want: { create: [], remove: 1 },
    },
    {
      name: "stops its pods while it is suspended",
      job: aJob({ spec: { suspend: true } }),
      pods: [run("Running")],
      want: { create: [], remove: 1 },
    },
    { name: "rests when it is over", job: aJob({ status: complete }), pods: [], want: { kind: "rest" } },
    {
      name: "rests until its time to live is over",
      job: aJob({ spec: { ttlSecondsAfterFinished: 100 }, status: complete }),
      pods: [],
      want: { kind: "rest", untilMs: nowMs + 40_000 },
    },
    {
      name: "expires then",
      job: aJob({ spec: { ttlSecondsAfterFinished: 30 }, status: complete }),
      pods: [],
      want: { kind: "expire" },
    },
  ];

  test.each(cases)("$name", ({ job, pods, want }) => {
    const plan = decideJob({ job, pods }, nowMs);
    expect(plan.kind === "run" ? { create: plan.create, remove: plan.remove.length } : plan).toEqual(want);
  });
});

describe("jobStatus", () => {
  test("is complete when enough pods have succeeded", () => {
    expect(jobStatus({ job: aJob(), pods: [run("Succeeded")] }, nowMs)).toEqual({
      startTime: now,
      completionTime: now,
      succeeded: 1,
      terminating: 0,
      ready: 0,
      uncountedTerminatedPods: {},
      conditions: ["SuccessCriteriaMet", "Complete"].map((type) => ({
        type,
        status: "True",
        reason: "CompletionsReached",
        message: "Reached expected number of succeeded pods",
        lastProbeTime: now,
        lastTransitionTime: now,
      })),
    });
  });

  test("has failed when more pods have than may and none runs any more", () => {
    const job = aJob({ spec: { backoffLimit: 0 } });
    expect(jobStatus({ job, pods: [run("Failed"), run("Running")] }, nowMs).conditions).toBeUndefined();
    expect(jobStatus({ job: aJob(), pods: [run("Failed")] }, nowMs).conditions).toBeUndefined();
    const status = jobStatus({ job, pods: [run("Failed")] }, nowMs);
    expect(status.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ["FailureTarget", "BackoffLimitExceeded"],
      ["Failed", "BackoffLimitExceeded"],
    ]);
    expect(status.completionTime).toBeUndefined();
  });

  test("goes on, keeps its start, and stays as it is once it is over", () => {
    const job = aJob({ status: { startTime: "2026-01-01T11:00:00Z" } });
    expect(jobStatus({ job, pods: [run("Running")] }, nowMs)).toMatchObject({
      startTime: "2026-01-01T11:00:00Z",
      active: 1,
    });
    expect(jobStatus({ job: aJob({ status: complete }), pods: [] }, nowMs)).toEqual(complete);
  });

  test("says that it is suspended, and that it was resumed", () => {
    const suspended = jobStatus({ job: aJob({ spec: { suspend: true } }), pods: [] }, nowMs);
    expect(suspended.conditions).toMatchObject([
      { type: "Suspended", status: "True", reason: "JobSuspended" },
    ]);
    expect(suspended.startTime).toBeUndefined();
    const resumed = jobStatus({ job: aJob({ status: suspended }), pods: [] }, nowMs);
    expect(resumed.conditions).toMatchObject([{ type: "Suspended", status: "False", reason: "JobResumed" }]);
  });
});

describe("retryAt", () => {
  test("doubles with each failure, up to ten minutes", () => {
    const failed = (count: number): readonly Pod[] => Array.from({ length: count }, () => run("Failed"));
    const created = Date.parse("2026-01-01T00:00:00Z");
    expect([0, 1, 2, 3, 20].map((count) => retryAt(failed(count), 10_000))).toEqual([
      0,
      created + 10_000,
      created + 20_000,
      created + 40_000,
      created + 600_000,
    ]);
  });
});

describe("jobPod", () => {
  test("names the index of an indexed Job", () => {
    expect(jobPod(aJob(), 2)).toMatchObject({
      metadata: {
        generateName: "migrate-2-",
        labels: { "batch.kubernetes.io/job-completion-index": "2" },
        annotations: { "batch.kubernetes.io/job-completion-index": "2" },
      },
    });
  });
});
