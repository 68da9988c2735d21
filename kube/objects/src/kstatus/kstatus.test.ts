import type { JsonObject, JsonValue } from "@weir/core";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../object.ts";
import { computeKstatus } from "./kstatus.ts";

function anObject(kind: string, spec: JsonValue, status: JsonValue, metadata: JsonObject = {}): KubeObject {
  const [apiVersion = "", name = ""] = kind.split(" ");
  const content = { ...(spec === null ? {} : { spec }), ...(status === null ? {} : { status }) };
  return {
    apiVersion,
    kind: name,
    metadata: { name: "x", generation: 2, ...metadata },
    ...content,
  } as KubeObject;
}

function condition(type: string, status: string, reason = "", message = ""): JsonObject {
  return { type, status, reason, message };
}

interface Row {
  readonly object: KubeObject;
  readonly want: readonly [status: string, message: string, reason?: string];
}

const deployment = "apps/v1 Deployment";
const replicaSet = "apps/v1 ReplicaSet";
const statefulSet = "apps/v1 StatefulSet";
const daemonSet = "apps/v1 DaemonSet";
const full = {
  observedGeneration: 2,
  replicas: 3,
  updatedReplicas: 3,
  readyReplicas: 3,
  availableReplicas: 3,
};
const rolledOut = condition("Progressing", "True", "NewReplicaSetAvailable");
const available = condition("Available", "True");

