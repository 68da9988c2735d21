import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField } from "@weir/schema";
import { goStructText, invalidGoStruct, isSameGoStruct } from "../../validation/go-struct.ts";
import { lineDiff } from "../../validation/line-diff.ts";
import { APP_ARMOR, MIRROR, podAnnotationErrors } from "../../validation/pod/annotations.ts";
import { isPadded, paddedImageErrors } from "../../validation/pod/containers.ts";
import { tolerationErrors } from "../../validation/pod/scheduling.ts";
import { child, children, integer, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

const MUTABLE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** What is wrong with a change of a Pod. */
export function podUpdateErrors(pod: JsonObject, old: JsonObject): readonly FieldError[] {
  const [now, before] = [child(pod, "spec") ?? {}, child(old, "spec") ?? {}];
  const errors = [...annotationUpdateErrors(pod, old)];
  for (const field of ["containers", "initContainers"]) {
    if (children(now, field).length !== children(before, field).length)
      return [...errors, forbiddenField(`spec.${field}`, "pod updates may not add or remove containers")];
    errors.push(...imageErrors(now, field));
  }
  const deadline = deadlineErrors(now, before);
  errors.push(...deadline.errors);
  if (deadline.isLast) return errors;
  errors.push(...onlyAddedErrors(now, before), ...gateErrors(now, before));
  if (isSameGoStruct("PodSpec", now, before)) return errors;
  const munged: Draft = { ...now };
  for (const name of ["containers", "initContainers"]) keepImages(munged, before, name);
  for (const name of ["activeDeadlineSeconds", "schedulingGates", "tolerations"])
    keepField(munged, before, name);
  if (children(before, "schedulingGates").length > 0) errors.push(...directiveErrors(munged, before));
  if (isSameGoStruct("PodSpec", munged, before)) return errors;
  const diff = lineDiff(goStructText("PodSpec", before, " "), goStructText("PodSpec", munged, " "));
  return [...errors, forbiddenField("spec", `${MUTABLE}\n${diff}`)];
}

/** Annotations that say how a Pod runs stay as they are. */
export function annotationUpdateErrors(pod: JsonObject, old: JsonObject): readonly FieldError[] {
  const now = child(child(pod, "metadata"), "annotations") ?? {};
  const before = child(child(old, "metadata"), "annotations") ?? {};
  const errors: FieldError[] = [];
  const forbid = (key: string, armor: string, mirror: string): void => {
    const field = `metadata.annotations[${key}]`;
    if (key.startsWith(APP_ARMOR))
      errors.push(forbiddenField(field, `may not ${armor} AppArmor annotations`));
    if (key === MIRROR) errors.push(forbiddenField(field, `may not ${mirror} mirror pod annotation`));
  };
  for (const [key, value] of Object.entries(before))
    if (!Object.hasOwn(now, key) || now[key] !== value) forbid(key, "remove or update", "remove or update");
  for (const key of Object.keys(now)) if (!Object.hasOwn(before, key)) forbid(key, "add", "add");
  const spec = child(pod, "spec") ?? {};
  return [...errors, ...podAnnotationErrors(now, spec, "metadata.annotations")];
}

function imageErrors(spec: JsonObject, name: string): readonly FieldError[] {
  return children(spec, name).flatMap((container, index) => {
    const at = `spec.${name}[${index}]`;
    if (text(container, "image") === "") return [requiredField(`${at}.image`)];
    return isPadded(text(container, "image")) ? paddedImageErrors(container, at) : [];
  });
}

const MAX = 2_147_483_647;

/** A deadline may come, or come earlier. */
function deadlineErrors(
  spec: JsonObject,
  before: JsonObject,
): { readonly errors: readonly FieldError[]; readonly isLast: boolean } {
  const at = "spec.activeDeadlineSeconds";
  const [now, old] = [integer(spec, "activeDeadlineSeconds"), integer(before, "activeDeadlineSeconds")];
  if (now === undefined) {
    if (old === undefined) return { errors: [], isLast: false };
    const detail = "must not update from a positive integer to nil value";
    return { errors: [invalidField(at, null, detail)], isLast: false };
  }
  if (now < 0 || now > MAX)
    return { errors: [invalidField(at, now, `must be between 0 and ${MAX}, inclusive`)], isLast: true };
  if (old !== undefined && old < now)
    return { errors: [invalidField(at, now, "must be less than or equal to previous value")], isLast: true };
  return { errors: [], isLast: false };
}

function onlyAddedErrors(spec: JsonObject, before: JsonObject): readonly FieldError[] {
  const now = children(spec, "tolerations");
  const isThere = (old: JsonObject): boolean =>
    now.some((toleration) => {
      const seconds = toleration["tolerationSeconds"];
      const { tolerationSeconds: _old, ...rest } = old;
      const same = { ...rest, ...(seconds === undefined ? {} : { tolerationSeconds: seconds }) };
      return isSameGoStruct("Toleration", same, toleration);
    });
  const at = "spec.tolerations";
  if (!children(before, "tolerations").every(isThere))
    return [forbiddenField(at, "existing toleration can not be modified except its tolerationSeconds")];
  return tolerationErrors(spec, at);
}

function gateErrors(spec: JsonObject, before: JsonObject): readonly FieldError[] {
  const known = new Set(children(before, "schedulingGates").map((gate) => text(gate, "name")));
  return children(spec, "schedulingGates").flatMap((gate, index) => {
    const name = text(gate, "name");
    if (known.has(name)) return [];
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbiddenField(`spec.schedulingGates[${index}].name`, detail)];
  });
}

