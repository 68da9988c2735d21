import type { JsonObject } from "@weir/core";
import { type FieldError, requiredField } from "@weir/schema";
import { podTemplateErrors } from "../../validation/pod-spec.ts";
import { controllerWarnings } from "../../validation/pod-warnings.ts";
import { dropTemplateFields } from "../../validation/pod/dropped-fields.ts";
import { type PodOptions, TEMPLATE, templateOptions } from "../../validation/pod/pod-options.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child } from "../draft-access.ts";
import { deadlineErrors, restartErrors, unselectedErrors } from "./pod-set-errors.ts";
import { negativeErrors, replicationControllerStatus } from "./workload-status-rules.ts";

const dropFields = (object: JsonObject): void => dropTemplateFields(child(child(object, "spec"), "template"));

/** What ReplicaSets were before: a selector is plain labels, and may change. */
export const replicationControllerRules: KindRules = {
  warnings: controllerWarnings,
  prepareForCreate: dropFields,
  prepareForUpdate: dropFields,
  updateChecks: ["changes", "update"],
  validate: (object) => controllerErrors(object, TEMPLATE),
  validateUpdate: (object, old) =>
    controllerErrors(object, templateOptions(child(child(old, "spec"), "template"))),
  validateStatus: replicationControllerStatus,
};

function controllerErrors(object: JsonObject, options: PodOptions): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const labels = child(spec, "selector") ?? {};
  const template = child(spec, "template");
  const isEmpty = Object.keys(labels).length === 0;
  return [
    ...negativeErrors(spec, ["minReadySeconds"], "spec"),
    ...(isEmpty ? [requiredField("spec.selector")] : []),
    ...(spec["replicas"] === undefined ? [requiredField("spec.replicas")] : []),
    ...negativeErrors(spec, ["replicas"], "spec"),
    ...(template === undefined ? [requiredField("spec.template")] : []),
    ...(template === undefined || isEmpty || isSelected(template, labels)
      ? []
      : unselectedErrors({ matchLabels: labels }, template, "spec.template")),
    ...(template === undefined
      ? []
      : [
          ...podTemplateErrors(template, "spec.template", options),
          ...restartErrors(template, "spec.template.spec"),
          ...deadlineErrors(template, "ReplicationController"),
        ]),
  ];
}

/** Whether a template has the labels, though they may be none that there can be. */
function isSelected(template: JsonObject, labels: JsonObject): boolean {
  const own = child(child(template, "metadata"), "labels");
  return Object.entries(labels).every(([name, value]) => own?.[name] === value);
}
