import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, invalidField } from "@weir/schema";
import { isSameGoStruct } from "../../validation/go-struct.ts";
import { MIRROR } from "../../validation/pod/annotations.ts";
import { podOptions } from "../../validation/pod/pod-options.ts";
import { child, children, list, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { qualityOf } from "./pod-quality.ts";
import { wholePodErrors } from "./pod-rules.ts";

const KINDS = ["containers", "initContainers"] as const;
const COMPUTE = ["cpu", "memory"];
const ONLY = "only cpu and memory resources are mutable";

/** What a resize may change of a Pod's spec: what its containers and the Pod ask for, and how they are resized. */
export function resizedSpec(now: JsonObject, before: JsonObject): JsonObject {
  if (KINDS.some((kind) => children(now, kind).length !== children(before, kind).length)) return now;
  const spec: Draft = { ...before };
  for (const kind of KINDS)
    if (children(now, kind).length > 0) spec[kind] = resizedContainers(now, before, kind);
  copyField(spec, now, "resources");
  return spec;
}

function resizedContainers(now: JsonObject, before: JsonObject, kind: string): JsonValue {
  const [own, old] = [children(now, kind), children(before, kind)];
  if (own.some((container, index) => text(container, "name") !== text(old[index], "name"))) return [...own];
  return old.map((container, index) => {
    const next: Draft = { ...container };
    for (const field of ["resources", "resizePolicy"]) copyField(next, own[index] ?? {}, field);
    return next;
  });
}

function copyField(target: Draft, source: JsonObject, field: string): void {
  const value = source[field];
  if (value === undefined) delete target[field];
  else target[field] = value;
}

/** What is wrong with a resize of a Pod. */
export function podResizeErrors(pod: JsonObject, old: JsonObject): readonly FieldError[] {
  const [spec, before] = [child(pod, "spec") ?? {}, child(old, "spec") ?? {}];
  const annotations = child(child(old, "metadata"), "annotations");
  if (annotations?.[MIRROR] !== undefined) return [forbiddenField("[]", "static pods cannot be resized")];
  if (text(child(before, "os"), "name") === "windows")
    return [forbiddenField("[]", "windows pods cannot be resized")];
  const errors = [...wholePodErrors(pod, podOptions(pod, old)), ...stateErrors(pod, old)];
  const munged: Draft = { ...spec };
  errors.push(...podLevelErrors(munged, before));
  if (list(child(old, "status"), "nodeAllocatableResourceClaimStatuses").length > 0)
    errors.push(forbiddenField("spec", "pods with node allocatable resource claims cannot be resized"));
  const order = orderErrors(spec, before);
  if (order.length > 0) return [...errors, ...order];
  for (const kind of ["initContainers", "containers"]) errors.push(...removedErrors(spec, before, kind));
  errors.push(...containerErrors(munged, before), ...initContainerErrors(munged, before));
  if (errors.length > 0 || isSameGoStruct("PodSpec", munged, before)) return errors;
  return [forbiddenField("spec", ONLY)];
}

/** A Pod keeps its class, and its node can resize it. */
function stateErrors(pod: JsonObject, old: JsonObject): readonly FieldError[] {
  const quality = text(child(old, "status"), "qosClass") || qualityOf(child(old, "spec") ?? {});
  const errors: FieldError[] = [];
  if (quality !== qualityOf(child(pod, "spec") ?? {})) {
    const shown = text(child(pod, "status"), "qosClass");
    errors.push(invalidField("spec", shown, "Pod QOS Class may not change as a result of resizing"));
  }
  const running = children(child(old, "status"), "containerStatuses").find(
    (each) => child(child(each, "state"), "running") !== undefined,
  );
  if (running !== undefined && child(running, "resources") === undefined)
    errors.push(forbiddenField("spec", "Pod running on node without support for resize"));
  return errors;
}

function isAsked(spec: JsonObject): boolean {
  const resources = child(spec, "resources");
  return ["requests", "limits"].some((name) => Object.keys(child(resources, name) ?? {}).length > 0);
}

function podLevelErrors(munged: Draft, before: JsonObject): readonly FieldError[] {
  const [now, old] = [child(munged, "resources"), child(before, "resources")];
  if (!isAsked(munged) && !isAsked(before)) return [];
  const at = "spec.resources";
  if (old !== undefined && now === undefined)
    return [forbiddenField(at, "pod-level resources cannot be removed")];
  const removed = ["requests", "limits"].filter((name) => isRemoved(now, old, name));
  const errors = removed.map((name) =>
    forbiddenField(`${at}.${name}`, `pod-level resource ${name} cannot be removed`),
  );
  const kept = withCompute(now ?? {}, old ?? {});
  const isNothing = Object.keys(kept).length === 0;
  if (old === undefined && isNothing) delete munged["resources"];
  else munged["resources"] = kept;
  if (isSameGoStruct("?ResourceRequirements", munged["resources"], old)) return errors;
  return [...errors, forbiddenField("spec", "only cpu and memory resources are mutable at pod-level")];
}

function isRemoved(now: JsonObject | undefined, old: JsonObject | undefined, name: string): boolean {
  const amounts = child(now, name) ?? {};
  return Object.keys(child(old, name) ?? {}).some((resource) => !Object.hasOwn(amounts, resource));
}

/** Resources with the CPU and memory of others. */
function withCompute(resources: JsonObject, old: JsonObject): Draft {
  const result: Draft = { ...resources };
  for (const name of ["requests", "limits"]) {
    const [amounts, before]: readonly Draft[] = [{ ...child(resources, name) }, child(old, name) ?? {}];
    for (const resource of COMPUTE) copyField(amounts ?? {}, before ?? {}, resource);
    if (Object.keys(amounts ?? {}).length === 0) delete result[name];
    else result[name] = amounts ?? {};
  }
  return result;
}

function orderErrors(spec: JsonObject, before: JsonObject): readonly FieldError[] {
  return KINDS.flatMap((kind) => {
    const [now, old] = [children(spec, kind), children(before, kind)];
    if (now.length !== old.length)
      return [forbiddenField(`spec.${kind}`, `${kind} may not be added or removed on resize`)];
    return old.flatMap((container, index) => {
      if (text(container, "name") === text(now[index], "name")) return [];
      const detail = `${kind} may not be renamed or reordered on resize`;
      return [forbiddenField(`spec.${kind}[${index}].name`, detail)];
    });
  });
}

function removedErrors(spec: JsonObject, before: JsonObject, kind: string): readonly FieldError[] {
  return children(before, kind).flatMap((container, index) => {
    const now = child(children(spec, kind)[index], "resources");
    const old = child(container, "resources");
    return ["requests", "limits"]
      .filter((name) => isRemoved(now, old, name))
      .map((name) =>
        forbiddenField(`spec.${kind}[${index}].resources.${name}`, `resource ${name} cannot be removed`),
      );
  });
}

/** A container as it was but for what else than its CPU and memory changes; claims are no part of it. */
function munge(container: JsonObject, old: JsonObject | undefined): Draft {
  const { claims: _claims, ...resources } = withCompute(
    child(container, "resources") ?? {},
    child(old, "resources") ?? {},
  );
  return { ...container, resources };
}

function containerErrors(munged: Draft, before: JsonObject): readonly FieldError[] {
  const old = children(before, "containers");
  const next = children(munged, "containers").map((container, index) => munge(container, old[index]));
  munged["containers"] = next;
  return next.flatMap((container, index) =>
    isSameGoStruct("Container", container, old[index]) ? [] : [forbiddenField("spec", ONLY)],
  );
}

function initContainerErrors(munged: Draft, before: JsonObject): readonly FieldError[] {
  const [now, old] = [children(munged, "initContainers"), children(before, "initContainers")];
  if (now.length === 0) return [];
  const next = now.map((container, index) => munge(container, old[index]));
  munged["initContainers"] = next;
  return next.flatMap((container, index) => {
    const at = `spec.initContainers[${index}]`;
    const errors: FieldError[] = [];
    if (!isSameGoStruct("Container", container, old[index]))
      errors.push(
        forbiddenField(at, "only cpu and memory resources for init or sidecar containers are mutable"),
      );
    const isChanged = !isSameGoStruct("Container", now[index], old[index]);
    if (!isChanged || text(container, "restartPolicy") === "Always") return errors;
    const detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
    const restarts = children(container, "resizePolicy").filter(
      (policy) => text(policy, "restartPolicy") === "RestartContainer",
    );
    return [...errors, ...restarts.map(() => forbiddenField(at, detail))];
  });
}
