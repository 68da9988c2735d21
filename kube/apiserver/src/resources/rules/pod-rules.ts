import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField } from "@weir/schema";
import { podWarnings } from "../../validation/pod-warnings.ts";
import { podSpecErrors } from "../../validation/pod-spec.ts";
import { podAnnotationErrors, profileMatchErrors } from "../../validation/pod/annotations.ts";
import { paddedImageErrors } from "../../validation/pod/containers.ts";
import { dropDisabledFields } from "../../validation/pod/dropped-fields.ts";
import { type PodOptions, podOptions } from "../../validation/pod/pod-options.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, text } from "../draft-access.ts";
import type { Draft, WriteContext } from "../resource.ts";
import { preparePod } from "./prepare-pod.ts";
import { qualityOf } from "./pod-quality.ts";
import { podStatusErrors, podStatusWarnings } from "./pod-status-errors.ts";
import { podUpdateErrors } from "./pod-update-errors.ts";

const GATED = {
  type: "PodScheduled",
  status: "False",
  lastProbeTime: null,
  reason: "SchedulingGated",
  message: "Scheduling is blocked due to non-empty scheduling gates",
};

/** Pods get a quality of service, and what they are told to run stays mostly as it is. */
export const podRules: KindRules = {
  warnings: podWarnings,
  prepareForCreate(object: Draft, context: WriteContext) {
    const spec = ensureChild(object, "spec");
    const isGated = children(spec, "schedulingGates").length > 0;
    object["status"] = {
      phase: "Pending",
      ...(isGated ? { conditions: [{ ...GATED, lastTransitionTime: context.now }] } : {}),
      // What is given is kept, though nothing else of a status is.
      qosClass: text(child(object, "status"), "qosClass") || qualityOf(spec),
    };
    dropDisabledFields(spec);
    preparePod(object, spec, context.warn);
  },
  prepareForUpdate: (object) => dropDisabledFields(ensureChild(object, "spec")),
  updateChecks: ["changes", "whole", "update"],
  validate(object) {
    const spec = child(object, "spec") ?? {};
    return [
      ...wholePodErrors(object, podOptions(object)),
      ...tooEarlyErrors(spec),
      ...profileMatchErrors(child(child(object, "metadata"), "annotations"), spec, "spec"),
    ];
  },
  validateUpdate: (object, old) => [
    ...wholePodErrors(object, podOptions(object, old)),
    ...podUpdateErrors(object, old),
  ],
  prepareStatus: dropStatusFields,
  validateStatus: podStatusErrors,
  statusWarnings: podStatusWarnings,
};

/** What is wrong with a Pod, whatever it was before. */
export function wholePodErrors(pod: JsonObject, options: PodOptions): readonly FieldError[] {
  const spec = child(pod, "spec") ?? {};
  const annotations = child(child(pod, "metadata"), "annotations");
  return [
    ...podAnnotationErrors(annotations, spec, "metadata.annotations"),
    ...podSpecErrors(spec, "spec", options),
    ...(text(spec, "serviceAccountName") === "" ? tokenErrors(spec) : []),
    ...["containers", "initContainers"].flatMap((name) =>
      children(spec, name).flatMap((container, index) =>
        paddedImageErrors(container, `spec.${name}[${index}]`),
      ),
    ),
  ];
}

/** Nobody has a token who has no name. */
function tokenErrors(spec: JsonObject): readonly FieldError[] {
  return children(spec, "volumes").flatMap((volume, index) =>
    children(child(volume, "projected"), "sources").flatMap((source, place) => {
      if (child(source, "serviceAccountToken") === undefined) return [];
      const at = `spec.volumes[${index}].projected.sources[${place}].serviceAccountToken`;
      return [forbiddenField(at, "must not be specified when serviceAccountName is not set")];
    }),
  );
}

/** What a Pod gets only later. */
function tooEarlyErrors(spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (children(spec, "ephemeralContainers").length > 0)
    errors.push(forbiddenField("spec.ephemeralContainers", "cannot be set on create"));
  if (text(spec, "nodeName") !== "" && children(spec, "schedulingGates").length > 0) {
    const detail = "cannot be set until all schedulingGates have been cleared";
    errors.push(forbiddenField("spec.nodeName", detail));
  }
  return errors;
}

const STATUSES = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];

/** What of a status upstream has a switch for that is off. */
function dropStatusFields(pod: Draft): void {
  const status = child(pod, "status");
  if (status === undefined) return;
  delete status["nodeAllocatableResourceClaimStatuses"];
  for (const name of STATUSES)
    for (const each of children(status, name))
      for (const mount of children(each, "volumeMounts")) delete mount["volumeStatus"];
}
