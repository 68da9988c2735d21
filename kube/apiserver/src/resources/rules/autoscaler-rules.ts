import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { autoscalerToV2 } from "../autoscaler-conversion.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number, text } from "../draft-access.ts";
import { groupErrors, metricErrors, referenceErrors } from "./metric-rules.ts";
import { scalingErrors } from "./scaling-errors.ts";

/** An autoscaler's bounds, its target, what it goes by and how fast it acts. */
export const autoscalerRules: KindRules = {
  validate: (object) => autoscalerErrors(object, undefined),
  updateChecks: ["changes", "update"],
  validateUpdate: autoscalerErrors,
  validateStatus: statusErrors,
};

/** The same of the older version, which says the same in fewer fields and in annotations. */
export const olderAutoscalerRules: KindRules = {
  validate: (object) => autoscalerErrors(autoscalerToV2(object), undefined),
  updateChecks: ["changes", "update"],
  validateUpdate: (object, old) => autoscalerErrors(autoscalerToV2(object), autoscalerToV2(old)),
  validateStatus: statusErrors,
};

function autoscalerErrors(object: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const metrics = children(spec, "metrics");
  return [
    ...boundErrors(spec, old),
    ...targetErrors(spec, old),
    ...metrics.flatMap((metric, index) => metricErrors(metric, `spec.metrics[${index}]`)),
    ...(number(spec, "minReplicas") === 0 && !scalesFromZero(spec) ? [ZERO] : []),
    ...scalingErrors(child(spec, "behavior"), "spec.behavior"),
  ];
}

const ZERO = forbiddenField(
  "spec.metrics",
  "must specify at least one Object or External metric to support scaling to zero replicas",
);

function boundErrors(spec: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const least = number(spec, "minReplicas");
  const most = number(spec, "maxReplicas") ?? 0;
  const wasZero = number(child(old, "spec"), "minReplicas") === 0;
  const errors: FieldError[] = [];
  if (least !== undefined && least < 1 && !(least === 0 && (wasZero || scalesFromZero(spec))))
    errors.push(
      invalidField("spec.minReplicas", least, `must be greater than or equal to ${wasZero ? 0 : 1}`),
    );
  if (most === 0) errors.push(requiredField("spec.maxReplicas", "must be set and greater than 0"));
  else if (most < 0)
    errors.push(invalidField("spec.maxReplicas", most, "must be greater than or equal to 1"));
  if (least !== undefined && most < least)
    errors.push(invalidField("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"));
  return errors;
}

/** A metric that is there without pods: the gate HPAScaleToZero, which later versions open, allows zero with one. */
function scalesFromZero(spec: JsonObject): boolean {
  return children(spec, "metrics").some((metric) => ["Object", "External"].includes(text(metric, "type")));
}

/** A target that stays what it is may be of a version that no new one may have. */
function targetErrors(spec: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const target = child(spec, "scaleTargetRef") ?? {};
  const before = child(child(old, "spec"), "scaleTargetRef") ?? {};
  const at = "spec.scaleTargetRef";
  const errors = referenceErrors(target, at);
  const isSame =
    old !== undefined && ["apiVersion", "kind"].every((field) => text(target, field) === text(before, field));
  return isSame
    ? errors
    : [...errors, ...groupErrors(target, at, text(target, "kind") !== "ReplicationController")];
}

function statusErrors(object: JsonObject): readonly FieldError[] {
  const status = child(object, "status");
  return ["currentReplicas", "desiredReplicas"].flatMap((field) => {
    const count = number(status, field) ?? 0;
    return count >= 0 ? [] : [invalidField(`status.${field}`, count, "must be greater than or equal to 0")];
  });
}
