import type { JsonObject } from "@weir/core";
import { badRequestError, jsonEqual } from "@weir/objects";
import { type FieldError, invalidField } from "@weir/schema";
import { selectorErrors } from "../../validation/label-selector.ts";
import { podTemplateErrors } from "../../validation/pod-spec.ts";
import { namedTemplateWarnings, podTemplateWarnings, rolledWarnings } from "../../validation/pod-warnings.ts";
import { dropTemplateFields } from "../../validation/pod/dropped-fields.ts";
import { type PodOptions, TEMPLATE, templateOptions } from "../../validation/pod/pod-options.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, integer, metaOf, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import {
  deadlineErrors,
  emptySelectorErrors,
  immutableSelector,
  podSetErrors,
  restartErrors,
  unselectedErrors,
} from "./pod-set-errors.ts";
import { daemonSetRolloutErrors, deploymentRolloutErrors } from "./rollout-errors.ts";
import {
  daemonSetStatus,
  deploymentStatus,
  negativeErrors,
  replicaSetStatus,
} from "./workload-status-rules.ts";

const dropFields = (object: JsonObject): void => dropTemplateFields(child(child(object, "spec"), "template"));

function optionsOf(old: JsonObject): PodOptions {
  return templateOptions(child(child(old, "spec"), "template"));
}

/** ReplicaSets. */
export const replicaSetRules: KindRules = {
  warnings: namedTemplateWarnings,
  prepareForCreate: dropFields,
  prepareForUpdate: dropFields,
  updateChecks: ["changes", "update"],
  validate: (object) => replicaSetErrors(object, TEMPLATE),
  validateUpdate: (object, old) => [
    ...replicaSetErrors(object, optionsOf(old)),
    ...immutableSelector(object, old),
  ],
  validateStatus: replicaSetStatus,
};

function replicaSetErrors(object: JsonObject, options: PodOptions): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  return [...negativeErrors(spec, ["replicas", "minReadySeconds"], "spec"), ...podSetErrors(spec, options)];
}

/** A template that stands by itself. */
export const podTemplateRules: KindRules = {
  warnings: podTemplateWarnings,
  prepareForCreate: (object) => dropTemplateFields(child(object, "template")),
  prepareForUpdate: (object) => dropTemplateFields(child(object, "template")),
  updateChecks: ["changes", "update"],
  validate: (object) => podTemplateErrors(child(object, "template") ?? {}, "template"),
  validateUpdate: (object, old) =>
    podTemplateErrors(child(object, "template") ?? {}, "template", templateOptions(child(old, "template"))),
};

export const deploymentRules: KindRules = {
  warnings: namedTemplateWarnings,
  prepareForCreate: dropFields,
  prepareForUpdate: dropFields,
  updateChecks: ["changes", "update"],
  validate: (object) => deploymentErrors(object, TEMPLATE),
  validateUpdate: (object, old) => [
    ...deploymentErrors(object, optionsOf(old)),
    ...immutableSelector(object, old),
  ],
  validateStatus: deploymentStatus,
};

function deploymentErrors(object: JsonObject, options: PodOptions): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const deadline = integer(spec, "progressDeadlineSeconds");
  const isLate = deadline !== undefined && deadline <= (integer(spec, "minReadySeconds") ?? 0);
  return [
    ...negativeErrors(spec, ["replicas"], "spec"),
    ...podSetErrors(spec, options),
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
  warnings: rolledWarnings,
  prepareForCreate(object) {
    checkGeneration(object);
    const annotations = ensureChild(metaOf(object), "annotations");
    if (!(Number(annotations[TEMPLATE_GENERATION]) >= 1)) annotations[TEMPLATE_GENERATION] = "1";
    dropFields(object);
  },
  prepareForUpdate(object, old) {
    checkGeneration(object);
    dropFields(object);
    const before = text(child(child(old, "metadata"), "annotations"), TEMPLATE_GENERATION);
    const isSame = jsonEqual(
      child(object, "spec")?.["template"] ?? {},
      child(old, "spec")?.["template"] ?? {},
    );
    const next = isSame ? before : String(Number(before || "0") + 1);
    if (next !== "") ensureChild(metaOf(object), "annotations")[TEMPLATE_GENERATION] = next;
  },
  updateChecks: ["changes", "update"],
  validate: (object) => daemonSetErrors(object, TEMPLATE),
  validateUpdate: (object, old) => [
    ...immutableSelector(object, old),
    ...daemonSetErrors(object, optionsOf(old)),
  ],
  validateStatus: daemonSetStatus,
};

/** Upstream keeps the count as a number. */
function checkGeneration(object: Draft): void {
  const written = child(metaOf(object), "annotations")?.[TEMPLATE_GENERATION];
  if (typeof written !== "string" || /^[+-]?\d{1,18}$/.test(written)) return;
  const why = /^[+-]?\d+$/.test(written) ? "value out of range" : "invalid syntax";
  throw badRequestError(
    `DaemonSet in version "v1" cannot be handled as a DaemonSet: strconv.ParseInt: parsing ${JSON.stringify(written)}: ${why}`,
  );
}

function daemonSetErrors(object: JsonObject, options: PodOptions): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const selector = child(spec, "selector");
  const template = child(spec, "template") ?? {};
  const own = selector === undefined ? [] : selectorErrors(selector, "spec.selector");
  return [
    ...own,
    ...(own.length > 0 ? [] : unselectedErrors(selector, template, "spec.template")),
    ...(selector === undefined ? [] : emptySelectorErrors(selector, "daemonset")),
    ...podTemplateErrors(template, "spec.template", options),
    ...restartErrors(template, "spec.template.spec"),
    ...deadlineErrors(template, "DaemonSet"),
    ...negativeErrors(spec, ["minReadySeconds"], "spec"),
    ...daemonSetRolloutErrors(spec),
    ...negativeErrors(spec, ["revisionHistoryLimit"], "spec"),
  ];
}
