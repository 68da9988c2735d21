import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { compareQuantities, formatQuantity, parseQuantity, quantityFromJson } from "@weir/text";
import { child, children, number, text } from "../draft-access.ts";

const SELECTIONS = ["Disabled", "Max", "Min"];
const TYPES = ["Percent", "Pods"];
const WINDOW = 3600;
const PERIOD = 1800;

/** What is wrong with how fast an autoscaler may scale. */
export function scalingErrors(behavior: JsonObject | undefined, field: string): readonly FieldError[] {
  return ["scaleUp", "scaleDown"].flatMap((way) => {
    const rules = child(behavior, way);
    return rules === undefined ? [] : wayErrors(rules, `${field}.${way}`);
  });
}

function wayErrors(rules: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seconds = number(rules, "stabilizationWindowSeconds") ?? 0;
  const at = `${field}.stabilizationWindowSeconds`;
  if (seconds < 0) errors.push(invalidField(at, seconds, "must be greater than or equal to zero"));
  if (seconds > WINDOW) errors.push(invalidField(at, seconds, `must be less than or equal to ${WINDOW}`));
  const selection = rules["selectPolicy"];
  if (typeof selection === "string" && !SELECTIONS.includes(selection))
    errors.push(unsupportedField(`${field}.selectPolicy`, selection, SELECTIONS));
  const policies = children(rules, "policies");
  if (policies.length === 0)
    errors.push(requiredField(`${field}.policies`, "must specify at least one Policy"));
  policies.forEach((policy, index) => {
    errors.push(...policyErrors(policy, `${field}.policies[${index}]`));
  });
  return [...errors, ...toleranceErrors(rules, `${field}.tolerance`)];
}

function policyErrors(policy: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const type = text(policy, "type");
  if (!TYPES.includes(type)) errors.push(unsupportedField(`${field}.type`, type, TYPES));
  for (const name of ["value", "periodSeconds"]) {
    const value = number(policy, name) ?? 0;
    if (value <= 0) errors.push(invalidField(`${field}.${name}`, value, "must be greater than zero"));
    if (name === "periodSeconds" && value > PERIOD)
      errors.push(invalidField(`${field}.${name}`, value, `must be less than or equal to ${PERIOD}`));
  }
  return errors;
}

function toleranceErrors(rules: JsonObject, field: string): readonly FieldError[] {
  const tolerance = rules["tolerance"];
  if (tolerance === undefined) return [];
  const quantity = quantityFromJson(tolerance);
  if (compareQuantities(quantity, parseQuantity("0")) >= 0) return [];
  return [invalidField(field, formatQuantity(quantity), "must be greater than or equal to 0")];
}
