import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { selectorErrors, selects } from "../../validation/label-selector.ts";
import {
  cronJobWarnings,
  namedTemplateWarnings,
  podTemplateWarnings,
  templateWarnings,
} from "../../validation/pod-warnings.ts";
import { podTemplateErrors } from "../../validation/pod-spec.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, metaOf, number, text } from "../draft-access.ts";
import { jobErrors } from "./job-errors.ts";
import { daemonSetRolloutErrors, deploymentRolloutErrors } from "./rollout-errors.ts";
import {
  daemonSetStatus,
  deploymentStatus,
  negativeErrors,
  replicaSetStatus,
} from "./workload-status-rules.ts";

const IMMUTABLE = "field is immutable";

/** Selector and template of a workload, and whether they belong together; Pods are restarted and have no deadline. */
export function podSetErrors(spec: JsonObject, kind: string, template: JsonObject): readonly FieldError[] {
  const selector = child(spec, "selector");
  const own = ownSelectorErrors(selector, kind);
  const labels = child(child(template, "metadata"), "labels");
  const errors: FieldError[] = [...own];
  if (selector === undefined || (own.length === 0 && !selects(selector, labels ?? {}))) {
    const detail = "`selector` does not match template `labels`";
    errors.push(invalidField("spec.template.metadata.labels", labels ?? null, detail));
  }
  errors.push(...podTemplateErrors(template, "spec.template", "Always"));
  if (child(template, "spec")?.["activeDeadlineSeconds"] !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind === "Deployment" ? "ReplicaSet" : kind} is not Supported`;
    errors.push(forbiddenField("spec.template.spec.activeDeadlineSeconds", detail));
  }
  return errors;
}

/** A ReplicaSet's rules were written for Deployments. */
function nameInWords(kind: string): string {
  return kind === "ReplicaSet" ? "deployment" : kind.toLowerCase();
}

/** The selector of a DaemonSet is missed by its template alone. */
function ownSelectorErrors(selector: JsonObject | undefined, kind: string): readonly FieldError[] {
  if (selector === undefined) return kind === "DaemonSet" ? [] : [requiredField("spec.selector")];
  const errors = [...selectorErrors(selector, "spec.selector")];
  if (Object.keys(selector).length === 0)
    errors.push(
      invalidField("spec.selector", selector, `empty selector is invalid for ${nameInWords(kind)}`),
    );
  return errors;
}

function immutableSelector(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const now = child(object, "spec")?.["selector"] ?? null;
  const before = child(old, "spec")?.["selector"] ?? null;
  return jsonEqual(now, before) ? [] : [invalidField("spec.selector", now, IMMUTABLE)];
}

/** ReplicaSets. */
export const replicaSetRules: KindRules = {
  warnings: namedTemplateWarnings,
  validate: replicaSetErrors,
  validateUpdate: (object, old) => [...replicaSetErrors(object), ...immutableSelector(object, old)],
  validateStatus: replicaSetStatus,
};

function replicaSetErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  return [
    ...negativeErrors(spec, ["replicas", "minReadySeconds"], "spec"),
    ...podSetErrors(spec, "ReplicaSet", child(spec, "template") ?? {}),
  ];
}

/** A template that stands by itself. */
export const podTemplateRules: KindRules = {
  warnings: podTemplateWarnings,
  validate: (object) => podTemplateErrors(child(object, "template") ?? {}, "template"),
  validateUpdate: (object) => podTemplateErrors(child(object, "template") ?? {}, "template"),
};

export const deploymentRules: KindRules = {
  warnings: namedTemplateWarnings,
  validate: deploymentErrors,
  validateUpdate: (object, old) => [...deploymentErrors(object), ...immutableSelector(object, old)],
  validateStatus: deploymentStatus,
};

function deploymentErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const deadline = number(spec, "progressDeadlineSeconds");
  const isLate = deadline !== undefined && deadline <= (number(spec, "minReadySeconds") ?? 0);
  return [
    ...negativeErrors(spec, ["replicas"], "spec"),
    ...podSetErrors(spec, "Deployment", child(spec, "template") ?? {}),
    ...deploymentRolloutErrors(spec),
    ...negativeErrors(spec, ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], "spec"),
    ...(isLate
      ? [invalidField("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")]
      : []),
  ];
}

/** The annotation in which a DaemonSet counts the generations of its template. */
export const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** A DaemonSet counts the generations of its template. */
export const daemonSetRules: KindRules = {
  warnings: templateWarnings,
  prepareForCreate(object) {
    ensureChild(metaOf(object), "annotations")[TEMPLATE_GENERATION] = "1";
  },
  prepareForUpdate(object, old) {
    const before = text(child(child(old, "metadata"), "annotations"), TEMPLATE_GENERATION);
    const isSame = jsonEqual(
      child(object, "spec")?.["template"] ?? {},
      child(old, "spec")?.["template"] ?? {},
    );
    const next = isSame ? before : String(Number(before || "0") + 1);
    if (next !== "") ensureChild(metaOf(object), "annotations")[TEMPLATE_GENERATION] = next;
  },
  validate: daemonSetErrors,
  validateUpdate: (object, old) => [...immutableSelector(object, old), ...daemonSetErrors(object)],
  validateStatus: daemonSetStatus,
};

function daemonSetErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  return [
    ...podSetErrors(spec, "DaemonSet", child(spec, "template") ?? {}),
    ...negativeErrors(spec, ["minReadySeconds"], "spec"),
    ...daemonSetRolloutErrors(spec),
    ...negativeErrors(spec, ["revisionHistoryLimit"], "spec"),
  ];
}

/** A Job's Pods are its own by a label that nobody else has. */
export const jobRules: KindRules = {
  warnings: namedTemplateWarnings,
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
    const templateMeta = ensureChild(ensureChild(spec, "template"), "metadata");
    const template = child(templateMeta, "labels");
    // Labels that a Job has by default are those of its template, here and after.
    const isShared = template === undefined || child(metadata, "labels") === template;
    templateMeta["labels"] = { ...template, ...labels };
    if (isShared && (template !== undefined || child(metadata, "labels") === undefined))
      metadata["labels"] = { ...template, ...labels };
    const selector = ensureChild(spec, "selector");
    ensureChild(selector, "matchLabels")["batch.kubernetes.io/controller-uid"] = uid;
  },
  validate: (object) => jobErrors(child(object, "spec") ?? {}, "spec"),
  validateUpdate(object, old) {
    const spec = child(object, "spec") ?? {};
    const before = child(old, "spec") ?? {};
    const own = [...jobErrors(spec, "spec"), ...jobSelectorErrors(spec)];
    // Upstream looks at the whole of a Job, and then again at what changed of it.
    const errors = [...own, ...own];
    if (!jsonEqual(spec["completions"] ?? null, before["completions"] ?? null)) {
      errors.push(invalidField("spec.completions", spec["completions"] ?? null, IMMUTABLE));
    }
    for (const field of [
      "selector",
      "template",
      "completionMode",
      "podFailurePolicy",
      "backoffLimitPerIndex",
      "managedBy",
      "successPolicy",
    ]) {
      const now = spec[field] ?? null;
      if (!jsonEqual(now, before[field] ?? null)) errors.push(invalidField(`spec.${field}`, now, IMMUTABLE));
    }
    return errors;
  },
};

/** A Job's selector is made with it, and finds its Pods. */
function jobSelectorErrors(spec: JsonObject): readonly FieldError[] {
  const selector = child(spec, "selector");
  const labels = child(child(child(spec, "template"), "metadata"), "labels");
  if (selector !== undefined && selects(selector, labels ?? {})) return [];
  const detail = "`selector` does not match template `labels`";
  const mismatch = invalidField("spec.template.metadata.labels", labels ?? null, detail);
  return selector === undefined ? [requiredField("spec.selector"), mismatch] : [mismatch];
}

export const cronJobRules: KindRules = {
  warnings: cronJobWarnings,
  validate: cronJobErrors,
  validateUpdate: cronJobErrors,
};

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function cronJobErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const errors: FieldError[] = [];
  const schedule = text(spec, "schedule");
  if (schedule === "") errors.push(requiredField("spec.schedule"));
  else if (schedule.includes("TZ")) {
    const detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
    errors.push(invalidField("spec.schedule", schedule, detail));
  } else if (schedule.trim().split(/\s+/).length !== 5 && !schedule.startsWith("@")) {
    const count = schedule.trim().split(/\s+/).length;
    errors.push(
      invalidField(
        "spec.schedule",
        schedule,
        `expected exactly 5 fields, found ${count}: [${schedule.trim().split(/\s+/).join(" ")}]`,
      ),
    );
  }
  const zone = text(spec, "timeZone");
  if (zone !== "" && !isTimeZone(zone))
    errors.push(invalidField("spec.timeZone", zone, `unknown time zone ${zone}`));
  const policy = text(spec, "concurrencyPolicy");
  const policies = ["Allow", "Forbid", "Replace"];
  if (!policies.includes(policy)) errors.push(unsupportedField("spec.concurrencyPolicy", policy, policies));
  errors.push(...jobErrors(child(child(spec, "jobTemplate"), "spec") ?? {}, "spec.jobTemplate.spec"));
  return errors;
}
