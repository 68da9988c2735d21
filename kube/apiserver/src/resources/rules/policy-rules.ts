import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import type { KindRules } from "../builtin-strategy.ts";
import { child, number, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

const IMMUTABLE = "field is immutable";

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
    const policy = object["preemptionPolicy"];
    const detail = `maximum allowed value of a user defined priority is ${MAX_PRIORITY}`;
    const isTooHigh = !name.startsWith(SYSTEM) && value > MAX_PRIORITY;
    return [
      ...(name.startsWith(SYSTEM) ? systemClassErrors(object, name) : []),
      ...(isTooHigh ? [forbiddenField("value", detail)] : []),
      ...(typeof policy === "string" ? preemptionErrors(policy) : []),
    ];
  },
  updateChecks: ["changes", "update"],
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

function preemptionErrors(policy: string): readonly FieldError[] {
  if (policy === "") return [requiredField("preemptionPolicy")];
  return PREEMPTION.includes(policy) ? [] : [unsupportedField("preemptionPolicy", policy, PREEMPTION)];
}

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
export const leaseRules: KindRules = {
  prepareForCreate: (object) => dropElection(object, {}),
  prepareForUpdate: dropElection,
  validate: leaseErrors,
  updateChecks: ["changes", "object"],
};

/** How leaders are chosen together is a feature that is off; what says so already keeps it. */
function dropElection(object: Draft, old: JsonObject): void {
  const spec = child(object, "spec");
  for (const field of ["strategy", "preferredHolder"])
    if (spec !== undefined && child(old, "spec")?.[field] === undefined) delete spec[field];
}

function leaseErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec");
  const seconds = number(spec, "leaseDurationSeconds") ?? 1;
  const transitions = number(spec, "leaseTransitions") ?? 0;
  return [
    ...(seconds > 0 ? [] : [invalidField("spec.leaseDurationSeconds", seconds, "must be greater than 0")]),
    ...(transitions >= 0
      ? []
      : [invalidField("spec.leaseTransitions", transitions, "must be greater than or equal to 0")]),
  ];
}
