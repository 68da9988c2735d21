import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, forbiddenField, invalidField } from "@weir/schema";
import { goStructText, invalidGoStruct } from "../../validation/go-struct.ts";
import { lineDiff } from "../../validation/line-diff.ts";
import { deprecatedNodeLabel } from "../../validation/node-labels.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, isDraft, text } from "../draft-access.ts";
import { persistentSourceOf } from "./persistent-source-errors.ts";
import { volumeErrors } from "./volume-errors.ts";

/** A volume: where it lies never changes. */
export const volumeRules: KindRules = {
  prepareForCreate: (object, { now }) => {
    ensureChild(object, "status")["lastPhaseTransitionTime"] = now;
  },
  prepareStatus(object, old, { now }) {
    const status = ensureChild(object, "status");
    const before = child(old, "status") ?? {};
    const time = status["lastPhaseTransitionTime"];
    const [then, isSame] = [before["lastPhaseTransitionTime"], status["phase"] === before["phase"]];
    if (isSame && time === undefined && then !== undefined) status["lastPhaseTransitionTime"] = then;
    if (!isSame && (time === undefined || time === then)) status["lastPhaseTransitionTime"] = now;
  },
  validate: volumeErrors,
  updateChecks: ["whole", "object", "whole", "object", "update"],
  validateUpdate: (object, old) => updateErrors(child(object, "spec") ?? {}, child(old, "spec") ?? {}),
  warnings: volumeWarnings,
};

const SOURCE = "spec.persistentvolumesource";

function updateErrors(spec: JsonObject, was: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const [before, source] = [persistentSourceOf(was), withoutLateSecret(spec, was)];
  if (!jsonEqual(source, before)) {
    const [then, shown] = [before, source].map((each) => goStructText("PersistentVolumeSource", each, " "));
    const detail = `${SOURCE} is immutable after creation\n${lineDiff(then ?? "", shown ?? "")}`;
    errors.push(forbiddenField(SOURCE, detail));
  }
  const mode = spec["volumeMode"] ?? null;
  if (mode !== (was["volumeMode"] ?? null))
    errors.push(invalidField("volumeMode", mode, "field is immutable"));
  errors.push(...affinityErrors(child(spec, "nodeAffinity"), child(was, "nodeAffinity")));
  const field = "volumeAttributesClassName";
  if (typeof was[field] === "string" && typeof spec[field] !== "string")
    errors.push(forbiddenField(`spec.${field}`, "update from non-nil value to nil is forbidden"));
  return errors;
}

const SUCCESSORS: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
};

/** The nodes from which a volume is reached, once they are said, only change to later names of the same labels. */
function affinityErrors(now: JsonObject | undefined, was: JsonObject | undefined): readonly FieldError[] {
  if (was === undefined || jsonEqual(now ?? null, was) || isRenamed(now, was)) return [];
  const detail = "field is immutable, except for updating from beta label to GA";
  return [invalidGoStruct("nodeAffinity", { type: "?VolumeNodeAffinity", value: now }, detail)];
}

function isRenamed(now: JsonValue | undefined, was: JsonValue): boolean {
  if (Array.isArray(was)) {
    if (!Array.isArray(now) || now.length !== was.length) return false;
    return was.every((item: JsonValue, index) => isRenamed(now[index] as JsonValue, item));
  }
  if (!isDraft(was)) return now === was;
  if (!isDraft(now)) return false;
  const keys = new Set([...Object.keys(was), ...Object.keys(now)]);
  return [...keys].every((key) => {
    const [then, today] = [was[key], now[key]];
    // Upstream takes no key for the successor of one that has none.
    const successor = key === "key" && typeof then === "string" ? (SUCCESSORS[then] ?? "") : undefined;
    if (successor !== undefined && today === successor) return true;
    return then !== undefined && isRenamed(today, then);
  });
}

/** The secret with which a volume grows may be named later. */
function withoutLateSecret(spec: JsonObject, was: JsonObject): JsonObject {
  const source = persistentSourceOf(spec);
  const [csi, before] = [child(spec, "csi"), child(was, "csi")];
  if (csi === undefined || before === undefined || child(before, "controllerExpandSecretRef") !== undefined)
    return source;
  const { controllerExpandSecretRef: _secret, ...others } = csi;
  return { ...source, csi: others };
}

const ANNOTATIONS = [
  [
    "volume.beta.kubernetes.io/storage-class",
    'deprecated since v1.8; use "storageClassName" attribute instead',
  ],
  ["volume.beta.kubernetes.io/mount-options", 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const;

/** Kinds of volumes that have gone, in the order in which upstream tells of them. */
const GONE: readonly (readonly [name: string, shown: string, since: string])[] = [
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

function volumeWarnings(object: JsonObject): readonly string[] {
  const spec = child(object, "spec") ?? {};
  const annotations = child(child(object, "metadata"), "annotations") ?? {};
  const warnings = ANNOTATIONS.filter(([key]) => Object.hasOwn(annotations, key)).map(
    ([key, why]) => `metadata.annotations[${key}]: ${why}`,
  );
  if (text(spec, "persistentVolumeReclaimPolicy") === "Recycle") {
    const why =
      "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
    warnings.push(`spec.persistentVolumeReclaimPolicy: ${why}`);
  }
  const required = child(child(spec, "nodeAffinity"), "required");
  children(required, "nodeSelectorTerms").forEach((term, index) => {
    children(term, "matchExpressions").forEach((expression, each) => {
      const key = text(expression, "key");
      const why = deprecatedNodeLabel(key);
      const at = `spec.nodeAffinity.required.nodeSelectorTerms[${index}].matchExpressions[${each}].key`;
      if (why !== undefined) warnings.push(`${at}: ${key} is ${why}`);
    });
  });
  const gone = GONE.filter(([name]) => child(spec, name) !== undefined);
  return [...warnings, ...gone.map(([, shown, since]) => `spec.${shown}: ${since}`)];
}
