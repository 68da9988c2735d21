import type { JsonObject } from "@weir/core";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { type CompiledPolicy, compilePolicy } from "../../policies/compile-policy.ts";
import { conditionErrors } from "../../validation/conditions.ts";
import { qualifiedNameErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, strings, text } from "../draft-access.ts";
import { expressionErrors, matchConditionErrors } from "./match-rules.ts";
import {
  boundPolicyErrors,
  constraintErrors,
  failurePolicyErrors,
  paramKindErrors,
  variableErrors,
} from "./policy-parts.ts";

const MOST_ANNOTATIONS = 20;
const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const ACTIONS = ["Audit", "Deny", "Warn"];
const NOTHING_ASKED = "validations or auditAnnotations must contain at least one item";

/** Policies in CEL: what they are about, and expressions that compile. */
export const admissionPolicyRules: KindRules = {
  validate: policyErrors,
  updateChecks: ["whole", "object"],
  validateStatus: statusErrors,
};

/** Bindings of policies: one policy, and what comes of its denials. */
export const admissionBindingRules: KindRules = {
  validate: bindingErrors,
  updateChecks: ["whole", "object"],
};

function policyErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const compiled = compilePolicy(spec);
  return [
    ...failurePolicyErrors(spec),
    ...paramKindErrors(spec),
    ...constraintErrors(spec),
    ...matchConditionErrors(spec, compiled.conditions, "spec.matchConditions"),
    ...variableErrors(spec, compiled.variables),
    ...validationErrors(spec, compiled),
    ...annotationErrors(object, compiled),
  ];
}

function statusErrors(object: JsonObject): readonly FieldError[] {
  const status = child(object, "status");
  const warnings = children(child(status, "typeChecking"), "expressionWarnings");
  return [
    ...warnings.flatMap((warning, index) =>
      ["warning", "fieldRef"]
        .filter((field) => text(warning, field) === "")
        .map((field) => requiredField(`status.typeChecking.expressionWarnings[${index}].${field}`)),
    ),
    ...conditionErrors(children(status, "conditions"), "status.conditions"),
  ];
}

function validationErrors(spec: JsonObject, compiled: CompiledPolicy): readonly FieldError[] {
  const validations = children(spec, "validations");
  if (validations.length === 0 && children(spec, "auditAnnotations").length === 0) {
    return [
      requiredField("spec.validations", NOTHING_ASKED),
      requiredField("spec.auditAnnotations", NOTHING_ASKED),
    ];
  }
  return validations.flatMap((validation, index) => {
    const at = `spec.validations[${index}]`;
    const known = compiled.validations[index];
    const isEmpty = text(validation, "expression").trim() === "";
    const reason = text(validation, "reason");
    return [
      ...(isEmpty
        ? [requiredField(`${at}.expression`, "expression is not specified")]
        : expressionErrors(known?.expression, `${at}.expression`)),
      ...expressionErrors(known?.messageExpression, `${at}.messageExpression`),
      ...messageErrors(validation, at),
      ...(reason === "" || REASONS.includes(reason)
        ? []
        : [unsupportedField(`${at}.reason`, reason, REASONS)]),
    ];
  });
}

function messageErrors(validation: JsonObject, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["messageExpression", "message"]) {
    const value = text(validation, field);
    if (value !== "" && value.trim() === "")
      errors.push(invalidField(`${at}.${field}`, value, "must be non-empty if specified"));
  }
  const message = text(validation, "message");
  if (/[\n\r]/.test(message.trim()))
    errors.push(invalidField(`${at}.message`, message, "must not contain line breaks"));
  return errors;
}

function annotationErrors(object: JsonObject, compiled: CompiledPolicy): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const policy = text(child(object, "metadata"), "name");
  const annotations = children(spec, "auditAnnotations");
  const errors: FieldError[] = [];
  const path = "spec.auditAnnotations";
  if (annotations.length > MOST_ANNOTATIONS) {
    const detail = `must not have more than ${MOST_ANNOTATIONS} auditAnnotations`;
    errors.push(invalidField(path, annotations, detail));
  }
  const keys = new Set<string>();
  annotations.forEach((annotation, index) => {
    const at = `${path}[${index}]`;
    const key = text(annotation, "key");
    const name = `${policy}/${key}`;
    for (const why of qualifiedNameErrors(name)) errors.push(invalidField(`${at}.key`, name, why));
    if (text(annotation, "valueExpression").trim() === "")
      errors.push(requiredField(`${at}.valueExpression`, "valueExpression is not specified"));
    else errors.push(...expressionErrors(compiled.annotations[index]?.expression, `${at}.valueExpression`));
    if (keys.has(key)) errors.push(duplicateField(`${at}.key`, key));
    keys.add(key);
  });
  return errors;
}

function bindingErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  return [...boundPolicyErrors(spec), ...actionErrors(spec)];
}

const TWICE =
  "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";

function actionErrors(spec: JsonObject): readonly FieldError[] {
  const path = "spec.validationActions";
  const actions = strings(spec, "validationActions");
  const errors: FieldError[] = [];
  actions.forEach((action, index) => {
    if (!ACTIONS.includes(action)) errors.push(unsupportedField(`${path}[${index}]`, action, ACTIONS));
    if (actions.indexOf(action) < index) errors.push(duplicateField(`${path}[${index}]`, action));
  });
  if (actions.includes("Deny") && actions.includes("Warn")) errors.push(invalidField(path, actions, TWICE));
  if (actions.length === 0) errors.push(requiredField(path, "at least one validation action is required"));
  return errors;
}
