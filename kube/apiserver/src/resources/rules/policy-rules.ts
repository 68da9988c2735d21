import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { pathSegmentName } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { metricErrors } from "./metric-rules.ts";
import { scalingErrors } from "./scaling-errors.ts";
import { child, children, number, text } from "../draft-access.ts";

const IMMUTABLE = "field is immutable";

/** An autoscaler's bounds and its target. */
export const autoscalerRules: KindRules = {
  validate: autoscalerErrors,
  validateUpdate: autoscalerErrors,
};

function autoscalerErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const least = number(spec, "minReplicas");
  const most = number(spec, "maxReplicas") ?? 0;
  const errors: FieldError[] = [];
  if (least !== undefined && least < 1 && !(least === 0 && scalesFromZero(spec)))
    errors.push(invalidField("spec.minReplicas", least, "must be greater than or equal to 1"));
  if (most === 0) errors.push(requiredField("spec.maxReplicas", "must be set and greater than 0"));
  else if (most < 0)
    errors.push(invalidField("spec.maxReplicas", most, "must be greater than or equal to 1"));
  if (least !== undefined && most < least)
    errors.push(invalidField("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"));
  errors.push(...targetErrors(child(spec, "scaleTargetRef") ?? {}));
  children(spec, "metrics").forEach((metric, index) => {
    errors.push(...metricErrors(metric, `spec.metrics[${index}]`));
  });
  return [...errors, ...scalingErrors(child(spec, "behavior"), "spec.behavior")];
}

/** A metric that is there without pods: the gate HPAScaleToZero, which later versions open, allows zero with one. */
function scalesFromZero(spec: JsonObject): boolean {
  return children(spec, "metrics").some((metric) => ["Object", "External"].includes(text(metric, "type")));
}

function targetErrors(target: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["kind", "name"]) {
    const at = `spec.scaleTargetRef.${field}`;
    const value = text(target, field);
    if (value === "") errors.push(requiredField(at));
    else for (const message of pathSegmentName(value, false)) errors.push(invalidField(at, value, message));
  }
  const apiVersion = text(target, "apiVersion");
  const isCore = text(target, "kind") === "ReplicationController" && apiVersion === "v1";
  if (!isCore && !apiVersion.includes("/"))
    errors.push(
      invalidField("spec.scaleTargetRef.apiVersion", apiVersion, "apiVersion must specify API group"),
    );
  return errors;
}

/** A revision's data never changes; its number does, when an old revision becomes the present one again. */
export const revisionRules: KindRules = {
  validateUpdate: (object, old) =>
    jsonEqual(object["data"] ?? null, old["data"] ?? null)
      ? []
      : [invalidField("data", object["data"] ?? null, IMMUTABLE)],
};

const MAX_PRIORITY = 1_000_000_000;

const SYSTEM = "system-";
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};

/** Only the system's own classes go beyond a billion. */
export const priorityClassRules: KindRules = {
  validate(object) {
    const value = number(object, "value") ?? 0;
    const name = text(child(object, "metadata"), "name");
    const policy = text(object, "preemptionPolicy");
    const detail = `maximum allowed value of a user defined priority is ${MAX_PRIORITY}`;
    const isTooHigh = !name.startsWith(SYSTEM) && value > MAX_PRIORITY;
    return [
      ...(name.startsWith(SYSTEM) ? systemClassErrors(object, name) : []),
      ...(isTooHigh ? [forbiddenField("value", detail)] : []),
      ...(["", ...PREEMPTION].includes(policy)
        ? []
        : [unsupportedField("preemptionPolicy", policy, PREEMPTION)]),
    ];
  },
  validateUpdate(object, old) {
    const policy = object["preemptionPolicy"] ?? null;
    return [
      ...(object["value"] === old["value"]
        ? []
        : [forbiddenField("value", "may not be changed in an update.")]),
      ...(policy === (old["preemptionPolicy"] ?? null)
        ? []
        : [invalidField("preemptionPolicy", policy, IMMUTABLE)]),
    ];
  },
};

const PREEMPTION = ["PreemptLowerPriority", "Never"];

function systemClassErrors(object: JsonObject, name: string): readonly FieldError[] {
  const value = SYSTEM_CLASSES[name];
  let problem = `${name} is not a known system priority class`;
  if (value !== undefined) {
    if (object["value"] !== value) problem = `value of ${name} PriorityClass must be ${value}`;
    else if (object["globalDefault"] === true)
      problem = `globalDefault of ${name} PriorityClass must be false`;
    else return [];
  }
  const reserved = `priority class names with '${SYSTEM}' prefix are reserved for system use only`;
  return [forbiddenField("metadata.name", `${reserved}. error: ${problem}`)];
}

/** A lease lasts a while. */
export const leaseRules: KindRules = { validate: leaseErrors, validateUpdate: leaseErrors };

function leaseErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec");
  return ["leaseDurationSeconds"].flatMap((field) => {
    const value = number(spec, field);
    return value !== undefined && value <= 0
      ? [invalidField(`spec.${field}`, value, "must be greater than 0")]
      : [];
  });
}