function keepImages(spec: Draft, before: JsonObject, name: string): void {
  const old = children(before, name);
  if (old.length === 0) return;
  spec[name] = children(spec, name).map((container, index) => ({
    ...container,
    image: old[index]?.["image"] ?? "",
  }));
}

function keepField(spec: Draft, before: JsonObject, name: string): void {
  const value = before[name];
  if (value === undefined) delete spec[name];
  else spec[name] = value;
}

/** Where a Pod that waits at a gate is to run may be narrowed. */
function directiveErrors(spec: Draft, before: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const [selector, oldSelector] = [child(spec, "nodeSelector"), child(before, "nodeSelector")];
  if (!isSameGoStruct("{s", selector, oldSelector)) {
    const isNarrower = Object.entries(oldSelector ?? {}).every(([key, value]) => selector?.[key] === value);
    if (!isNarrower) {
      const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
      errors.push(invalidField("spec.nodeSelector", selector ?? null, detail));
    }
    keepField(spec, before, "nodeSelector");
  }
  const nodes = child(child(spec, "affinity"), "nodeAffinity");
  const oldNodes = child(child(before, "affinity"), "nodeAffinity");
  if (isSameGoStruct("?NodeAffinity", nodes, oldNodes)) return errors;
  errors.push(...affinityErrors(nodes, oldNodes));
  keepNodeAffinity(spec, before, oldNodes);
  return errors;
}

function keepNodeAffinity(spec: Draft, before: JsonObject, old: JsonObject | undefined): void {
  const affinity: Draft = { ...child(spec, "affinity") };
  if (old === undefined) delete affinity["nodeAffinity"];
  else affinity["nodeAffinity"] = old;
  const hadNone = child(before, "affinity") === undefined;
  if (hadNone && affinity["podAffinity"] === undefined && affinity["podAntiAffinity"] === undefined)
    delete spec["affinity"];
  else spec["affinity"] = affinity;
}

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

function affinityErrors(now: JsonObject | undefined, before: JsonObject | undefined): readonly FieldError[] {
  const required = child(before, REQUIRED);
  if (required === undefined) return [];
  const terms = children(child(now, REQUIRED), "nodeSelectorTerms");
  const old = children(required, "nodeSelectorTerms");
  const at = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  if (old.length > 0 && old.length !== terms.length) {
    const shown = { type: "[NodeSelectorTerm", value: terms.length === 0 ? undefined : [...terms] };
    return [
      invalidGoStruct(at, shown, "no additions/deletions to non-empty NodeSelectorTerms list are allowed"),
    ];
  }
  return old.flatMap((term, index) => {
    const other = terms[index] ?? {};
    if (isNarrower(other, term)) return [];
    const shown = { type: "NodeSelectorTerm", value: other };
    return [
      invalidGoStruct(`${at}[${index}]`, shown, "only additions are allowed (no mutations or deletions)"),
    ];
  });
}

const PARTS = ["matchExpressions", "matchFields"];

function isNarrower(term: JsonObject, old: JsonObject): boolean {
  const isEmpty = (of: JsonObject): boolean => PARTS.every((part) => children(of, part).length === 0);
  // A term without anything selects nothing, so that whatever is added to it selects more.
  if (isEmpty(old)) return isEmpty(term);
  return PARTS.every((part) => {
    const before = children(old, part);
    const now = children(term, part).slice(0, before.length);
    return isSameGoStruct("[NodeSelectorRequirement", [...now] as JsonValue, [...before] as JsonValue);
  });
}
