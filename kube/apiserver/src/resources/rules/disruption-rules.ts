import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, invalidField, unsupportedField } from "@weir/schema";
import { conditionErrors } from "../../validation/conditions.ts";
import { selectorErrors } from "../../validation/label-selector.ts";
import { invalidStruct } from "../../validation/struct-field.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number } from "../draft-access.ts";

/** A budget says either how many must stay or how many may go. */
export const disruptionBudgetRules: KindRules = {
  validate: budgetErrors,
  updateChecks: ["object"],
  validateStatus: statusErrors,
};

const COUNTS = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"];

function statusErrors(object: JsonObject): readonly FieldError[] {
  const status = child(object, "status");
  const counts = COUNTS.flatMap((field) => {
    const count = number(status, field) ?? 0;
    return count >= 0 ? [] : [invalidField(`status.${field}`, count, "must be greater than or equal to 0")];
  });
  return [...conditionErrors(children(status, "conditions"), "status.conditions"), ...counts];
}

const POLICIES = ["AlwaysAllow", "IfHealthyBudget"];

function budgetErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const selector = child(spec, "selector");
  const policy = spec["unhealthyPodEvictionPolicy"];
  const isKnown = typeof policy !== "string" || POLICIES.includes(policy);
  return [
    ...bothErrors(spec),
    ...shareErrors(spec["minAvailable"], "spec.minAvailable"),
    ...shareErrors(spec["maxUnavailable"], "spec.maxUnavailable"),
    ...(selector === undefined ? [] : selectorErrors(selector, "spec.selector")),
    ...(isKnown ? [] : [unsupportedField("spec.unhealthyPodEvictionPolicy", policy, POLICIES)]),
  ];
}

function bothErrors(spec: JsonObject): readonly FieldError[] {
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

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A number of Pods, or a share of them. */
function shareErrors(value: JsonValue | undefined, field: string): readonly FieldError[] {
  if (typeof value === "number")
    return value < 0 ? [invalidField(field, value, "must be greater than or equal to 0")] : [];
  if (typeof value !== "string") return [];
  if (!/^\d+%$/.test(value)) return [invalidField(field, value, PERCENT)];
  return Number.parseInt(value, 10) > 100
    ? [invalidField(field, value, "must not be greater than 100%")]
    : [];
}