const rows: Readonly<Record<string, readonly Row[]>> = {
  "any object": [
    {
      object: anObject(deployment, {}, {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      want: ["Terminating", "Resource scheduled for deletion"],
    },
    {
      object: anObject("a/v1 Foo", {}, { observedGeneration: 1, conditions: [condition("Ready", "True")] }),
      want: [
        "InProgress",
        "Foo generation is 2, but latest observed generation is 1",
        "LatestGenerationNotObserved",
      ],
    },
    {
      object: anObject("a/v1 Foo", {}, { conditions: [condition("Reconciling", "True", "R", "m")] }),
      want: ["InProgress", "m", "R"],
    },
    {
      object: anObject(deployment, {}, { conditions: [condition("Stalled", "True", "S", "m")] }),
      want: ["Failed", "m", "S"],
    },
    {
      object: anObject(
        "a/v1 Foo",
        {},
        { conditions: [condition("Stalled", "False"), condition("Ready", "True")] },
      ),
      want: ["Current", "Resource is Ready"],
    },
    {
      object: anObject("a/v1 Foo", {}, { conditions: [condition("Ready", "False", "R", "m")] }),
      want: ["InProgress", "m", "R"],
    },
    {
      object: anObject("a/v1 Foo", {}, { conditions: [condition("Ready", "Unknown", "R", "m")] }),
      want: ["InProgress", "m", "R"],
    },
    {
      object: anObject("a/v1 Foo", {}, { conditions: [condition("ready", "False")] }),
      want: ["Current", "Resource is current"],
    },
    { object: anObject("a/v1 Foo", {}, { phase: "Failed" }), want: ["Current", "Resource is current"] },
    {
      object: anObject("a/v1 Foo", {}, { conditions: "x" }),
      want: ["Unknown", "cannot restore slice from string"],
    },
    {
      object: anObject("a/v1 Foo", {}, { conditions: [["x"]] }),
      want: ["Unknown", "cannot restore struct from: slice"],
    },
    {
      object: anObject("a/v1 Foo", {}, { conditions: [{ type: "Ready", status: true }] }),
      want: ["Unknown", "cannot convert bool to v1.ConditionStatus"],
    },
    {
      object: anObject("a/v1 Foo", {}, "bad"),
      want: [
        "Unknown",
        "looking up status.observedGeneration from resource: .status accessor error: bad is of the type string, expected map[string]interface{}",
      ],
    },
    {
      object: anObject("a/v1 Foo", {}, {}, { generation: "2" }),
      want: [
        "Unknown",
        "looking up metadata.generation from resource: .metadata.generation accessor error: 2 is of the type string, expected int64",
      ],
    },
  ],
  "a Deployment": [
    {
      object: anObject(deployment, { replicas: 3 }, {}),
      want: ["InProgress", "Replicas: 0/3", "LessReplicas"],
    },
    {
      object: anObject(deployment, { replicas: 3 }, { ...full, updatedReplicas: 1 }),
      want: ["InProgress", "Updated: 1/3", "LessUpdated"],
    },
    {
      object: anObject(deployment, { replicas: 3 }, { ...full, replicas: 4 }),
      want: ["InProgress", "Pending termination: 1", "ExtraPods"],
    },
    {
      object: anObject(deployment, { replicas: 3 }, { ...full, availableReplicas: 2 }),
      want: ["InProgress", "Available: 2/3", "LessAvailable"],
    },
    {
      object: anObject(deployment, { replicas: 3 }, { ...full, readyReplicas: 2 }),
      want: ["InProgress", "Ready: 2/3", "LessReady"],
    },
    {
      object: anObject(
        deployment,
        { replicas: 3, progressDeadlineSeconds: 600 },
        { ...full, conditions: [available] },
      ),
      want: ["InProgress", "ReplicaSet not Available", "ReplicaSetNotAvailable"],
    },
    {
      object: anObject(
        deployment,
        { replicas: 3, progressDeadlineSeconds: 600 },
        { ...full, conditions: [rolledOut] },
      ),
      want: ["InProgress", "Deployment not Available", "DeploymentNotAvailable"],
    },
    {
      object: anObject(
        deployment,
        { replicas: 3, progressDeadlineSeconds: 600 },
        { ...full, conditions: [rolledOut, available] },
      ),
      want: ["Current", "Deployment is available. Replicas: 3"],
    },
    {
      object: anObject(deployment, { replicas: 3 }, { ...full, conditions: [available] }),
      want: ["Current", "Deployment is available. Replicas: 3"],
    },
    {
      object: anObject(
        deployment,
        {},
        { conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded", "late")] },
      ),
      want: ["Failed", "Progress deadline exceeded", "ProgressDeadlineExceeded"],
    },
  ],
  "a ReplicaSet": [
    { object: anObject(replicaSet, {}, {}), want: ["InProgress", "Labelled: 0/1", "LessLabelled"] },
    {
      object: anObject(replicaSet, {}, { fullyLabeledReplicas: 1 }),
      want: ["InProgress", "Available: 0/1", "LessAvailable"],
    },
    {
      object: anObject(replicaSet, {}, { fullyLabeledReplicas: 1, availableReplicas: 1 }),
      want: ["InProgress", "Ready: 0/1", "LessReady"],
    },
    {
      object: anObject(
        replicaSet,
        {},
        { fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1, replicas: 2 },
      ),
      want: ["InProgress", "Pending termination: 1", "ExtraPods"],
    },
    {
      object: anObject(
        replicaSet,
        {},
        { fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1, replicas: 1 },
      ),
      want: ["Current", "ReplicaSet is available. Replicas: 1"],
    },
    {
      object: anObject(replicaSet, {}, { conditions: [condition("ReplicaFailure", "True")] }),
      want: ["InProgress", "Replica Failure condition. Check Pods", "ReplicaFailure"],
    },
  ],
  "a StatefulSet": [
    {
      object: anObject(statefulSet, { updateStrategy: { type: "OnDelete" } }, {}),
      want: ["Current", "StatefulSet is using the ondelete update strategy"],
    },
    {
      object: anObject(statefulSet, { replicas: 2 }, {}),
      want: ["InProgress", "Replicas: 0/2", "LessReplicas"],
    },
    {
      object: anObject(statefulSet, { replicas: 2 }, { replicas: 2 }),
      want: ["InProgress", "Ready: 0/2", "LessReady"],
    },
    {
      object: anObject(statefulSet, { replicas: 2 }, { replicas: 3, readyReplicas: 2 }),
      want: ["InProgress", "Pending termination: 1", "ExtraPods"],
    },
    {
      object: anObject(statefulSet, { replicas: 2 }, { replicas: 2, readyReplicas: 2, currentReplicas: 1 }),
      want: ["InProgress", "current: 1/2", "LessCurrent"],
    },
    {
      object: anObject(
        statefulSet,
        { replicas: 2 },
        { replicas: 2, readyReplicas: 2, currentReplicas: 2, currentRevision: "a", updateRevision: "b" },
      ),
      want: ["InProgress", "Waiting for updated revision to match current", "RevisionMismatch"],
    },
    {
      object: anObject(statefulSet, { replicas: 2 }, { replicas: 2, readyReplicas: 2, currentReplicas: 2 }),
      want: ["Current", "All replicas scheduled as expected. Replicas: 2"],
    },
    {
      object: anObject(
        statefulSet,
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } },
        { replicas: 3, readyReplicas: 3, updatedReplicas: 1 },
      ),
      want: ["InProgress", "updated: 1/2", "PartitionRollout"],
    },
    {
      object: anObject(
        statefulSet,
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } },
        { replicas: 3, readyReplicas: 3, updatedReplicas: 2 },
      ),
      want: ["Current", "Partition rollout complete. updated: 2"],
    },
  ],
  "a DaemonSet": [
    {
      object: anObject(daemonSet, {}, {}),
      want: ["InProgress", "DaemonSet status.observedGeneration not found", "NoObservedGeneration"],
    },
    {
      object: anObject(daemonSet, {}, { observedGeneration: 2 }),
      want: ["InProgress", "Missing .status.desiredNumberScheduled", "NoDesiredNumber"],
    },
    {
      object: anObject(daemonSet, {}, { observedGeneration: 2, desiredNumberScheduled: 1 }),
      want: ["InProgress", "Current: 0/1", "LessCurrent"],
    },
    {
      object: anObject(
        daemonSet,
        {},
        { observedGeneration: 2, desiredNumberScheduled: 1, currentNumberScheduled: 1 },
      ),
      want: ["InProgress", "Updated: 0/1", "LessUpdated"],
    },
    {
      object: anObject(
        daemonSet,
        {},
        {
          observedGeneration: 2,
          desiredNumberScheduled: 1,
          currentNumberScheduled: 1,
          updatedNumberScheduled: 1,
          numberAvailable: 1,
        },
      ),
      want: ["InProgress", "Ready: 0/1", "LessReady"],
    },
    {
      object: anObject(daemonSet, {}, { observedGeneration: 2, desiredNumberScheduled: 0 }),
      want: ["Current", "All replicas scheduled as expected. Replicas: 0"],
    },
  ],
  "a Job": [
    { object: anObject("batch/v1 Job", {}, {}), want: ["InProgress", "Job not started", "JobNotStarted"] },
    {
      object: anObject("batch/v1 Job", {}, { startTime: "t", active: 1 }),
      want: ["Current", "Job in progress. success:0, active: 1, failed: 0"],
    },
    {
      object: anObject(
        "batch/v1 Job",
        { parallelism: 2 },
        { succeeded: 2, conditions: [condition("Complete", "True")] },
      ),
      want: ["Current", "Job Completed. succeeded: 2/2"],
    },
    {
      object: anObject(
        "batch/v1 Job",
        { completions: 3 },
        { failed: 1, conditions: [condition("Failed", "True")] },
      ),
      want: ["Failed", "Job Failed. failed: 1/3", "JobFailed"],
    },
  ],
  "a Pod": [
    { object: anObject("v1 Pod", {}, {}), want: ["InProgress", "Pod phase not available", "PodNotObserved"] },
    {
      object: anObject("v1 Pod", {}, { phase: "Succeeded" }),
      want: ["Current", "Pod has completed successfully"],
    },
    {
      object: anObject("v1 Pod", {}, { phase: "Failed" }),
      want: ["Current", "Pod has completed, but not successfully"],
    },
    {
      object: anObject("v1 Pod", {}, { phase: "Running", conditions: [condition("Ready", "True")] }),
      want: ["Current", "Pod is Ready"],
    },
    {
      object: anObject("v1 Pod", {}, { phase: "Running" }),
      want: ["InProgress", "Pod is running but is not Ready", "PodRunningNotReady"],
    },
    {
      object: anObject(
        "v1 Pod",
        {},
        {
          phase: "Running",
          containerStatuses: [
            { name: "a", state: { waiting: { reason: "CrashLoopBackOff" } } },
            { name: "b", state: { running: {} } },
            { name: "c", state: { waiting: { reason: "CrashLoopBackOff" } } },
          ],
        },
      ),
      want: ["Failed", "Containers in CrashLoop state: a,c", "ContainerCrashLooping"],
    },
    {
      object: anObject("v1 Pod", {}, { phase: "Pending" }),
      want: ["InProgress", "Pod is in the Pending phase", "PodPending"],
    },
    {
      object: anObject(
        "v1 Pod",
        {},
        { phase: "Pending", conditions: [condition("PodScheduled", "False", "Unschedulable")] },
      ),
      want: ["Failed", "Pod could not be scheduled", "PodUnschedulable"],
    },
    { object: anObject("v1 Pod", {}, { phase: "Odd" }), want: ["Unknown", "unknown phase Odd"] },
  ],
  "other built-in kinds": [
    { object: anObject("v1 Secret", null, null), want: ["Current", "Resource is always ready"] },
    { object: anObject("batch/v1 CronJob", {}, {}), want: ["Current", "Resource is always ready"] },
    {
      object: anObject("v1 PersistentVolumeClaim", {}, { phase: "Pending" }),
      want: ["InProgress", "PVC is not Bound. phase: Pending", "NotBound"],
    },
    {
      object: anObject("v1 PersistentVolumeClaim", {}, { phase: "Bound" }),
      want: ["Current", "PVC is Bound"],
    },
    {
      object: anObject("v1 Service", { type: "LoadBalancer" }, {}),
      want: ["InProgress", "ClusterIP not set. Service type: LoadBalancer", "NoIPAssigned"],
    },
    {
      object: anObject("v1 Service", { type: "LoadBalancer", clusterIP: "10.0.0.1" }, {}),
      want: ["Current", "Service is ready"],
    },
    {
      object: anObject("policy/v1 PodDisruptionBudget", {}, {}),
      want: ["Current", "AllowedDisruptions has been computed."],
    },
    {
      object: anObject("apiextensions.k8s.io/v1 CustomResourceDefinition", {}, {}),
      want: ["InProgress", "Install in progress", "Installing"],
    },
    {
      object: anObject(
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        {},
        {
          conditions: [condition("NamesAccepted", "False", "Taken", "names are taken")],
        },
      ),
      want: ["Failed", "names are taken", "Taken"],
    },
    {
      object: anObject(
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        {},
        {
          conditions: [condition("NamesAccepted", "True"), condition("Established", "True")],
        },
      ),
      want: ["Current", "CRD is established"],
    },
  ],
};

