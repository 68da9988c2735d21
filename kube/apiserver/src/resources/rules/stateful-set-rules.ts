import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { dns1123Label } from "../../validation/names.ts";
import { templateWarnings } from "../../validation/pod-warnings.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, list, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { statefulSetRolloutErrors } from "./rollout-errors.ts";
import { podSetErrors } from "./workload-rules.ts";
import { negativeErrors, statefulSetStatus } from "./workload-status-rules.ts";

const mutable = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
  "revisionHistoryLimit",
];

/** A StatefulSet's Pods have names and volumes of their own. */
export const statefulSetRules: KindRules = {
  warnings: templateWarnings,
  validate: (object) => statefulSetErrors(object, true),
  validateUpdate(object, old) {
    const now: Draft = { ...child(object, "spec") };
    const before = child(old, "spec") ?? {};
    for (const field of mutable) {
      if (before[field] === undefined) delete now[field];
      else now[field] = before[field];
    }
    const errors = statefulSetErrors(object, false);
    if (jsonEqual(now, before)) return errors;
    const detail =
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    return [...errors, forbiddenField("spec", detail)];
  },
  validateStatus: statefulSetStatus,
};

function statefulSetErrors(object: JsonObject, isNew: boolean): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const service = text(spec, "serviceName");
  // The name of the Service never changes, so what is there already is borne.
  const isNamed = isNew && service !== "";
  return [
    ...managementErrors(text(spec, "podManagementPolicy")),
    ...statefulSetRolloutErrors(spec),
    ...retentionErrors(child(spec, "persistentVolumeClaimRetentionPolicy")),
    ...negativeErrors(spec, ["replicas", "minReadySeconds"], "spec"),
    ...negativeErrors(child(spec, "ordinals") ?? {}, ["start"], "spec.ordinals"),
    ...(isNamed
      ? dns1123Label(service, false).map((why) => invalidField("spec.serviceName", service, why))
      : []),
    ...podSetErrors(spec, "StatefulSet", templateOf(spec)),
  ];
}

function managementErrors(policy: string): readonly FieldError[] {
  const at = "spec.podManagementPolicy";
  if (policy === "") return [requiredField(at)];
  if (policy === "OrderedReady" || policy === "Parallel") return [];
  return [invalidField(at, policy, "must be 'OrderedReady' or 'Parallel'")];
}

const RETENTIONS = ["Retain", "Delete"];

function retentionErrors(policy: JsonObject | undefined): readonly FieldError[] {
  if (policy === undefined) return [];
  return ["whenDeleted", "whenScaled"].flatMap((field) => {
    const value = text(policy, field);
    if (RETENTIONS.includes(value)) return [];
    return [unsupportedField(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, RETENTIONS)];
  });
}

/** The template as its Pods have it: with a volume for each claim, and with names that come from the StatefulSet. */
function templateOf(spec: JsonObject): JsonObject {
  const template = child(spec, "template") ?? {};
  const pod = child(template, "spec");
  if (pod === undefined) return template;
  const { hostname: _hostname, subdomain: _subdomain, ...rest } = pod;
  const claims = children(spec, "volumeClaimTemplates").map((claim) =>
    text(child(claim, "metadata"), "name"),
  );
  if (claims.length === 0) return { ...template, spec: rest };
  const isClaimed = new Set(claims);
  const others = list(pod, "volumes").filter((volume) => !isClaimed.has(text(volume as JsonObject, "name")));
  const volumes: readonly JsonValue[] = [...isClaimed].map((name) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  return { ...template, spec: { ...rest, volumes: [...volumes, ...others] } };
}
