import type { Builtin } from "./builtin-kind.ts";
import { CRON_JOB, JOB } from "./job-shapes.ts";
import { podSpec, podTemplate } from "./pod-shape.ts";
import { POD_STATUS } from "./pod-status-shape.ts";
import { BOOL, COUNT, list, obj, one, oneOf, SELECTOR } from "./shapes.ts";
const ALWAYS = oneOf(["Always"], ["Never", "OnFailure", "x"]);
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
const replicated = {
  replicas: COUNT,
  selector: SELECTOR,
  template: podTemplate(ALWAYS),
  minReadySeconds: COUNT,
};
const replicaStatus = obj(
  {
    replicas: oneOf([5], [-1, 0]),
    fullyLabeledReplicas: oneOf([5, 1], [-1, 9]),
    readyReplicas: oneOf([5, 4], [-1, 9]),
    observedGeneration: COUNT,
    availableReplicas: oneOf([0, 1], [-1, 9]),
  },
  "replicas",
);

/** Kinds that run pods, and what they claim. */
export const WORKLOADS: readonly Builtin[] = [
  {
    apiVersion: "v1",
    kind: "Pod",
    plural: "pods",
    content: obj(
      {
        spec: obj(
          {
            ...podSpec(oneOf(["Always", "Never", "OnFailure"], ["x"])).properties,
            activeDeadlineSeconds: oneOf([10, 5], [0, -1, 2147483648]),
          },
          "containers",
          "volumes",
        ),
        status: POD_STATUS,
      },
      "spec",
    ),
    subresources: ["status", "status", "resize", "ephemeralcontainers"],
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
            persistentVolumeClaimRetentionPolicy: oneOf(
              [{ whenDeleted: "Retain", whenScaled: "Delete" }],
              [{ whenDeleted: "x" }, { whenDeleted: "Delete", whenScaled: "x" }],
            ),
            ordinals: oneOf([{ start: 1 }], [{ start: -1 }]),
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
            revisionHistoryLimit: COUNT,
          },
          "selector",
          "template",
        ),
        status: obj(
          {
            currentNumberScheduled: COUNT,
            numberMisscheduled: COUNT,
            desiredNumberScheduled: COUNT,
            numberReady: COUNT,
            numberUnavailable: COUNT,
            observedGeneration: COUNT,
            collisionCount: oneOf([1, 5], [-1, 0]),
          },
          "currentNumberScheduled",
          "numberMisscheduled",
          "desiredNumberScheduled",
          "numberReady",
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
  JOB,
  CRON_JOB,
  {
    apiVersion: "v1",
    kind: "ReplicationController",
    plural: "replicationcontrollers",
    content: obj(
      {
        spec: obj(
          {
            replicas: COUNT,
            minReadySeconds: COUNT,
            selector: oneOf([{ app: "web" }], [{}, { app: "other" }, { "a b": "c" }]),
            template: podTemplate(ALWAYS),
          },
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
    kind: "ControllerRevision",
    plural: "controllerrevisions",
    content: obj(
      { revision: oneOf([1, 2], [-1]), data: oneOf([{ a: 1 }, { b: { c: [] } }], []) },
      "revision",
      "data",
    ),
  },
  {
    apiVersion: "v1",
    kind: "PodTemplate",
    plural: "podtemplates",
    content: obj({ template: podTemplate(oneOf(["Always", "Never"], ["x"])) }, "template"),
  },
];
