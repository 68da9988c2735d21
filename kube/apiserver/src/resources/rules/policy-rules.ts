import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { selectorErrors } from "../../validation/label-selector.ts";
import { invalidStruct } from "../../validation/struct-field.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { metricErrors } from "./metric-rules.ts";
import { child, children, number, strings, text } from "../draft-access.ts";

const IMMUTABLE = "field is immutable";

/** A budget says either how many must stay or how many may go. */
export const disruptionBudgetRules: KindRules = {
  validate: budgetErrors,
  validateUpdate: budgetErrors,
};

function budgetErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable === undefined || maxUnavailable === undefined) return [];
  const shown = {
    MinAvailable: minAvailable,
    Selector: spec["selector"] ?? null,
    MaxUnavailable: maxUnavailable,
    UnhealthyPodEvictionPolicy: spec["unhealthyPodEvictionPolicy"] ?? null,
  };
  return [invalidStruct("spec", shown, "minAvailable and maxUnavailable cannot be both set")];
}

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
  return errors;
}

/** A metric that is there without pods: the gate HPAScaleToZero, which later versions open, allows zero with one. */
function scalesFromZero(spec: JsonObject): boolean {
  return children(spec, "metrics").some((metric) => ["Object", "External"].includes(text(metric, "type")));
}

function targetErrors(target: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["kind", "name"]) {
    if (text(target, field) === "") errors.push(requiredField(`spec.scaleTargetRef.${field}`));
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

/** What a role grants names verbs and resources. */
export const roleRules: KindRules = { validate: roleErrors, validateUpdate: roleErrors };

function roleErrors(object: JsonObject): readonly FieldError[] {
  return children(object, "rules").flatMap((rule, index) => {
    const at = `rules[${index}]`;
    const errors: FieldError[] = [];
    if (strings(rule, "verbs").length === 0)
      errors.push(requiredField(`${at}.verbs`, "verbs must contain at least one value"));
    if (strings(rule, "nonResourceURLs").length > 0) return errors;
    if (strings(rule, "apiGroups").length === 0)
      errors.push(requiredField(`${at}.apiGroups`, "resource rules must supply at least one api group"));
    if (strings(rule, "resources").length === 0)
      errors.push(requiredField(`${at}.resources`, "resource rules must supply at least one resource"));
    return errors;
  });
}

/** What a binding binds never changes. */
export const bindingRules: KindRules = {
  validate: bindingErrors,
  validateUpdate: (object, old) => {
    const now = child(object, "roleRef") ?? {};
    if (jsonEqual(now, child(old, "roleRef") ?? {})) return bindingErrors(object);
    const shown = { APIGroup: text(now, "apiGroup"), Kind: text(now, "kind"), Name: text(now, "name") };
    return [...bindingErrors(object), invalidStruct("roleRef", shown, "cannot change roleRef")];
  },
};

function bindingErrors(object: JsonObject): readonly FieldError[] {
  const role = child(object, "roleRef") ?? {};
  const errors: FieldError[] = [];
  const roles = object["kind"] === "ClusterRoleBinding" ? ["ClusterRole"] : ["Role", "ClusterRole"];
  if (!["Role", "ClusterRole"].includes(text(role, "kind")))
    errors.push(unsupportedField("roleRef.kind", text(role, "kind"), roles));
  if (text(role, "name") === "") errors.push(requiredField("roleRef.name"));
  const kinds = ["ServiceAccount", "User", "Group"];
  children(object, "subjects").forEach((subject, index) => {
    const at = `subjects[${index}]`;
    if (text(subject, "name") === "") errors.push(requiredField(`${at}.name`));
    const kind = text(subject, "kind");
    if (!kinds.includes(kind)) errors.push(unsupportedField(`${at}.kind`, kind, kinds));
  });
  return errors;
}

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

const PREEMPTION = ["Never", "PreemptLowerPriority"];

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

/** What a policy selects is a selector. */
export const networkPolicyRules: KindRules = { validate: policyErrors, validateUpdate: policyErrors };

function policyErrors(object: JsonObject): readonly FieldError[] {
  return selectorErrors(child(child(object, "spec"), "podSelector") ?? {}, "spec.podSelector");
}
