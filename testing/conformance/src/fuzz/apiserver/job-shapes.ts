import type { JsonObject } from "@weir/core";
import type { Builtin } from "./builtin-kind.ts";
import { podTemplate } from "./pod-shape.ts";
import type { SchemaNode } from "./schema-node.ts";
import { BOOL, COUNT, list, obj, oneOf, rarely, SECONDS } from "./shapes.ts";

const ONCE = oneOf(["Never", "OnFailure"], ["Always", "x"]);
const onExitCodes = (more: JsonObject): JsonObject => ({
  action: "FailJob",
  onExitCodes: { operator: "In", values: [1, 2], ...more },
});
const podFailurePolicy = oneOf(
  [
    { rules: [onExitCodes({})] },
    { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }] },
  ],
  [
    { rules: [onExitCodes({ values: [2, 1] })] },
    { rules: [onExitCodes({ values: [1, 1], operator: "x" })] },
    { rules: [onExitCodes({ values: [0] })] },
    { rules: [onExitCodes({ containerName: "nope" })] },
    { rules: [{ action: "x" }] },
    { rules: [{ action: "FailIndex", onPodConditions: [{ type: "a b", status: "x" }] }] },
    { rules: [{ ...onExitCodes({}), onPodConditions: [{ type: "Ready" }] }] },
  ],
);
const successPolicy = oneOf(
  [{ rules: [{ succeededCount: 1 }] }, { rules: [{ succeededIndexes: "0" }] }],
  [
    { rules: [] },
    { rules: [{}] },
    { rules: [{ succeededCount: 9 }] },
    { rules: [{ succeededCount: -1 }] },
    { rules: [{ succeededIndexes: "1-0" }] },
    { rules: [{ succeededIndexes: "0,x" }] },
    { rules: [{ succeededIndexes: "0-9" }] },
    { rules: [{ succeededIndexes: "0", succeededCount: 2 }] },
  ],
);

/** What a Job of either kind says; whose Pods have an index says more. */
const plain = (): Readonly<Record<string, SchemaNode>> => ({
  template: podTemplate(ONCE),
  backoffLimit: COUNT,
  parallelism: COUNT,
  completions: COUNT,
  activeDeadlineSeconds: SECONDS,
  ttlSecondsAfterFinished: COUNT,
  suspend: BOOL,
  completionMode: oneOf(["NonIndexed"], ["Indexed", "x"]),
  podReplacementPolicy: oneOf(["Failed", "TerminatingOrFailed"], ["x"]),
  podFailurePolicy,
  successPolicy: rarely({ rules: [{ succeededCount: 1 }] }),
  backoffLimitPerIndex: rarely(1, -1),
  maxFailedIndexes: rarely(1, -1),
  managedBy: oneOf(["example.com/x"], ["kubernetes.io/job-controller", "a b", "x"]),
  manualSelector: rarely(true),
  selector: rarely({ matchLabels: { app: "web" } }, { matchLabels: { "a b": "c" } }),
});
const indexed = (): Readonly<Record<string, SchemaNode>> => ({
  ...plain(),
  completions: oneOf([2, 5], [-1, 0, 200_000]),
  completionMode: oneOf(["Indexed"], ["NonIndexed", "x"]),
  successPolicy,
  backoffLimitPerIndex: oneOf([0, 1], [-1]),
  maxFailedIndexes: oneOf([0, 1], [-1, 9]),
});
const NEEDED = ["template", "completions", "completionMode", "backoffLimitPerIndex"];
const status = obj({
  active: COUNT,
  ready: COUNT,
  succeeded: COUNT,
  failed: COUNT,
  terminating: COUNT,
  startTime: oneOf(["2020-01-01T00:00:00Z"], []),
  completionTime: rarely("2019-01-01T00:00:00Z", "2021-01-01T00:00:00Z"),
  completedIndexes: rarely("0", "1,x", "9", "1-0"),
  failedIndexes: rarely("0", "x", "9"),
  conditions: list(
    oneOf(
      [{ type: "Suspended", status: "False" }],
      [
        { type: "Complete", status: "True" },
        { type: "Failed", status: "True" },
        { type: "SuccessCriteriaMet", status: "True" },
      ],
    ),
    "type",
  ),
  uncountedTerminatedPods: oneOf(
    [{}, { succeeded: ["a"], failed: ["b"] }],
    [{ succeeded: ["a", "a"] }, { succeeded: [""], failed: [""] }, { succeeded: ["a"], failed: ["a"] }],
  ),
});

export const JOB: Builtin = {
  apiVersion: "batch/v1",
  kind: "Job",
  plural: "jobs",
  content: obj({ spec: obj(indexed(), ...NEEDED), status }, "spec"),
  subresources: ["status"],
};

export const CRON_JOB: Builtin = {
  apiVersion: "batch/v1",
  kind: "CronJob",
  plural: "cronjobs",
  content: obj(
    {
      spec: obj(
        {
          schedule: oneOf(
            ["*/5 * * * *", "@daily", "0 3 * * 1", "@every 1h", "0 0 1,15 * MON-FRI", "TZ=UTC 0 * * * *"],
            ["", "x", "* * * *", "TZ=Nope/X * * * * *", "60 * * * *", "*/0 * * * *", "5-1 * * * *"],
          ),
          concurrencyPolicy: oneOf(["Allow", "Forbid", "Replace"], ["x"]),
          timeZone: oneOf(["UTC", "Europe/Paris"], ["", "Nope/X", "Local", "../x"]),
          suspend: BOOL,
          successfulJobsHistoryLimit: COUNT,
          failedJobsHistoryLimit: COUNT,
          startingDeadlineSeconds: COUNT,
          jobTemplate: obj({ spec: obj(plain(), "template") }, "spec"),
        },
        "schedule",
        "jobTemplate",
      ),
      status: obj({ lastScheduleTime: oneOf(["2020-01-01T00:00:00Z"], ["x"]) }),
    },
    "spec",
  ),
  subresources: ["status"],
};
