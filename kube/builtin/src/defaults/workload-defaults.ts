import type { JsonValue } from "@weir/core";
import { child, children, type Draft, ensureChild, isDraft, setDefault, setMissing } from "./draft.ts";
import { defaultPodTemplate } from "./pod-defaults.ts";
import { defaultVolumeClaim } from "./core-defaults.ts";

export function defaultDeployment(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "replicas", 1);
  const strategy = ensureChild(spec, "strategy");
  setDefault(strategy, "type", "RollingUpdate");
  if (strategy["type"] === "RollingUpdate") {
    const update = ensureChild(strategy, "rollingUpdate");
    setDefault(update, "maxUnavailable", "25%");
    setDefault(update, "maxSurge", "25%");
  }
  setDefault(spec, "revisionHistoryLimit", 10);
  setDefault(spec, "progressDeadlineSeconds", 600);
  defaultPodTemplate(spec);
}

export function defaultReplicaSet(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "replicas", 1);
  defaultPodTemplate(spec);
}

function isEmpty(value: JsonValue | undefined): boolean {
  return !isDraft(value) || Object.keys(value).length === 0;
}

/** A ReplicationController also selects by its template's labels where it says nothing. */
export function defaultReplicationController(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "replicas", 1);
  const labels = child(child(child(spec, "template"), "metadata"), "labels");
  if (labels !== undefined) {
    if (isEmpty(spec["selector"])) spec["selector"] = { ...labels };
    const metadata = ensureChild(object, "metadata");
    if (isEmpty(metadata["labels"])) metadata["labels"] = { ...labels };
  }
  if (child(spec, "template") !== undefined) defaultPodTemplate(spec);
}

export function defaultStatefulSet(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "podManagementPolicy", "OrderedReady");
  const strategy = ensureChild(spec, "updateStrategy");
  if (strategy["type"] === undefined || strategy["type"] === "") {
    strategy["type"] = "RollingUpdate";
    ensureChild(strategy, "rollingUpdate");
  }
  if (strategy["type"] === "RollingUpdate") setDefault(child(strategy, "rollingUpdate"), "partition", 0);
  const retention = ensureChild(spec, "persistentVolumeClaimRetentionPolicy");
  setDefault(retention, "whenDeleted", "Retain");
  setDefault(retention, "whenScaled", "Retain");
  setDefault(spec, "replicas", 1);
  setDefault(spec, "revisionHistoryLimit", 10);
  for (const claim of children(spec, "volumeClaimTemplates")) {
    setDefault(claim, "apiVersion", "v1");
    setDefault(claim, "kind", "PersistentVolumeClaim");
    defaultVolumeClaim(claim);
  }
  defaultPodTemplate(spec);
}

const GENERATION = "deprecated.daemonset.template.generation";

export function defaultDaemonSet(object: Draft): void {
  // The internal form keeps the generation of the template in a field that is never absent.
  setDefault(ensureChild(ensureChild(object, "metadata"), "annotations"), GENERATION, "0");
  const spec = ensureChild(object, "spec");
  const strategy = ensureChild(spec, "updateStrategy");
  setDefault(strategy, "type", "RollingUpdate");
  if (strategy["type"] === "RollingUpdate") {
    const update = ensureChild(strategy, "rollingUpdate");
    setDefault(update, "maxUnavailable", 1);
    setDefault(update, "maxSurge", 0);
  }
  // The internal form has no counts that are absent.
  const rolling = child(strategy, "rollingUpdate");
  for (const count of ["maxUnavailable", "maxSurge"]) setDefault(rolling, count, 0);
  setDefault(spec, "revisionHistoryLimit", 10);
  defaultPodTemplate(spec);
}

export function defaultJob(object: Draft): void {
  const spec = ensureChild(object, "spec");
  const labels = child(child(child(spec, "template"), "metadata"), "labels");
  const own = child(child(object, "metadata"), "labels");
  // In Go it is the very same map, and so it gets what the other gets.
  if (labels !== undefined && Object.keys(own ?? {}).length === 0)
    ensureChild(object, "metadata")["labels"] = labels;
  defaultJobSpec(spec, object);
}

/** A Job's own spec; `completions` and `parallelism` are 1 where neither is given. */
function defaultJobSpec(spec: Draft, job?: Draft): void {
  if (job !== undefined) {
    if (spec["completions"] === undefined && spec["parallelism"] === undefined) {
      spec["completions"] = 1;
      spec["parallelism"] = 1;
    }
    setDefault(spec, "parallelism", 1);
    const perIndex = spec["backoffLimitPerIndex"] !== undefined;
    setDefault(spec, "backoffLimit", perIndex ? 2147483647 : 6);
    setMissing(spec, "completionMode", "NonIndexed");
    if (spec["suspend"] === undefined) spec["suspend"] = false;
    setMissing(
      spec,
      "podReplacementPolicy",
      child(spec, "podFailurePolicy") === undefined ? "TerminatingOrFailed" : "Failed",
    );
    if (spec["manualSelector"] === undefined || spec["manualSelector"] === null)
      spec["manualSelector"] = false;
  }
  defaultPodTemplate(spec);
  for (const rule of children(child(spec, "podFailurePolicy"), "rules")) {
    for (const pattern of children(rule, "onPodConditions")) setDefault(pattern, "status", "True");
  }
}

export function defaultCronJob(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "concurrencyPolicy", "Allow");
  if (spec["suspend"] === undefined) spec["suspend"] = false;
  setDefault(spec, "successfulJobsHistoryLimit", 3);
  setDefault(spec, "failedJobsHistoryLimit", 1);
  defaultJobSpec(ensureChild(ensureChild(spec, "jobTemplate"), "spec"));
}
