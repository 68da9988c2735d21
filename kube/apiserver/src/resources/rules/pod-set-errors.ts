import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { invalidGoStruct, isSameGoStruct } from "../../validation/go-struct.ts";
import { selectorErrors, selects } from "../../validation/label-selector.ts";
import { podTemplateErrors } from "../../validation/pod-spec.ts";
import type { PodOptions } from "../../validation/pod/pod-options.ts";
import { child, isDraft, text } from "../draft-access.ts";

export const IMMUTABLE = "field is immutable";
const MISMATCH = "`selector` does not match template `labels`";

/** Selector and template of a Deployment or ReplicaSet, and whether they belong together. */
export function podSetErrors(spec: JsonObject, options: PodOptions): readonly FieldError[] {
  const selector = child(spec, "selector");
  const own = selector === undefined ? [] : selectorErrors(selector, "spec.selector");
  // A ReplicaSet's rules were written for Deployments.
  const errors = [...requiredSelectorErrors(selector, own, "deployment")];
  if (own.length > 0) return [...errors, unreadableSelector(selector, "invalid label selector")];
  const template = child(spec, "template") ?? {};
  return [
    ...errors,
    ...mismatchErrors(selector, template),
    ...podTemplateErrors(template, "spec.template", options),
    ...restartErrors(template, "spec.template.spec"),
    ...deadlineErrors(template, "ReplicaSet"),
  ];
}

/** A selector that has to be there, and to select something. */
export function requiredSelectorErrors(
  selector: JsonObject | undefined,
  own: readonly FieldError[],
  kind: string,
): readonly FieldError[] {
  if (selector === undefined) return [requiredField("spec.selector")];
  return [...own, ...emptySelectorErrors(selector, kind)];
}

export function emptySelectorErrors(selector: JsonObject, kind: string): readonly FieldError[] {
  if (!isEmptySelector(selector)) return [];
  const shown = { type: "LabelSelector", value: selector };
  return [invalidGoStruct("spec.selector", shown, `empty selector is invalid for ${kind}`)];
}

function isEmptySelector(selector: JsonObject): boolean {
  const { matchLabels, matchExpressions } = selector;
  const hasLabels = isDraft(matchLabels) && Object.keys(matchLabels).length > 0;
  return !hasLabels && !(Array.isArray(matchExpressions) && matchExpressions.length > 0);
}

/** A selector that cannot be read, so that nothing beside it is looked at. */
export function unreadableSelector(selector: JsonObject | undefined, detail: string): FieldError {
  return invalidGoStruct("spec.selector", { type: "?LabelSelector", value: selector }, detail);
}

/** No selector selects nothing, and an empty one is told of already. */
export function mismatchErrors(
  selector: JsonObject | undefined,
  template: JsonObject,
): readonly FieldError[] {
  if (selector !== undefined && isEmptySelector(selector)) return [];
  return unselectedErrors(selector, template, "spec.template");
}

/** The template's Pods are not those that the selector selects. */
export function unselectedErrors(
  selector: JsonObject | undefined,
  template: JsonObject,
  field: string,
): readonly FieldError[] {
  const labels = child(child(template, "metadata"), "labels");
  if (selector !== undefined && selects(selector, labels ?? {})) return [];
  return [invalidField(`${field}.metadata.labels`, labels ?? null, MISMATCH)];
}

/** Pods that are replaced are restarted, too. */
export function restartErrors(template: JsonObject, field: string): readonly FieldError[] {
  const policy = text(child(template, "spec"), "restartPolicy");
  return policy === "Always" ? [] : [unsupportedField(`${field}.restartPolicy`, policy, ["Always"])];
}

/** Pods that are replaced have no deadline. */
export function deadlineErrors(template: JsonObject, kind: string): readonly FieldError[] {
  if (child(template, "spec")?.["activeDeadlineSeconds"] === undefined) return [];
  const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
  return [forbiddenField("spec.template.spec.activeDeadlineSeconds", detail)];
}

/** The selector of a workload stays as it is. */
export function immutableSelector(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const now = child(child(object, "spec"), "selector");
  const before = child(child(old, "spec"), "selector");
  if (isSameGoStruct("?LabelSelector", now, before)) return [];
  return [unreadableSelector(now, IMMUTABLE)];
}