describe.each(Object.entries(rows))("computeKstatus of %s", (_, cases) => {
  test.each(cases)("is $want.0: $want.1", ({ object, want }) => {
    const { status, message, conditions } = computeKstatus(object);
    const reason = conditions[0]?.reason;
    expect(reason === undefined ? [status, message] : [status, message, reason]).toEqual(want);
  });
});

describe("computeKstatus", () => {
  test("gives a pod that no node takes fifteen seconds", () => {
    const status = { phase: "Pending", conditions: [condition("PodScheduled", "False", "Unschedulable")] };
    const pod = anObject("v1 Pod", {}, status, { creationTimestamp: "2026-01-01T00:00:00Z" });
    const created = Date.parse("2026-01-01T00:00:00Z");
    expect(computeKstatus(pod, { now: created + 14_999 }).status).toBe("InProgress");
    expect(computeKstatus(pod, { now: created + 15_000 }).status).toBe("Failed");
  });

  test("carries the condition that the object would have", () => {
    const late = condition("Progressing", "False", "ProgressDeadlineExceeded", "took too long");
    expect(computeKstatus(anObject(deployment, {}, { conditions: [late] })).conditions).toEqual([
      { type: "Stalled", status: "True", reason: "ProgressDeadlineExceeded", message: "took too long" },
    ]);
  });

  test("compares generations beyond the safe integers exactly", () => {
    const foo = anObject(
      "a/v1 Foo",
      {},
      { observedGeneration: 9_007_199_254_740_993n },
      {
        generation: 9_007_199_254_740_994n,
      },
    );
    expect(computeKstatus(foo).status).toBe("InProgress");
  });
});
