import type { Builtin } from "./builtin-kind.ts";
import { podSpec, podTemplate } from "./pod-shape.ts";
import type { SchemaNode } from "./schema-node.ts";
import { BOOL, COUNT, list, obj, one, oneOf, SECONDS, SELECTOR } from "./shapes.ts";
const ALWAYS = oneOf(["Always"], ["Never", "OnFailure", "x"]);
const ONCE = oneOf(["Never", "OnFailure"], ["Always", "x"]);
const claimSpec = obj(
  {
    accessModes: oneOf([["ReadWriteOnce"], ["ReadWriteOnce", "ReadOnlyMany"]], [[], ["x"]]),
    resources: obj(
      {
        requests: oneOf([{ storage: "1Gi" }, { storage: "2Gi" }], [{}, { storage: "-1" }, { storage: "0" }]),
      },
      "requests",
    ),
    storageClassName: oneOf(["fast"], ["A b"]),
    volumeMode: oneOf(["Filesystem", "Block"], ["x"]),
    volumeName: one("v"),
    selector: SELECTOR,
  },
  "accessModes",
  "resources",
);
const claimTemplate = obj(
  { metadata: obj({ name: oneOf(["data"], ["", "A"]) }, "name"), spec: claimSpec },
  "metadata",
  "spec",
);
const jobSpec = (): Record<string, SchemaNode> => ({
  template: podTemplate(ONCE),
  backoffLimit: COUNT,
  completions: COUNT,
  parallelism: COUNT,
  activeDeadlineSeconds: SECONDS,
  ttlSecondsAfterFinished: COUNT,
  suspend: BOOL,
  completionMode: oneOf(["NonIndexed"], ["x"]),
});
const replicated = {
  replicas: COUNT,
  selector: SELECTOR,
  template: podTemplate(ALWAYS),
  minReadySeconds: COUNT,
};
const replicaStatus = obj(
  { replicas: COUNT, readyReplicas: COUNT, observedGeneration: COUNT, availableReplicas: COUNT },
  "replicas",
);

/** Kinds that run pods, and what they claim. */
export const WORKLOADS: readonly Builtin[] = [
  {
    apiVersion: "v1",
    kind: "Pod",
    plural: "pods",
    content: obj({ spec: podSpec(oneOf(["Always", "Never", "OnFailure"], ["x"])) }, "spec"),
    subresources: ["status"],
    fieldSelectors: ["status.phase=Pending", "spec.nodeName=", "spec.restartPolicy=Always"],
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    plural: "deployments",
    content: obj(
      {
        spec: obj(
          {
            ...replicated,
            strategy: oneOf(
              [
                { type: "Recreate" },
                { type: "RollingUpdate" },
                { rollingUpdate: { maxSurge: "25%", maxUnavailable: 1 } },
              ],
              [
                { type: "Recreate", rollingUpdate: {} },
                { type: "x" },
                { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
              ],
            ),
            revisionHistoryLimit: COUNT,
            progressDeadlineSeconds: oneOf([600], [0, -1]),
            paused: BOOL,
          },
          "selector",
          "template",
        ),
        status: replicaStatus,
      },
      "spec",
    ),
    subresources: ["status", "scale"],
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    plural: "statefulsets",
    content: obj(
      {
        spec: obj(
          {
            ...replicated,
            serviceName: oneOf(["web", ""], ["A b"]),
            podManagementPolicy: oneOf(["OrderedReady", "Parallel"], ["x"]),
            updateStrategy: oneOf(
              [{ type: "RollingUpdate", rollingUpdate: { partition: 1 } }, { type: "OnDelete" }],
              [
                { type: "x" },
                { type: "OnDelete", rollingUpdate: {} },
                { type: "RollingUpdate", rollingUpdate: { partition: -1 } },
              ],
            ),
            volumeClaimTemplates: list(claimTemplate),
            revisionHistoryLimit: COUNT,
          },
          "selector",
          "template",
        ),
        status: replicaStatus,
      },
      "spec",
    ),
    subresources: ["status", "scale"],
  },
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    plural: "daemonsets",
    content: obj(
      {
        spec: obj(
          {
            selector: SELECTOR,
            template: podTemplate(ALWAYS),
            updateStrategy: oneOf(
              [{ type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } }, { type: "OnDelete" }],
              [{ type: "x" }, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } }],
            ),
            minReadySeconds: COUNT,
          },
          "selector",
          "template",
        ),
      },
      "spec",
    ),
    subresources: ["status"],
  },
  {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    plural: "replicasets",
    content: obj({ spec: obj(replicated, "selector", "template"), status: replicaStatus }, "spec"),
    subresources: ["status", "scale"],
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    plural: "jobs",
    content: obj({ spec: obj(jobSpec(), "template") }, "spec"),
    subresources: ["status"],
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    plural: "cronjobs",
    content: obj(
      {
        spec: obj(
          {
            schedule: oneOf(["*/5 * * * *", "@daily", "0 3 * * 1"], ["", "x", "* * * *", "TZ=UTC * * * * *"]),
            concurrencyPolicy: oneOf(["Allow", "Forbid"], ["x"]),
            timeZone: oneOf(["UTC"], ["", "Nope/X"]),
            suspend: BOOL,
            successfulJobsHistoryLimit: COUNT,
            startingDeadlineSeconds: COUNT,
            jobTemplate: obj({ spec: obj(jobSpec(), "template") }, "spec"),
          },
          "schedule",
          "jobTemplate",
        ),
      },
      "spec",
    ),
    subresources: ["status"],
  },
  {
    apiVersion: "v1",
    kind: "PodTemplate",
    plural: "podtemplates",
    content: obj({ template: podTemplate(oneOf(["Always", "Never"], ["x"])) }, "template"),
  },
];
