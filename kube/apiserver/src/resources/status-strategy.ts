import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { carryPodStatus } from "./rules/pod-status-errors.ts";
import { TEMPLATE_GENERATION } from "./rules/workload-rules.ts";
import { keep, statusUpdate } from "./builtin-strategy.ts";
import { asJson, child, ensureChild } from "./draft-access.ts";
import type { Draft, Resource, Strategy } from "./resource.ts";

/** The rules of `/status`: only the status is written. */
export function statusStrategy(strategy: Strategy, resource: Resource): Strategy {
  const keepsLabels = labelKeepers.has(`${resource.group}/${resource.plural}`);
  return {
    ...plainStrategy(strategy),
    // A Service that is missing comes with its status, too.
    allowsCreateOnUpdate: strategy.allowsCreateOnUpdate,
    allowsUnconditionalUpdate: strategy.allowsUnconditionalUpdate,
    resetFields:
      strategy.statusResetFields ??
      (resource.isCustom || metadataKeepers.has(resource.plural)
        ? [["metadata"], ["spec"]]
        : [["spec"], ...(keepsLabels ? [["metadata", "labels"]] : []), ...resetOfPods(resource)]),
    validateUpdate: (object, old, context) => strategy.validateStatus?.(object, old, context) ?? [],
    prepareForUpdate(object, old, context) {
      const result = statusUpdate(object, old);
      if (keepsLabels) keep(ensureChild(result, "metadata"), child(asJson(old), "metadata") ?? {}, "labels");
      strategy.prepareStatus?.(result, old, context);
      if (resource.isCustom || metadataKeepers.has(resource.plural)) keepMetadata(result, old);
      else keepOwn(result, asJson(old), resource.plural);
      for (const key of Object.keys(object)) delete object[key];
      Object.assign(object, result);
    },
  };
}

/** Built-in kinds whose status write leaves the metadata as it is, as those of custom resources do. */
const metadataKeepers = new Set([
  "apiservices",
  "flowschemas",
  "prioritylevelconfigurations",
  "resourceclaims",
  "servicecidrs",
  "validatingadmissionpolicies",
  "volumeattachments",
]);

/** Kinds whose status write leaves the labels as they are. */
const labelKeepers = new Set(["apps/deployments"]);

/** A Pod's owners are not written with its status. */
function resetOfPods({ group, plural }: Resource): readonly (readonly string[])[] {
  if (group !== "" || plural !== "pods") return [];
  return [
    ["metadata", "deletionTimestamp"],
    ["metadata", "ownerReferences"],
  ];
}

/** What a status write leaves though it is no part of the spec. */
function keepOwn(result: Draft, old: JsonObject, plural: string): void {
  if (plural === "daemonsets") {
    const generation = child(child(old, "metadata"), "annotations")?.[TEMPLATE_GENERATION];
    if (generation !== undefined)
      ensureChild(ensureChild(result, "metadata"), "annotations")[TEMPLATE_GENERATION] = generation;
  }
  if (isLabelled.has(plural)) labelAsTemplate(ensureChild(result, "metadata"), old);
  if (plural === "pods") {
    keep(ensureChild(result, "metadata"), child(old, "metadata") ?? {}, "ownerReferences");
    const status = { ...child(result, "status") };
    carryPodStatus(status, child(old, "status") ?? {});
    result["status"] = status;
  }
}

/** Kinds that are read from the store with the labels of their template where they have none. */
const isLabelled = new Set(["jobs", "replicationcontrollers"]);

function labelAsTemplate(metadata: Draft, old: JsonObject): void {
  if (Object.keys(child(metadata, "labels") ?? {}).length > 0) return;
  const labels = child(child(child(child(old, "spec"), "template"), "metadata"), "labels");
  if (labels !== undefined) metadata["labels"] = { ...labels };
}

/** Of a custom resource's metadata a status write changes only who manages it. */
function keepMetadata(result: Draft, old: KubeObject): void {
  const written = child(result, "metadata") ?? {};
  const metadata: Draft = { ...child(asJson(old), "metadata") };
  delete metadata["resourceVersion"];
  for (const field of ["managedFields", "deletionTimestamp"]) keep(metadata, written, field);
  result["metadata"] = metadata;
}

/** No rules but the general ones: for subresources that say exactly what they change. */
export function plainStrategy(strategy: Strategy): Strategy {
  const { begin: _begin, ...rest } = strategy;
  return {
    ...rest,
    allowsCreateOnUpdate: false,
    allowsUnconditionalUpdate: true,
    resetFields: [],
    checksMetadata: false,
    prepareForUpdate: () => {},
    validateUpdate: () => [],
  };
}
