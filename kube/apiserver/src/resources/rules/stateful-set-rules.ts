import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { selectorErrors } from "../../validation/label-selector.ts";
import { dns1123Label } from "../../validation/names.ts";
import { podTemplateErrors, templateMetaErrors } from "../../validation/pod-spec.ts";
import { templateWarnings } from "../../validation/pod-warnings.ts";
import { podAnnotationErrors } from "../../validation/pod/annotations.ts";
import { claimWarnings } from "../../validation/pod/claim-warnings.ts";
import { dropTemplateFields } from "../../validation/pod/dropped-fields.ts";
import { type PodOptions, TEMPLATE, templateOptions } from "../../validation/pod/pod-options.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, integer, list, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import {
  deadlineErrors,
  mismatchErrors,
  requiredSelectorErrors,
  restartErrors,
  unreadableSelector,
} from "./pod-set-errors.ts";
import { statefulSetRolloutErrors } from "./rollout-errors.ts";
import { claimSpecErrors } from "./claim-errors.ts";
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
  warnings: statefulSetWarnings,
  prepareForCreate: dropFields,
  prepareForUpdate: dropFields,
  updateChecks: ["changes", "update"],
  validate: (object) => statefulSetErrors(object, { isNew: true, pod: TEMPLATE }),
  validateUpdate(object, old) {
    const now: Draft = { ...child(object, "spec") };
    const before = child(old, "spec") ?? {};
    for (const field of mutable) {
      if (before[field] === undefined) delete now[field];
      else now[field] = before[field];
    }
    const pod = templateOptions(child(before, "template"));
    const errors = statefulSetErrors(object, { isNew: false, pod });
    if (jsonEqual(now, before)) return errors;
    const detail =
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    return [...errors, forbiddenField("spec", detail)];
  },
  validateStatus: statefulSetStatus,
};

/** How many of its Pods may be missing is a switch that is off. */
function dropFields(object: Draft): void {
  const spec = child(object, "spec");
  const rolling = child(child(spec, "updateStrategy"), "rollingUpdate");
  if (rolling !== undefined) delete rolling["maxUnavailable"];
  dropTemplateFields(child(spec, "template"));
}

const NEGATIVE_HISTORY =
  "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";

function statefulSetWarnings(object: JsonObject, old?: JsonObject): readonly string[] {
  const spec = child(object, "spec");
  // Upstream names the specs of claims otherwise where they are written again.
  const place = old === undefined ? "" : ".Spec";
  const claims = children(spec, "volumeClaimTemplates").flatMap((claim, index) =>
    claimWarnings(child(claim, "spec") ?? {}, `spec.volumeClaimTemplates[${index}]${place}`),
  );
  const isNegative = (integer(spec, "revisionHistoryLimit") ?? 0) < 0;
  return [...templateWarnings(object, old), ...claims, ...(isNegative ? [NEGATIVE_HISTORY] : [])];
}

interface StatefulSetOptions {
  readonly isNew: boolean;
  readonly pod: PodOptions;
}

function statefulSetErrors(object: JsonObject, { isNew, pod }: StatefulSetOptions): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const service = text(spec, "serviceName");
  // The name of the Service never changes, and nor do claims, so what is there already is borne.
  const isNamed = isNew && service !== "";
  return [
    ...managementErrors(text(spec, "podManagementPolicy")),
    ...statefulSetRolloutErrors(spec),
    ...retentionErrors(child(spec, "persistentVolumeClaimRetentionPolicy")),
    ...(isNew ? claimErrors(spec) : []),
    ...negativeErrors(spec, ["replicas", "minReadySeconds"], "spec"),
    ...negativeErrors(child(spec, "ordinals") ?? {}, ["start"], "spec.ordinals"),
    ...(isNamed
      ? dns1123Label(service, false).map((why) => invalidField("spec.serviceName", service, why))
      : []),
    ...selectedErrors(spec, pod),
    ...restartErrors(child(spec, "template") ?? {}, "spec.template.spec"),
    ...deadlineErrors(child(spec, "template") ?? {}, "StatefulSet"),
  ];
}

function claimErrors(spec: JsonObject): readonly FieldError[] {
  return children(spec, "volumeClaimTemplates").flatMap((claim, index) =>
    claimSpecErrors(child(claim, "spec") ?? {}, `spec.volumeClaimTemplates[${index}].spec`),
  );
}

function selectedErrors(spec: JsonObject, options: PodOptions): readonly FieldError[] {
  const selector = child(spec, "selector");
  const own = selector === undefined ? [] : selectorErrors(selector, "spec.selector");
  const errors = requiredSelectorErrors(selector, own, "statefulset");
  if (own.length > 0) return [...errors, unreadableSelector(selector, "")];
  const template = templateOf(spec);
  const metadata = child(template, "metadata");
  const at = "spec.template";
  return [
    ...errors,
    ...mismatchErrors(selector, template),
    ...podTemplateErrors(template, at, options),
    // What is wrong with the metadata is told once more.
    ...templateMetaErrors(template, at),
    ...podAnnotationErrors(
      child(metadata, "annotations"),
      child(template, "spec") ?? {},
      `${at}.annotations`,
    ),
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
