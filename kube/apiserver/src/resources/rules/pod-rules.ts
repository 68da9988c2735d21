import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField } from "@weir/schema";
import { podWarnings } from "../../validation/pod-warnings.ts";
import { podSpecErrors } from "../../validation/pod-spec.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, number, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

/** Pods get a quality of service, and what they are told to run stays mostly as it is. */
export const podRules: KindRules = {
  warnings: podWarnings,
  prepareForCreate(object) {
    const spec = ensureChild(object, "spec");
    if ((number(spec, "terminationGracePeriodSeconds") ?? 0) < 0) spec["terminationGracePeriodSeconds"] = 1;
    object["status"] = { phase: "Pending", qosClass: qualityOf(spec) };
  },
  validate: (object) => [
    ...mirrorErrors(object),
    ...podSpecErrors(child(object, "spec") ?? {}, "spec", "Pod"),
    ...tooEarlyErrors(child(object, "spec") ?? {}),
  ],
  validateUpdate: (object, old) => [
    ...podSpecErrors(child(object, "spec") ?? {}, "spec", "Pod"),
    ...(countErrors(object, old) ?? immutableSpec(object, old)),
  ],
};

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

const MIRROR = "kubernetes.io/config.mirror";

/** A Pod that a kubelet made is on a node. */
function mirrorErrors(object: JsonObject): readonly FieldError[] {
  const value = child(child(object, "metadata"), "annotations")?.[MIRROR];
  if (value === undefined || text(child(object, "spec"), "nodeName") !== "") return [];
  const detail = "must set spec.nodeName if mirror pod annotation is set";
  return [invalidField(`metadata.annotations[${MIRROR}]`, value, detail)];
}

/** Guaranteed where every container is limited and requests as much; BestEffort where none asks for anything. */
export function qualityOf(spec: JsonObject): string {
  const containers = [...children(spec, "containers"), ...children(spec, "initContainers")];
  const resources = containers.map((container) => child(container, "resources"));
  const asks = resources.some(
    (each) => hasCompute(child(each, "requests")) || hasCompute(child(each, "limits")),
  );
  if (!asks) return "BestEffort";
  const isGuaranteed = resources.every((each) => {
    const limits = child(each, "limits") ?? {};
    const requests = child(each, "requests") ?? limits;
    return ["cpu", "memory"].every(
      (name) => limits[name] !== undefined && jsonEqual(limits[name] ?? null, requests[name] ?? null),
    );
  });
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

function hasCompute(resources: JsonObject | undefined): boolean {
  return resources?.["cpu"] !== undefined || resources?.["memory"] !== undefined;
}

const MUTABLE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** Where containers come or go, nothing else is looked at. */
function countErrors(object: JsonObject, old: JsonObject): readonly FieldError[] | undefined {
  for (const field of ["containers", "initContainers"]) {
    const [now, before] = [children(child(object, "spec"), field), children(child(old, "spec"), field)];
    if (now.length !== before.length)
      return [forbiddenField(`spec.${field}`, "pod updates may not add or remove containers")];
  }
  return undefined;
}

/** Of a Pod's spec only images, the deadline and more tolerations change. */
function immutableSpec(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const now = comparable(child(object, "spec") ?? {}, child(old, "spec") ?? {});
  return jsonEqual(now, child(old, "spec") ?? {}) ? [] : [forbiddenField("spec", MUTABLE)];
}

/** The new spec with the old values of what may change. */
function comparable(spec: JsonObject, old: JsonObject): JsonObject {
  const result: Draft = { ...spec };
  for (const name of ["containers", "initContainers"]) {
    const before = children(old, name);
    if (!Array.isArray(spec[name]) || before.length !== children(spec, name).length) continue;
    result[name] = children(spec, name).map((container, index) => ({
      ...container,
      image: before[index]?.["image"] ?? "",
    }));
  }
  for (const name of ["activeDeadlineSeconds", "tolerations", "schedulingGates"]) {
    if (old[name] === undefined) delete result[name];
    else result[name] = old[name];
  }
  return result;
}
