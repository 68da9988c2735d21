import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { selectorErrors, selects } from "../../validation/label-selector.ts";
import { podTemplateErrors } from "../../validation/pod-spec.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, metaOf, number, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

const IMMUTABLE = "field is immutable";

/** What Deployments, ReplicaSets, StatefulSets and DaemonSets have in common. */
function workloadErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const errors: FieldError[] = [];
  const selector = child(spec, "selector");
  if (selector === undefined) errors.push(requiredField("spec.selector"));
  else {
    errors.push(...selectorErrors(selector, "spec.selector"));
    if (Object.keys(selector).length === 0) {
      errors.push(invalidField("spec.selector", selector, "empty selector is invalid for deployment"));
    }
  }
  const template = child(spec, "template") ?? {};
  const labels = child(child(template, "metadata"), "labels") ?? {};
  if (selector !== undefined && errors.length === 0 && !selects(selector, labels)) {
    errors.push(
      invalidField("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"),
    );
  }
  errors.push(...podTemplateErrors(template, "spec.template", "Always"));
  const replicas = number(spec, "replicas");
  if (replicas !== undefined && replicas < 0) {
    errors.push(invalidField("spec.replicas", replicas, "must be greater than or equal to 0"));
  }
  return errors;
}

function immutableSelector(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const now = child(object, "spec")?.["selector"] ?? null;
  const before = child(old, "spec")?.["selector"] ?? null;
  return jsonEqual(now, before) ? [] : [invalidField("spec.selector", now, IMMUTABLE)];
}

export const deploymentRules: KindRules = {
  validate: workloadErrors,
  validateUpdate: (object, old) => [...workloadErrors(object), ...immutableSelector(object, old)],
};

const GENERATION = "deprecated.daemonset.template.generation";

/** A DaemonSet counts the generations of its template in an annotation. */
export const daemonSetRules: KindRules = {
  prepareForCreate(object) {
    ensureChild(metaOf(object), "annotations")[GENERATION] = "1";
  },
  prepareForUpdate(object, old) {
    const before = text(child(child(old, "metadata"), "annotations"), GENERATION);
    const isSame = jsonEqual(
      child(object, "spec")?.["template"] ?? {},
      child(old, "spec")?.["template"] ?? {},
    );
    const next = isSame ? before : String(Number(before || "0") + 1);
    if (next !== "") ensureChild(metaOf(object), "annotations")[GENERATION] = next;
  },
  validate: workloadErrors,
  validateUpdate: (object, old) => [...workloadErrors(object), ...immutableSelector(object, old)],
};

const statefulSetMutable = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
  "revisionHistoryLimit",
];

export const statefulSetRules: KindRules = {
  validate: workloadErrors,
  validateUpdate(object, old) {
    const now: Draft = { ...child(object, "spec") };
    const before = child(old, "spec") ?? {};
    for (const field of statefulSetMutable) {
      if (before[field] === undefined) delete now[field];
      else now[field] = before[field];
    }
    if (jsonEqual(now, before)) return workloadErrors(object);
    const detail =
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    return [...workloadErrors(object), forbiddenField("spec", detail)];
  },
};

/** A Job's Pods are its own by a label that nobody else has. */
export const jobRules: KindRules = {
  prepareForCreate(object) {
    const spec = ensureChild(object, "spec");
    spec["manualSelector"] ??= false;
    if (spec["manualSelector"] === true) return;
    const metadata = metaOf(object);
    const uid = text(metadata, "uid");
    const labels = {
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": text(metadata, "name"),
      "controller-uid": uid,
      "job-name": text(metadata, "name"),
    };
    Object.assign(ensureChild(ensureChild(ensureChild(spec, "template"), "metadata"), "labels"), labels);
    if (child(metadata, "labels") === undefined) metadata["labels"] = { ...labels };
    const selector = ensureChild(spec, "selector");
    ensureChild(selector, "matchLabels")["batch.kubernetes.io/controller-uid"] = uid;
  },
  validate: (object) => jobErrors(child(object, "spec") ?? {}, "spec"),
  validateUpdate(object, old) {
    const spec = child(object, "spec") ?? {};
    const before = child(old, "spec") ?? {};
    const errors = [...jobErrors(spec, "spec")];
    if (!jsonEqual(spec["completions"] ?? null, before["completions"] ?? null)) {
      errors.push(invalidField("spec.completions", spec["completions"] ?? null, IMMUTABLE));
    }
    for (const field of [
      "selector",
      "template",
      "completionMode",
      "podFailurePolicy",
      "backoffLimitPerIndex",
    ]) {
      const now = spec[field] ?? null;
      if (!jsonEqual(now, before[field] ?? null)) errors.push(invalidField(`spec.${field}`, now, IMMUTABLE));
    }
    return errors;
  },
};

function jobErrors(spec: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const name of [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
  ]) {
    const value = number(spec, name);
    if (value !== undefined && value < 0)
      errors.push(invalidField(`${field}.${name}`, value, "must be greater than or equal to 0"));
  }
  const template = child(spec, "template") ?? {};
  errors.push(...podTemplateErrors(template, `${field}.template`));
  const policy = text(child(template, "spec"), "restartPolicy");
  if (policy !== "OnFailure" && policy !== "Never") {
    const isDefault = policy === "" || policy === "Always";
    errors.push(
      isDefault
        ? requiredRestartPolicy(`${field}.template.spec.restartPolicy`, policy)
        : unsupportedField(`${field}.template.spec.restartPolicy`, policy, ["OnFailure", "Never"]),
    );
  }
  return errors;
}

function requiredRestartPolicy(field: string, policy: string): FieldError {
  if (policy === "") return requiredField(field, 'valid values: "OnFailure", "Never"');
  return unsupportedField(field, policy, ["OnFailure", "Never"]);
}

export const cronJobRules: KindRules = {
  validate: cronJobErrors,
  validateUpdate: cronJobErrors,
};

function cronJobErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const errors = [...jobErrors(child(child(spec, "jobTemplate"), "spec") ?? {}, "spec.jobTemplate.spec")];
  const schedule = text(spec, "schedule");
  if (schedule === "") errors.push(requiredField("spec.schedule"));
  else if (schedule.trim().split(/\s+/).length !== 5 && !schedule.startsWith("@")) {
    const count = schedule.trim().split(/\s+/).length;
    errors.push(
      invalidField(
        "spec.schedule",
        schedule,
        `expected exactly 5 fields, found ${count}: [${schedule.trim().split(/\s+/).join(" ")}]`,
      ),
    );
  }
  const policy = text(spec, "concurrencyPolicy");
  const policies = ["Allow", "Forbid", "Replace"];
  if (!policies.includes(policy)) errors.push(unsupportedField("spec.concurrencyPolicy", policy, policies));
  return errors;
}
